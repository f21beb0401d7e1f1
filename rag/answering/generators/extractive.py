"""The generator that needs no model: the sentences nearest to the question, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.focus import focus_of, holds
from rag.answering.generators.base import REFUSAL

# A second sentence is added only when it is nearly as near as the first.
_NEARLY = 0.9
_MAX_SENTENCES = 2
# Below this score the best sentence shares too little with the question to be its answer.
_MIN_SCORE = 0.5
# How likely the reader must hold it that a sentence answers.
_LIKELY = 0.5
# From this score on a sentence may answer without holding what the question seems to ask for.
_SURE_SCORE = 0.75


class ExtractiveGenerator:
    """Answers with the best source sentences, or refuses when none is near enough."""

    name = "extractive"

    def load(self) -> None:
        """Nothing to load."""

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the best sentence, and a second one that is nearly as good, in reading order.

        What the reader saw decides where there is one; otherwise what the wording says.
        """
        read = [(item.answering, item) for item in evidence if item.answering is not None]
        if read:
            likely, best_read = max(read, key=lambda pair: pair[0])
            yield as_statement(best_read.sentence.text) if likely >= _LIKELY else REFUSAL
            return
        focus = focus_of(question)
        fitting = [
            item
            for item in evidence
            if item.score >= _SURE_SCORE or holds(focus, item.sentence.text, question)
        ]
        fitting.sort(key=lambda item: -item.score)
        if not fitting or fitting[0].score < _MIN_SCORE:
            yield REFUSAL
            return
        best = [item for item in fitting if item.score >= _NEARLY * fitting[0].score]
        best = [item for item in best[:_MAX_SENTENCES] if item.article.id == best[0].article.id]
        for item in sorted(best, key=lambda item: item.sentence.start):
            yield as_statement(item.sentence.text)
