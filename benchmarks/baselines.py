"""What the figures are compared with: a tutorial's pipeline, and BM25 over character bigrams."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder import Embedder
from rag.types import Article

# LangChain's vector stores return this many chunks unless told otherwise.
NAIVE_K = 4
_DEEP = 60
_K1, _B = 1.5, 0.75
_PUNCTUATION = re.compile(r"\W+")


class NaivePipeline:
    """LangChain's recursive splitter as it comes, the project's embedder, FAISS."""

    def __init__(self, articles: Sequence[Article], embedder: Embedder) -> None:
        import faiss
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter()
        chunks = [
            (article.id, chunk)
            for article in articles
            for chunk in splitter.split_text(f"{article.headline}\n{article.text}")
        ]
        self._ids = [article_id for article_id, _ in chunks]
        self._embedder = embedder
        self._index = faiss.IndexFlatL2(embedder.dimension)
        self._index.add(embedder.embed_passages([chunk for _, chunk in chunks]))

    def rank(self, question: str, k: int = NAIVE_K) -> list[str]:
        """Return the ids of the articles of the `k` nearest chunks, each once, best first."""
        places = self._index.search(self._embedder.embed_queries([question]), k)[1][0]
        return list(dict.fromkeys(self._ids[place] for place in places if place >= 0))

    def rank_deep(self, question: str) -> list[str]:
        """Return the same without the cut after four chunks."""
        return self.rank(question, _DEEP)


class BigramBM25:
    """Whole articles, headline in front, by pairs of neighbouring characters; nothing tuned."""

    def __init__(self, articles: Sequence[Article]) -> None:
        counts = [Counter(_bigrams(f"{a.headline}\n{a.text}")) for a in articles]
        lengths = np.array([count.total() for count in counts], np.float64)
        norms = _K1 * (1 - _B + _B * lengths / max(1.0, float(lengths.mean())))
        postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, count in enumerate(counts):
            for pair, times in count.items():
                postings[pair].append((place, times))
        self._ids = [article.id for article in articles]
        self._weights: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for pair, rows in postings.items():
            places = np.array([place for place, _ in rows], np.int64)
            times = np.array([time for _, time in rows], np.float64)
            idf = np.log1p((len(articles) - len(rows) + 0.5) / (len(rows) + 0.5))
            self._weights[pair] = (places, idf * times * (_K1 + 1) / (times + norms[places]))

    def rank(self, question: str) -> list[str]:
        """Return the ids of the articles that share a pair with the question, best first."""
        scores = np.zeros(len(self._ids))
        for pair in set(_bigrams(question)):
            if pair in self._weights:
                places, weights = self._weights[pair]
                scores[places] += weights
        order = np.argsort(-scores, kind="stable")[:_DEEP]
        return [self._ids[place] for place in order if scores[place] > 0]


def _bigrams(text: str) -> list[str]:
    return [
        run[place : place + 2] for run in _PUNCTUATION.split(text) for place in range(len(run) - 1)
    ]
