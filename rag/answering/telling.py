"""A drafted sentence as it is told: verified, and where it copies its source, as that prints it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence
from rag.answering.factuality import with_bounds
from rag.answering.plain import inert, without_marks
from rag.answering.printed import as_printed, stands_in
from rag.answering.verification import Verification, verify


def told_and_verified(
    text: str, question: str, candidates: Sequence[EvidenceSentence]
) -> tuple[str, Verification]:
    """Return what is told of a drafted sentence, and what verification finds of that."""
    found = verify(text, question, candidates)
    quotes = [item.sentence.text for item in found.sources]
    told = text
    if len(quotes) == 1 and not stands_in(text, candidates):
        # What the asker says cannot be the draft's slip.
        wrong = [fact for fact in found.missing if fact.text not in question]
        told = as_printed(text, quotes[0], wrong)
        if told == text and found.is_worded_otherwise:
            told = as_printed(text, quotes[0], question=question)
        told = inert(without_marks(told))
    told = with_bounds(told, quotes)
    return (text, found) if told == text else (told, verify(told, question, candidates))
