"""Passages that may answer: what is known of each, and in which order that puts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.chinese.dates import find_dates
from rag.index.chunking import heading
from rag.index.collection import Collection
from rag.index.snapshot import Snapshot
from rag.retrieval.fusion import Features, Scores, standardise
from rag.retrieval.question import DateRange
from rag.retrieval.wording import Reading, Wording, overlap, read
from rag.types import Article, Passage

if TYPE_CHECKING:
    from rag.models.reader import Judgement

# What a date of the question that fits adds to a relevance: as much as a third of the wording.
_DATE_BONUS = 1.5
# What a unit of the reader's log-odds adds to a relevance; fitted as the weights of `fusion`.
_JUDGED = 0.3
# Passages that say the same in the same words, and articles one of which is a reprint or a shorter
# form of the other: shares of pairs of characters in common.
_SAME, _SAME_STORY = 0.95, 0.9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what stands over it."""

    passage: Passage
    article: Article
    reading: Reading
    over: Reading
    embedded: bool
    """Whether it has a vector; without one the next two are those of a middling candidate."""
    similarity: float
    standing: float
    """Its standardised similarity among the candidates."""
    article_coverage: float
    place: int

    def features(self, wording: Wording) -> Features:
        """Return what decides its relevance to a question of this wording."""
        sentences = self.reading.sentences
        return Features(
            similarity=self.similarity,
            sentence=max(wording.coverage(f"{self.over.folded}\n{one}") for one in sentences),
            characters=max(wording.character_coverage(one) for one in sentences),
            run=wording.longest_run(self.reading.folded),
            article=self.article_coverage,
            place=self.place,
            length=len(self.reading.folded),
        )

    @property
    def text(self) -> str:
        """All that is read of it, in search form."""
        return f"{self.over.folded}\n{self.reading.folded}"


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate in its place in the order.

    `relevance` is what search gives it, a date of the question (`dated`) included; `judgement` what
    the reader says of it. `read_on` says that it was read because its article was found.
    """

    candidate: Candidate
    relevance: float
    dated: bool = False
    judgement: Judgement | None = None
    read_on: bool = False

    @property
    def score(self) -> float:
        """What orders it; a difference of 1 is a factor of e in the odds."""
        read = self.judgement.relevance if self.judgement else 0.0
        return self.relevance + _JUDGED * read


def load_candidates(
    collection: Collection,
    passages: Mapping[int, Passage],
    snapshot: Snapshot,
    wording: Wording,
    ids: NDArray[np.int64],
    similarities: Scores,
) -> dict[int, Candidate]:
    """Return the candidates among `passages`, by id, in the order of `ids`.

    `similarities` are the cosines of `ids`, NaN where there is no vector: while it is still
    being made, a passage has neither to win nor to lose by it.
    """
    embedded = ~np.isnan(similarities)
    middling = np.median(similarities[embedded]) if embedded.any() else 0.0
    similarities = np.where(embedded, similarities, middling)
    articles = collection.find_articles(sorted({p.article_id for p in passages.values()}))
    standing = standardise(similarities)
    coverages = snapshot.article_coverage(wording.units, ids)
    places = snapshot.positions_of(ids)
    found = {}
    for row, key in enumerate(ids.tolist()):
        passage = passages.get(key)
        article = articles.get(passage.article_id) if passage else None
        if passage is None or article is None:
            continue
        found[key] = Candidate(
            passage,
            article,
            read(passage.text),
            read(heading(article, passage.subhead)),
            embedded=bool(embedded[row]),
            similarity=float(similarities[row]),
            standing=float(standing[row]),
            article_coverage=float(coverages[row]),
            place=int(places[row]),
        )
    return found


def in_order(
    candidates: Sequence[Candidate], scores: Scores, dates: Sequence[DateRange], leading: int
) -> list[Found]:
    """Return them best first; among the `leading` ones those that have one of the dates move up."""
    found = []
    for rank, row in enumerate(np.argsort(-scores, kind="stable").tolist()):
        candidate = candidates[row]
        # Dates are looked for where they can matter: finding them costs as much as all the rest.
        dated = bool(dates) and rank < leading
        dated = dated and _is_dated(candidate.passage, candidate.article, dates)
        found.append(Found(candidate, float(scores[row]) + _DATE_BONUS * dated, dated))
    return sorted(found, key=lambda one: -one.relevance)


def distinct(found: Sequence[Found], k: int) -> list[Found]:
    """Return up to `k`, in their order, without those that repeat a better one."""
    kept: list[Found] = []
    for one in found:
        if len(kept) == k:
            break
        if not any(_repeats(one.candidate, other.candidate) for other in kept):
            kept.append(one)
    return kept


def _is_dated(passage: Passage, article: Article, dates: Sequence[DateRange]) -> bool:
    """Whether the passage names one of the dates, or its article appeared then."""
    ranges = [DateRange(article.published, article.published)] if article.published else []
    base = article.published or date.today()
    ranges += [DateRange(m.first, m.last) for m in find_dates(passage.text, base)]
    return any(wanted.meets(named) for wanted in dates for named in ranges)


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether a passage says what another one says, and its article tells the same story.

    Different articles that share a passage, such as an appeal and the news about it, both count:
    what stands around the passage may be what the question asks for.
    """
    if overlap(one.reading, other.reading) < _SAME:
        return False
    if one.article.id == other.article.id:
        return True
    return overlap(read(one.article.text), read(other.article.text)) >= _SAME_STORY
