"""What a numeral abbreviation stands for: “三个善” for 善学、善谋、善断.

Papers print them beside what they sum up: so many items, each with the word that is counted. A
small model takes what stands around for what is meant; the form alone says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.fragments import WHOLE_CHARS, clause_spans, without_link
from rag.chinese.normalise import fold
from rag.chinese.numbers import parse_number

_QUOTES = '“”"「」『』《》'
_TERM = (
    rf"[{_QUOTES}]?(?P<term>(?P<count>[\d二两三四五六七八九十]{{1,3}})[个大项种条]"
    rf"(?P<common>[\u4e00-\u9fff]{{1,6}}?))[{_QUOTES}]?"
)
_ASKED = (
    re.compile(
        rf"{_TERM}(?:都|分别|具体|到底|究竟)*(?:是|指|包括|包含|有)(?:的是?)?"
        r"(?:什么|哪)(?:意思|[些几个两]+.{0,6})?[?]?$"
    ),
    re.compile(rf"(?:什么[是叫]|解释一?下){_TERM}[?]?$"),
)


class Expansion(NamedTuple):
    """The clauses that print what an abbreviation stands for, and their sentence."""

    text: str
    item: EvidenceSentence


def expansion_of(question: str, candidates: Iterable[EvidenceSentence]) -> Expansion | None:
    """Return where it is printed what the abbreviation that a question asks about stands for.

    None where it asks for nothing of the kind, or no sentence has the abbreviation with its items.
    """
    folded = fold(question).rstrip("。 ")
    asked = next((found for form in _ASKED if (found := form.search(folded))), None)
    count = int(parse_number(asked["count"]) or 0) if asked else 0
    if asked is None or count <= 1:
        return None
    for item in candidates:
        for text in _around(asked["term"], count, item.sentence.text):
            if _items(text, asked["term"], asked["common"]) >= count:
                return Expansion(as_statement(without_link(text)), item)
    return None


def _around(term: str, count: int, sentence: str) -> Iterator[str]:
    """Runs of clauses with the term, shortest first: its items may have a clause each."""
    spans = clause_spans(sentence)
    places = [at for at, (start, end) in enumerate(spans) if term in fold(sentence[start:end])]
    runs = [
        sentence[spans[first][0] : spans[last][1]].strip()
        for at in places
        for first in range(max(at - count, 0), at + 1)
        for last in range(at, min(at + count + 1, len(spans)))
    ]
    yield from sorted((run for run in runs if len(run) <= WHOLE_CHARS), key=len)


def _items(text: str, term: str, common: str) -> int:
    """How many items of a list have the word that the term counts."""
    listed = re.split(r"[、,，;；:：和及与]", fold(text).replace(term, ""))
    return sum(common in item for item in listed)
