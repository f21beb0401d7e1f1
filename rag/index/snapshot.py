"""One committed state of a collection, searched through both channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.chinese.normalise import fold
from rag.index import dense, lexical, lexicon
from rag.index.catalogue import Catalogue, Manifest
from rag.index.dense import DenseIndex
from rag.index.generation import generation_folder, require_generation
from rag.index.lexical import LexicalIndex, Term, question_terms
from rag.index.lexicon import Lexicon
from rag.types import Filters

# Share of the whole article's BM25 in a passage's: a passage of 200 characters does not repeat
# who and where the article is about. Chosen with benchmarks/retrieval.py.
_ARTICLE_SHARE = 0.5
# Articles that propose their best passages, though these alone may not stand out.
_ARTICLES_PROPOSING = 10


class Snapshot:
    """The word index and the vector index of one generation; safe to share between threads."""

    def __init__(
        self,
        manifest: Manifest,
        dense_index: DenseIndex,
        lexical_index: LexicalIndex,
        members: NDArray[np.int64],
        terms: Lexicon,
    ) -> None:
        """`members` has a row (passage id, article number) for each passage, sorted by id."""
        self.manifest = manifest
        self.lexicon = terms
        self._dense, self._lexical = dense_index, lexical_index
        # Every step of a search asks for the same question.
        self.mended = lru_cache(maxsize=256)(self._mended)
        self._ids, self._numbers = members[:, 0], members[:, 1]
        # The passages of an article have neighbouring ids, in reading order.
        places = np.arange(len(members))
        starts = np.diff(self._numbers, prepend=-1) != 0
        self._positions = places - np.maximum.accumulate(np.where(starts, places, 0))

    @classmethod
    def load(cls, collection: Path, catalogue: Catalogue, manifest: Manifest) -> Snapshot:
        """Return the snapshot that `manifest` describes.

        Raises:
            CollectionDamagedError: a file is missing or altered.
        """
        folder = generation_folder(collection, manifest.generation)
        require_generation(folder, catalogue.files())
        return cls(
            manifest,
            DenseIndex.load(folder / dense.FILE_NAME),
            LexicalIndex.load(folder / lexical.FOLDER_NAME),
            catalogue.members(),
            Lexicon.load(folder / lexicon.FILE_NAME),
        )

    def counts(self) -> tuple[int, int]:
        """Return the number of passages in the vector index and in the word index."""
        return len(self._dense), len(self._lexical)

    def passages_of(self, articles: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
        """Return the ids of the passages of the articles with these numbers; None for no filter."""
        return None if articles is None else self._ids[np.isin(self._numbers, articles)]

    def passages_in(self, article: int) -> NDArray[np.int64]:
        """Return the ids of the passages of the article with this number, in reading order."""
        ids: NDArray[np.int64] = self._ids[self._numbers == article]
        return ids

    def articles_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the article of each passage, -1 for an unknown passage."""
        return self._look_up(self._numbers, ids)

    def positions_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many passages of its article stand before each; -1 for an unknown passage."""
        return self._look_up(self._positions, ids)

    def _look_up(self, values: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
        if not len(self._ids):
            return np.full(len(ids), -1, np.int64)
        places = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        return np.where(self._ids[places] == ids, values[places], -1)

    def _terms(self, question: str) -> tuple[Term, ...]:
        mended = self.mended(question)
        return question_terms(mended, tuple(self.lexicon.find(fold(mended))))

    def _mended(self, question: str) -> str:
        """Return the question with slips of the keyboard mended, itself when there are none.

        A mended question is in search form.
        """
        folded = fold(question)
        mended = self._lexical.mended(folded)
        return question if mended == folded else mended

    def dense(
        self, vector: NDArray[np.float32], k: int, articles: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, cosine), nearest first, of `articles` if given."""
        return self._dense.search(vector, k, self.passages_of(articles))

    def similarities(
        self, vector: NDArray[np.float32], ids: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the cosine of `vector` and each of the passages."""
        return self._dense.similarities(vector, ids)

    def lexical(
        self, question: str, k: int, articles: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, score), best first, of `articles` if given."""
        terms = self._terms(question)
        found = dict(self._lexical.passages(terms, k, articles=articles))
        proposing = self._lexical.articles(terms, _ARTICLES_PROPOSING, articles=articles)
        numbers = np.array([number for number, _ in proposing], np.int64)
        found |= dict(self._lexical.passages(terms, k, articles=numbers))
        ids = np.array(sorted(found), np.int64)
        scores = self._with_articles(terms, ids, np.array([found[i] for i in ids.tolist()]))
        order = np.argsort(-scores, kind="stable")[:k]
        return [(int(ids[place]), float(scores[place])) for place in order]

    def lexical_scores(self, question: str, ids: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the score that `lexical` gives each of the passages, 0 without a hit."""
        terms = self._terms(question)
        found = dict(self._lexical.passages(terms, len(ids), ids=ids))
        scores = np.array([found.get(passage_id, 0.0) for passage_id in ids.tolist()])
        return self._with_articles(terms, ids, scores)

    def _with_articles(
        self, terms: Sequence[Term], ids: NDArray[np.int64], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        numbers = self.articles_of(ids)
        distinct = np.unique(numbers[numbers >= 0])
        found = dict(self._lexical.articles(terms, len(distinct), articles=distinct))
        whole = np.array([found.get(number, 0.0) for number in numbers.tolist()])
        return scores + _ARTICLE_SHARE * whole

    def article_coverage(
        self, units: Mapping[str, float], ids: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return what the units in the whole article of each passage are worth together.

        `units` are pairs and figures of a question with their shares of its rare wording.
        """
        numbers = self.articles_of(ids)
        found = dict(self._lexical.coverage(units, np.unique(numbers[numbers >= 0])))
        return np.array([found.get(number, 0.0) for number in numbers.tolist()])

    def rarities(self, words: Sequence[str], field: str) -> NDArray[np.float64]:
        """Return how rare each word is among the passages (inverse document frequency)."""
        return np.array([self._lexical.rarity(field, word) for word in words], np.float64)


def article_numbers(catalogue: Catalogue, filters: Filters) -> NDArray[np.int64] | None:
    """Return the numbers of the articles that pass the filters; None when nothing is filtered."""
    return catalogue.filtered_articles(filters) if filters else None
