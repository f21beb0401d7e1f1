"""The one interface behind which every generator stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answering.evidence import EvidenceSentence

REFUSAL = "报道没有提到。"
"""What a generator writes, and nothing else, when the evidence does not hold the answer."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a generator holds of its evidence before it writes: log-odds that it can answer."""

    answers: float


class Generator(Protocol):
    """Writes a draft answer from evidence; what it writes is verified afterwards."""

    @property
    def name(self) -> str:
        """What wrote the answer, for people: engine and model."""

    @property
    def judges(self) -> bool:
        """Whether it was trained to judge its evidence."""

    def load(self) -> None:
        """Load what is slow to load, so that the first question does not wait for it."""

    def judge(self, question: str, evidence: Sequence[EvidenceSentence]) -> Opinion | None:
        """Return its opinion of the evidence; None where it has none."""

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft piece by piece; `REFUSAL` alone when the evidence holds no answer."""
