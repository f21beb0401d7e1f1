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
# From this score on a sentence may answer without holding what the question seems to ask for.
_SURE_SCORE = 0.75


class ExtractiveGenerator:
    """Answers with the best source sentences, or refuses when none is near enough."""

    name = "extractive"

    def load(self) -> None:
        """Nothing to load."""

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the best sentence, and a second one that is nearly as good, in reading order.

        Where a reader judged the evidence, what it cannot answer never comes here, and the nearest
        sentence that holds what is asked for is the answer; otherwise it must be near enough.
        """
        focus = focus_of(question)
        if any(item.answering is not None for item in evidence):
            holding = [item for item in evidence if holds(focus, item.sentence.text, question)]
            best_read = max(holding or evidence, key=lambda item: item.score)
            yield as_statement(best_read.sentence.text)
            return
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
