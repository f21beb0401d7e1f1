"""Measures the time from a question to its evidence in a large collection.

    python benchmarks/latency.py --data FOLDER --corpus NAME --questions NAME [--passages 100000]

The articles of a corpus are ingested until there are enough passages. Their vectors are random
(embedding them would take an hour, and how long a search takes does not depend on the vectors); the
questions are embedded by the model, and that is part of what is measured.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from retrieval import read_articles, read_questions

from rag.index.chunking import split_article
from rag.index.collection import Collection, SourceFile
from rag.models.embedder import Embedder, load_embedder
from rag.retrieval.search import search
from rag.settings import Settings
from rag.types import Article


class RandomPassages:
    """Embeds questions with a model and passages with a die."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = f"{embedder.name}, passages at random"
        self.dimension = embedder.dimension
        self.fingerprint = f"{embedder.fingerprint} random"
        self.embed_queries = embedder.embed_queries
        self._random = np.random.default_rng(0)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return random unit vectors, shape (len(texts), dimension)."""
        vectors = self._random.normal(size=(len(texts), self.dimension)).astype(np.float32)
        if progress:
            progress(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def enough(articles: Sequence[Article], passages: int, settings: Settings) -> list[Article]:
    """Return the first articles that have so many passages together."""
    taken, count = [], 0
    for article in articles:
        if count >= passages:
            break
        taken.append(article)
        count += len(split_article(article, settings.index.passage_chars))
    return taken


def main() -> None:
    """Measure and print percentiles of the time, by the clock and by the processor."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--corpus", required=True, help="set whose articles are ingested")
    parser.add_argument("--questions", required=True, help="set whose questions are asked")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/latency"))
    options = parser.parse_args()
    settings = Settings.load()
    embedder = RandomPassages(load_embedder(settings))
    with Collection.open(options.work / str(options.passages), settings, embedder) as collection:
        if not collection.sources():
            articles = read_articles(
                options.corpus, options.data / f"{options.corpus}.corpus.jsonl.gz"
            )
            few = enough(articles, options.passages, settings)
            collection.update([SourceFile(options.corpus, "1", lambda: few)])
        questions = read_questions(options.data / f"{options.questions}.qa.jsonl.gz", slice(None))
        texts = [one["question"] for one in questions[:: max(1, len(questions) // 220)]]
        for text in texts[:20]:
            search(collection, embedder, text, settings=settings)
        walls, processor = [], []
        for text in texts[20:]:
            wall, cpu = time.perf_counter(), time.process_time()
            search(collection, embedder, text, settings=settings)
            walls.append(time.perf_counter() - wall)
            processor.append(time.process_time() - cpu)
        print(f"{collection.stats().passages} passages, {len(walls)} questions")
    for label, seconds in (("clock", walls), ("processor", processor)):
        p50, p95 = np.percentile(seconds, [50, 95]) * 1000
        print(f"{label:10} p50 {p50:.1f} ms  p95 {p95:.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
