"""What the reader has been told, and the numbers of the source sentences that it cites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.answering.evidence import EvidenceSentence
from rag.answering.verification import Verification
from rag.types import AnswerSentence, SentenceVerified, Source, Verdict


@dataclass(slots=True)
class Sources:
    """Numbers source sentences in the order in which they are first cited."""

    items: list[Source] = field(default_factory=list)
    _numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def number_of(self, item: EvidenceSentence) -> int:
        """The number that a sentence already has; 0 when it has none."""
        return self._numbers.get((item.article.id, item.sentence.start), 0)

    def cite(self, item: EvidenceSentence) -> int:
        """The number of a sentence, which becomes a source when it is none yet."""
        key = (item.article.id, item.sentence.start)
        if key not in self._numbers:
            self._numbers[key] = len(self.items) + 1
            article, sentence = item.article, item.sentence
            self.items.append(
                Source(
                    number=self._numbers[key],
                    article_id=article.id,
                    headline=article.headline,
                    published=article.published,
                    published_inferred=article.published_inferred,
                    source=article.source,
                    quote=sentence.text,
                    start=sentence.start,
                    end=sentence.end,
                )
            )
        return self._numbers[key]


@dataclass(slots=True)
class Told:
    """The sentences that the reader has been told so far, with their sources."""

    sentences: list[AnswerSentence] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)

    @property
    def texts(self) -> list[str]:
        """The sentences as they are shown."""
        return [item.text for item in self.sentences]

    def is_supported(self) -> bool:
        """Return whether any of it has a source."""
        return any(item.verdict is not Verdict.UNSUPPORTED for item in self.sentences)

    def cites(self, item: EvidenceSentence) -> bool:
        """Return whether a sentence of the same article is a source."""
        return item.article.id in {source.article_id for source in self.sources.items}

    def add(self, text: str, found: Verification, lead: str = "") -> SentenceVerified:
        """Tell a sentence, after the words that lead to it, as verification found it."""
        return self._add(
            lead + text, found.verdict, found.sources, tuple(str(fact) for fact in found.missing)
        )

    def add_printed(self, text: str, sources: Iterable[EvidenceSentence]) -> SentenceVerified:
        """Tell what the sources print."""
        return self._add(text, Verdict.SUPPORTED, sources)

    def withdraw(self) -> None:
        """Forget it all: nothing of it is the answer."""
        self.sentences.clear()
        self.sources = Sources()

    def _add(
        self,
        text: str,
        verdict: Verdict,
        sources: Iterable[EvidenceSentence],
        missing: tuple[str, ...] = (),
    ) -> SentenceVerified:
        numbers = sorted({self.sources.cite(item) for item in sources})
        self.sentences.append(AnswerSentence(text, verdict, tuple(numbers), missing))
        return SentenceVerified(self.sentences[-1], tuple(self.sources.items))
