"""What may be written and told of one question: the reader's hope, and the generator's opinion.

A generator that judges is heard on its evidence before it writes, and on what would be told first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.facts import FactKind
from rag.answering.generators.base import Generator, Judge
from rag.answering.hope import APPROVES, BETTER, OBJECTS, Hope
from rag.answering.premise import tell_of_another
from rag.answering.verification import Verification
from rag.types import Article


class Gate:
    """Lets through what is likely enough the answer.

    `question` is what the reader means, `completed` the same with what earlier turns supply, and
    `asked` what the generator is asked.
    """

    def __init__(
        self,
        question: str,
        completed: str,
        asked: str,
        generator: Generator,
        hope: Hope,
        today: date,
    ) -> None:
        self.question, self.completed, self._asked = question, completed, asked
        self._generator, self._today = generator, today
        self._selected: Sequence[EvidenceSentence] = ()
        self.hope = hope
        self.opinions: dict[str, float | None] = {}

    @property
    def hears(self) -> bool:
        """Whether the generator has an opinion on this question."""
        return self.hope.judged is not None

    def hear(self, selected: Sequence[EvidenceSentence]) -> None:
        """Hear the generator on its evidence where there may be hope: it reads it anyway then."""
        self._selected = selected
        if isinstance(self._generator, Judge) and self.hope.is_open(selected):
            judged = self._generator.judge(self._asked, selected)
            self.hope = replace(self.hope, judged=judged)

    def allows(
        self, text: str, found: Verification, candidates: Sequence[EvidenceSentence]
    ) -> bool:
        """Return whether a first sentence may be told: the reader sees none that is likelier."""
        if self.is_of_another([item.article for item in found.sources]):
            return False
        approved = self._approval(text)
        if not self.hope.allows(self.question, text, found, approved):
            return False
        stands = self.hope.standing(text, found, approved)
        seen = self.hope.likeliest(candidates)
        if stands is None or approved is None or seen is None or stands + BETTER >= 1:
            return True
        told = as_statement(seen.sentence.text)
        other = None if told == text else self._approval(told)
        return other is None or self.hope.likelihood_of(seen, other) <= stands + BETTER

    def is_of_another(self, articles: Sequence[Article]) -> bool:
        """Return whether articles tell of another event than the question."""
        return tell_of_another(self.completed, articles, self._today)

    def counts_alike(self, text: str, found: Verification) -> bool:
        """Return whether only the asker's noun for what is counted is missing, and it is meant."""
        if not found.missing or any(fact.kind is not FactKind.COUNTED for fact in found.missing):
            return False
        approved = self._approval(text)
        return approved is not None and approved >= APPROVES

    def objects_to(self, text: str) -> bool:
        """Return whether the generator is sure that a text is no answer."""
        approved = self._approval(text)
        return approved is not None and approved <= OBJECTS

    def _approval(self, told: str) -> float | None:
        """The generator's opinion of what would be told, if it has any."""
        if not self.hears or not isinstance(self._generator, Judge):
            return None
        if told not in self.opinions:
            self.opinions[told] = self._generator.judge(self._asked, self._selected, told)
        return self.opinions[told]
