"""The one interface behind which every generator stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from rag.answering.evidence import EvidenceSentence

REFUSAL = "报道没有提到。"
"""What a generator writes, and nothing else, when the evidence does not hold the answer."""

THINKS, THOUGHT = "<think>", "</think>"
"""Between these, models write what they think before they answer."""


class Generator(Protocol):
    """Writes a draft answer from evidence; what it writes is verified afterwards."""

    @property
    def name(self) -> str:
        """What wrote the answer, for people: engine and model."""

    def load(self) -> None:
        """Load what is slow to load, so that the first question does not wait for it."""

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft piece by piece; `REFUSAL` alone when the evidence holds no answer."""


@runtime_checkable
class Judge(Protocol):
    """A generator that may have been trained to judge its evidence, and answers."""

    def judge(
        self, question: str, evidence: Sequence[EvidenceSentence], told: str = ""
    ) -> float | None:
        """Return the log-odds that the evidence answers; with `told`, that this is the answer.

        None where it has no opinion.
        """
