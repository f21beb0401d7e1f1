"""Numbers for the source sentences that an answer cites."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.answering.evidence import EvidenceSentence
from rag.types import Source


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
