"""Measures what ingestion costs beside embedding: both on the same passages, in one run.

    python benchmarks/ingest.py --data FOLDER --corpus NAME [--passages 600] [--parts 3]

Articles of the corpus are written as JSONL exports, one file a part. Part by part the passages are
embedded by the engine alone, and the file is ingested as a user does it; so both meet the same
machine, however busy it is. Then all is ingested again, which must embed nothing. With `--free`
embedding costs nothing: what is left is reading, cutting, indexing and writing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from latency import RandomPassages, enough
from numpy.typing import NDArray
from retrieval import read_articles

from rag.index.chunking import embedding_text, split_article
from rag.index.collection import Collection
from rag.ingest import ingest
from rag.models.embedder import Embedder, load_embedder
from rag.settings import Settings
from rag.types import Article


class Recording:
    """An embedder that notes what it was given."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.fingerprint = embedder.fingerprint
        self.embed_queries = embedder.embed_queries
        self._embedder = embedder
        self.texts: list[str] = []

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return the vectors of passages, shape (len(texts), dimension)."""
        self.texts += texts
        return self._embedder.embed_passages(texts, progress)


@dataclass
class Stopwatch:
    """Seconds by the clock and by the processor, summed over several runs."""

    clock: float = 0.0
    processor: float = 0.0
    _started: tuple[float, float] = field(default=(0.0, 0.0))

    def __enter__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.clock += time.perf_counter() - self._started[0]
        self.processor += time.process_time() - self._started[1]


def write_parts(articles: Sequence[Article], folder: Path, parts: int) -> list[list[Article]]:
    """Write the articles as exports, one file a part, and return the parts."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shares = [list(articles[start::parts]) for start in range(parts)]
    for number, share in enumerate(shares):
        lines = [
            json.dumps({"id": a.id, "title": a.headline, "text": a.text}, ensure_ascii=False)
            for a in share
        ]
        (folder / f"{number:03}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return shares


def main() -> None:
    """Print seconds and passages a second of both, their ratio, and the second ingestion."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--corpus", required=True, help="set whose articles are ingested")
    parser.add_argument("--passages", type=int, default=600)
    parser.add_argument("--parts", type=int, default=3)
    parser.add_argument("--free", action="store_true", help="random vectors at no cost")
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/ingest"))
    options = parser.parse_args()
    settings = Settings.load()
    engine: Embedder = load_embedder(settings)
    if options.free:
        engine = RandomPassages(engine)
    corpus = read_articles(options.corpus, options.data / f"{options.corpus}.corpus.jsonl.gz")
    articles = enough(corpus, options.passages, settings)
    files = options.work / "files"
    parts = write_parts(articles, files, options.parts)
    shutil.rmtree(options.work / "collection", ignore_errors=True)
    recording = Recording(engine)
    engine.embed_passages(["预热"])
    alone, whole, again = Stopwatch(), Stopwatch(), Stopwatch()
    with Collection.open(options.work / "collection", settings, recording) as collection:
        for number, part in enumerate(parts):
            texts = {
                embedding_text(article, draft, settings.index.headline_context)
                for article in part
                for draft in split_article(article, settings.index.passage_chars)
            }
            with alone:
                engine.embed_passages(sorted(texts))
            with whole:
                ingest(collection, [files / f"{number:03}.jsonl"])
        embedded = len(recording.texts)
        with again:
            report = ingest(collection, [files])
        print(f"{len(articles)} articles, {embedded} passages embedded, {options.parts} parts")
    for label, watch in (("engine alone", alone), ("ingestion", whole), ("again", again)):
        rate = f"{embedded / watch.clock:.1f} passages/s" if watch is not again else ""
        print(f"{label:13} clock {watch.clock:.2f} s  processor {watch.processor:.2f} s  {rate}")
    print(f"the second ingestion embedded {report.passages_embedded} passages")
    print(
        f"ingestion / engine alone: clock {whole.clock / alone.clock:.3f},"
        f" processor {whole.processor / alone.processor:.3f}"
    )


if __name__ == "__main__":
    main()
