"""Question to evidence: both channels asked, fused, read, and each finding explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.index.collection import Collection
from rag.retrieval.candidates import Found, distinct, in_order, load_candidates
from rag.retrieval.explanation import explain
from rag.retrieval.fusion import fuse, relevance
from rag.retrieval.question import Question, understand
from rag.retrieval.reading import is_convinced, judged, read_on
from rag.retrieval.wording import question_wording
from rag.settings import Settings
from rag.types import Evidence, Filters

if TYPE_CHECKING:
    from rag.models.embedder import Embedder
    from rag.models.reader import Reader

_NO_FILTERS = Filters()
# Passages of an article that are read on, and those nearest to the question that may be.
_READ_ON, _UNREAD = 6, 24


def search(
    collection: Collection,
    embedder: Embedder,
    question: str | Question,
    *,
    k: int | None = None,
    filters: Filters = _NO_FILTERS,
    settings: Settings,
    reader: Reader | None = None,
) -> list[Evidence]:
    """Return up to `k` passages for a question, best first; several may be of one article.

    With a `reader`, it judges the best passages (`retrieval.rerank`) and orders them; where none
    convinces it, it reads on in the best articles (`retrieval.read_on`). A `Question`
    carries what `understand` completed from the conversation; a text is taken as it
    stands. A passage that repeats a better one, as reprints do, is left out.

    Raises:
        QuestionError: the question has no text, or `k` is less than 1.
        CollectionMissingError: nothing has been ingested yet.
    """
    if isinstance(question, str):
        question = understand(question, today=today(settings))
    if not question.search_text.strip():
        raise QuestionError("the question is empty", remedy="ask for something in words")
    wanted = settings.retrieval.k if k is None else k
    if wanted < 1:
        raise QuestionError(
            f"{wanted} passages were asked for", remedy="ask for one passage at least (k >= 1)"
        )
    filters = with_days_printed(collection, question, filters)
    asked = _Asked(question, collection, embedder, filters, settings)
    found = asked.found(wanted, reader)
    if collection.generation() != asked.generation:
        # A writer committed between the question to the indexes and that to the catalogue, which
        # no longer knows what the indexes found.
        asked = _Asked(question, collection, embedder, filters, settings)
        found = asked.found(wanted, reader)
    return explain(found, asked.wording, wanted)


def with_days_printed(collection: Collection, question: Question, filters: Filters) -> Filters:
    """Return the filters, narrowed to the days whose newspaper is asked for if there is one."""
    if not question.printed or filters.published_from or filters.published_to:
        return filters
    narrowed = replace(
        filters,
        published_from=min(day.first for day in question.dates),
        published_to=max(day.last for day in question.dates),
    )
    printed = collection.selected(narrowed)
    return narrowed if printed is not None and len(printed) else filters


def today(settings: Settings) -> date:
    """Return the day that 今天 means in questions."""
    return settings.today or date.today()


class _Asked:
    """A question put to one state of a collection."""

    def __init__(
        self,
        question: Question,
        collection: Collection,
        embedder: Embedder,
        filters: Filters,
        settings: Settings,
    ) -> None:
        self._text, self._dates = question.search_text, question.dates
        self._collection, self._filters = collection, filters
        self._settings = settings.retrieval
        self._snapshot = collection.snapshot()
        self.generation = self._snapshot.manifest.generation
        self.wording = question_wording(self._text, self._snapshot)
        # Slips of the keyboard are mended for both channels.
        self._vector = embedder.embed_queries([self._snapshot.mended(self._text)])[0]

    def found(self, wanted: int, reader: Reader | None) -> list[Found]:
        """Return what was found, best first: as many passages as are wanted or read, or all."""
        count = self._settings.rerank
        found = self._proposed(max(wanted, count))
        if reader is None or not count:
            return found
        found = judged(found, self._text, reader, count)
        if is_convinced(found) or not self._settings.read_on:
            return found
        return read_on(found, self._unread(found), self._text, reader)

    def _proposed(self, leading: int) -> list[Found]:
        """The best of what the channels propose."""
        articles = self._collection.selected(self._filters)
        count = max(self._settings.candidates, leading)
        lexical = self._snapshot.lexical(self._text, count, articles)
        dense = self._snapshot.dense(self._vector, count, articles)
        ids = np.array(sorted({key for key, _ in (*lexical, *dense)}), np.int64)
        return distinct(self._ranked(ids, 3 * leading), leading)

    def _unread(self, found: Sequence[Found]) -> list[Found]:
        """What nobody read of the articles found best: of each the passages most like it."""
        read = [one.candidate for one in found if one.judgement is not None]
        firsts = {one.article.id: one.passage.id for one in reversed(read)}
        best = dict.fromkeys(one.article.id for one in read)
        numbers = self._snapshot.articles_of(
            np.array([firsts[key] for key in list(best)[: self._settings.read_on]], np.int64)
        )
        unread: list[Found] = []
        for number in numbers[numbers >= 0]:
            ids = self._snapshot.passages_in(number)
            ids = np.setdiff1d(ids, [one.passage.id for one in read])
            nearest = np.argsort(-self._similarities(ids), kind="stable")[:_UNREAD]
            unread += self._ranked(np.sort(ids[nearest]), 2 * _READ_ON)[:_READ_ON]
        return unread

    def _ranked(self, ids: NDArray[np.int64], leading: int) -> list[Found]:
        """These passages in the order of their relevance."""
        if not len(ids):
            return []
        passages = self._collection.passages(ids.tolist(), self._filters)
        similarities = self._similarities(ids)
        found = load_candidates(
            self._collection, passages, self._snapshot, self.wording, ids, similarities
        )
        candidates = list(found.values())
        weight = self._settings.dense_weight
        if weight is None:
            scores = relevance([one.features(self.wording) for one in candidates])
        else:
            lexical = self._snapshot.lexical_scores(self._text, np.array(list(found), np.int64))
            scores = fuse(np.array([one.similarity for one in candidates]), lexical, weight)
        return in_order(candidates, scores, self._dates, leading)

    def _similarities(self, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._snapshot.similarities(self._vector, ids).astype(np.float64)
