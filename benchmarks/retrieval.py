"""Measures retrieval on question sets: recall, MRR and nDCG of each channel, of search, of rivals.

    python benchmarks/retrieval.py --data FOLDER --sets NAME[:START:STEP] ... [--json FILE]
    python benchmarks/retrieval.py --data FOLDER --sets NAME --inside crud_docs:10000 --no-naive

FOLDER holds NAME.corpus.jsonl.gz (id, title, text) and NAME.qa.jsonl.gz (question, relevant ids).
Each set becomes a collection of its own under --work, where it is kept: a second run with the
same settings embeds nothing. With --inside its articles lie among those of another corpus. Other
settings: WENBAO_INDEX__PASSAGE_CHARS=200 and the like.
An article's rank is that of its best passage. Ambiguous questions and those without a relevant
article are left out; NAME:1:4 asks every fourth of the others, from the second on. Recall@k is the
share of questions with a relevant article among the first k; `answer@k` that of questions with an
accepted answer in the text of one of them (some sets mark one of several copies as relevant).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from baselines import BigramBM25, NaivePipeline

from rag.chinese.normalise import fold, simplify
from rag.index.collection import Collection, SourceFile
from rag.models.embedder import Embedder, load_embedder
from rag.models.reader import Reader, load_reader
from rag.retrieval.search import search
from rag.settings import Settings
from rag.types import Article

_DEPTH = 10
_PASSAGES = 60
_COLUMNS = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "answer@1", "answer@10")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a compressed JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def read_questions(path: Path, part: slice) -> list[dict[str, Any]]:
    """Return that part of the questions that have a relevant article and are not ambiguous."""
    usable = [q for q in read_lines(path) if q["relevant"] and not q.get("ambiguous")]
    return usable[part]


def read_articles(name: str, path: Path) -> list[Article]:
    """Return the corpus of a set."""
    return [
        Article(id=line["id"], headline=line.get("title") or "", text=line["text"], source=name)
        for line in read_lines(path)
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """Articles of a corpus: all of them, or `count` evenly spread over the file."""

    name: str
    count: int = 0

    @classmethod
    def parse(cls, text: str) -> Part:
        """Return the part that NAME or NAME:COUNT names."""
        name, _, count = text.partition(":")
        return cls(name, int(count or 0))

    def read(self, data: Path) -> list[Article]:
        """Return the articles."""
        articles = read_articles(self.name, data / f"{self.name}.corpus.jsonl.gz")
        if not 0 < self.count < len(articles):
            return articles
        return [articles[place * len(articles) // self.count] for place in range(self.count)]

    def __str__(self) -> str:
        return f"{self.name}-{self.count}" if self.count else self.name


def ingest(collection: Collection, corpora: Iterable[Part], data: Path) -> list[Article]:
    """Bring corpora into a collection and return their articles."""
    read = {str(corpus): corpus.read(data) for corpus in corpora}

    def file(name: str) -> SourceFile:
        return SourceFile(name, str(len(read[name])), lambda: read[name])

    collection.update(
        [file(name) for name in read],
        progress=lambda step, done, total: print(f"\r{step} {done}/{total} ", end=""),
    )
    print()
    return [article for articles in read.values() for article in articles]


def measures(ranked: Sequence[str], relevant: Iterable[str]) -> list[float]:
    """Return the measures of one question in the order of the columns."""
    gold = set(relevant)
    hits = [position for position, one in enumerate(ranked[:_DEPTH]) if one in gold]
    first = hits[0] if hits else math.inf
    ideal = sum(1 / math.log2(place + 2) for place in range(min(len(gold), _DEPTH)))
    gain = sum(1 / math.log2(place + 2) for place in hits)
    return [first < 1, first < 5, first < _DEPTH, 1 / (first + 1) if hits else 0.0, gain / ideal]


def answered(ranked: Sequence[str], answers: Sequence[str], texts: Mapping[str, str]) -> list[bool]:
    """Return whether an answer stands in the first article, and in the first ten."""
    wanted = [fold(answer) for answer in answers if answer.strip()]
    holding = [any(one in texts[key] for one in wanted) for key in ranked[:_DEPTH]]
    return [any(holding[:1]), any(holding)]


def channels(
    collection: Collection,
    embedder: Embedder,
    settings: Settings,
    articles: Sequence[Article],
    naive: bool,
) -> dict[str, Callable[[str], list[str]]]:
    """Return, for each channel, the function from a question to ranked article ids."""

    def articles_of(hits: Sequence[tuple[int, float]]) -> list[str]:
        passages = collection.passages([key for key, _ in hits])
        return list(dict.fromkeys(passages[key].article_id for key, _ in hits))

    def dense(question: str) -> list[str]:
        return articles_of(collection.dense(embedder.embed_queries([question])[0], _PASSAGES))

    def lexical(question: str) -> list[str]:
        return articles_of(collection.lexical(question, _PASSAGES))

    def found(question: str, reader: Reader | None = None) -> list[str]:
        evidence = search(
            collection, embedder, question, k=_PASSAGES, settings=settings, reader=reader
        )
        return list(dict.fromkeys(one.article.id for one in evidence))

    ranks: dict[str, Callable[[str], list[str]]] = {"bigram BM25": BigramBM25(articles).rank}
    if naive:
        pipeline = NaivePipeline(articles, embedder)
        ranks |= {"naive top 4": pipeline.rank, "naive": pipeline.rank_deep}
    ranks |= {"dense": dense, "lexical": lexical, "fused": found}
    reader = load_reader(settings)
    return ranks | ({"search": partial(found, reader=reader)} if reader else {})


def measure(
    name: str,
    part: slice,
    *,
    data: Path,
    work: Path,
    inside: Part | None,
    settings: Settings,
    embedder: Embedder,
    simplified: bool,
    naive: bool,
) -> dict[str, Any]:
    """Return the figures of one set."""
    questions = read_questions(data / f"{name}.qa.jsonl.gz", part)
    corpora = [Part(name), *([inside] if inside else [])]
    folder = work / "+".join(map(str, corpora))
    with Collection.open(folder, settings, embedder) as collection:
        articles = ingest(collection, corpora, data)
        texts = {one.id: fold(f"{one.headline}\n{one.text}") for one in articles}
        stats = collection.stats()
        result: dict[str, Any] = {
            "set": name,
            "part": f"{part.start or 0}::{part.step or 1}",
            "inside": str(inside or ""),
            "simplified": simplified,
            "articles": stats.articles,
            "passages": stats.passages,
            "questions": len(questions),
        }
        for channel, rank in channels(collection, embedder, settings, articles, naive).items():
            rows, seconds = [], []
            for question in questions:
                text = simplify(question["question"]) if simplified else question["question"]
                start = time.perf_counter()
                ranked = rank(text)
                seconds.append(time.perf_counter() - start)
                answers = answered(ranked, question["answers"], texts)
                rows.append([*measures(ranked, question["relevant"]), *answers])
            figures = dict(zip(_COLUMNS, np.mean(rows, axis=0).round(4).tolist(), strict=True))
            p50, p95 = np.percentile(seconds, [50, 95]) * 1000
            result[channel] = figures | {"p50 ms": round(p50, 1), "p95 ms": round(p95, 1)}
            cells = "  ".join(f"{column} {value:.3f}" for column, value in figures.items())
            print(f"{name:24} {channel:12} {cells}  p50 {p50:.0f} ms  p95 {p95:.0f} ms", flush=True)
    return result


def parse_set(text: str) -> tuple[str, slice]:
    """Return the name of a set and the part of its questions: NAME or NAME:START:STEP."""
    name, *numbers = text.split(":")
    start, step = (int(number) for number in numbers) if numbers else (0, 1)
    return name, slice(start, None, step)


def main() -> None:
    """Measure the sets of the command line and print a table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument(
        "--sets", nargs="+", required=True, type=parse_set, help="NAME[:START:STEP]"
    )
    parser.add_argument("--inside", type=Part.parse, help="CORPUS[:COUNT], articles beside")
    parser.add_argument("--simplify", action="store_true", help="ask in simplified characters")
    parser.add_argument(
        "--no-naive", dest="naive", action="store_false", help="without the tutorial's pipeline"
    )
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/retrieval"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    settings = Settings.load()
    embedder = load_embedder(settings)
    results = [
        measure(
            name,
            part,
            data=options.data,
            work=options.work,
            inside=options.inside,
            settings=settings,
            embedder=embedder,
            simplified=options.simplify,
            naive=options.naive,
        )
        for name, part in options.sets
    ]
    report = {
        "embedder": embedder.name,
        "index": settings.index.model_dump(),
        "retrieval": settings.retrieval.model_dump(),
        "sets": results,
    }
    text = json.dumps(report, ensure_ascii=False, indent=1)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
