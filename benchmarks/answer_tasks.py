"""What `answers.py` asks, and of which articles: the sets' questions, contexts and collections.

A question's context is given to the assistant as a filter on `source`, the one way in which its
public interface limits a search: the source of an article lists the contexts that it stands in.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from baselines import BigramBM25
from retrieval import Part, read_lines

from rag.evaluation.cases import Case, TestSet
from rag.evaluation.gold import holds_answer
from rag.evaluation.testset import check_test_set
from rag.index.collection import Collection, SourceFile
from rag.models.embedder import Embedder
from rag.settings import Settings
from rag.types import Article, Filters

# Where a set names no context, what is relevant and what looks alike; so many articles together.
_CONTEXT_ARTICLES = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """Which questions are asked: `count` drawn by `seed`, or every `step`-th from `start` on."""

    count: int = 0
    seed: int = 0
    start: int = 0
    step: int = 1

    @classmethod
    def parse(cls, text: str, seed: int) -> Sample:
        """Return the sample that COUNT or START:STEP names; an empty text is all questions."""
        first, colon, second = text.partition(":")
        if colon:
            return cls(start=int(first or 0), step=int(second or 1))
        return cls(count=int(first or 0), seed=seed)

    def of(self, test_set: TestSet) -> TestSet:
        """Return the chosen cases, in the order of the set."""
        if self.count:
            return test_set.chosen(sample=self.count, seed=self.seed)
        return replace(test_set, cases=test_set.cases[self.start :: self.step])

    def __str__(self) -> str:
        if self.count:
            return f"{self.count} questions, seed {self.seed}"
        return f"questions {self.start}::{self.step}"


@dataclass(frozen=True, slots=True)
class Task:
    """Questions with the articles that they are asked of.

    `contexts` are the ids of the articles that each case may see, by case id; a case without a
    context sees them all. `filters` name the contexts in the collection.
    """

    name: str
    test_set: TestSet
    articles: Sequence[Article]
    contexts: Mapping[str, Sequence[str]]
    collection: str
    conditions: Mapping[str, Any]

    def filters(self, case: Case) -> Filters:
        """Return the filter under which only the context of a case is searched."""
        return Filters(source=_mark(self.contexts[case.id])) if case.id in self.contexts else _ALL


_ALL = Filters()


def open_task(data: Path, questions: str, noise: Part | None, sample: Sample, **of: bool) -> Task:
    """Return the task of asking a set's questions of all its articles, and of `noise` beside."""
    test_set = _read(data, questions, sample, **of)
    extra = noise.read(data) if noise else []
    return Task(
        name=f"{questions}-open" + (f"+{noise}" if noise else ""),
        test_set=test_set,
        articles=[*Part(questions).read(data), *extra],
        contexts={},
        collection=questions + (f"+{noise}" if noise else ""),
        conditions={"mode": "open", "noise articles": len(extra)},
    )


def foreign_task(data: Path, questions: str, corpus: Part, sample: Sample, **of: bool) -> Task:
    """Return the task of asking a set's questions of another corpus; all are to be refused."""
    test_set = _read(data, questions, sample, **of)
    cases = [
        replace(case, answerable=False, answers=(), points=(), relevant=(), quotes=())
        for case in test_set.cases
    ]
    return Task(
        name=f"{questions}-out-of-{corpus}",
        test_set=replace(test_set, cases=tuple(cases)),
        articles=corpus.read(data),
        contexts={},
        collection=str(corpus),
        conditions={"mode": "out of corpus", "corpus": str(corpus)},
    )


def closed_task(data: Path, questions: str, sample: Sample, **of: bool) -> Task:
    """Return the task of asking each question of its own context only."""
    test_set = _read(data, questions, sample, **of)
    contexts = {case.id: case.context or case.relevant for case in test_set.cases}
    return Task(
        name=f"{questions}-closed",
        test_set=test_set,
        articles=Part(questions).read(data),
        contexts=contexts,
        collection=questions,
        conditions={"mode": "closed"},
    )


def noisy_task(data: Path, questions: str, share: float, sample: Sample, **of: bool) -> Task:
    """Return the task of asking each question of a context of which `share` are distractors.

    A context has five articles where a set names several relevant ones, otherwise the relevant
    article and as many distractors as come nearest to the share. Distractors are the set's
    `negatives`, else the articles nearest to the question (BM25) without an accepted answer.
    Questions without a relevant article are left out.
    """
    test_set = _read(data, questions, sample, answerable=True, **of)
    articles = Part(questions).read(data)
    known = {article.id: article for article in articles}
    negatives = {line["id"]: line.get("negatives", ()) for line in _lines(data, questions)}
    nearest = BigramBM25(articles)
    contexts, shares = {}, []
    for case in test_set.cases:
        several = len(case.relevant) > 1
        wanted = max(1, round(_CONTEXT_ARTICLES * (1 - share))) if several else 1
        relevant = case.relevant[:wanted]
        count = (_CONTEXT_ARTICLES - wanted) if several else round(share / (1 - share))
        # Too few share any wording with some questions: then the first others of the file follow.
        candidates = negatives.get(case.id) or dict.fromkeys([*nearest.rank(case.question), *known])
        fitting = (
            key
            for key in candidates
            if key not in case.relevant and not _answers(known[key], case.answers)
        )
        others = list(islice(fitting, count))
        contexts[case.id] = (*relevant, *others)
        shares.append(len(others) / (len(others) + len(relevant)))
    return Task(
        name=f"{questions}-distractors-{share}",
        test_set=test_set,
        articles=articles,
        contexts=contexts,
        collection=f"{questions}-distractors",
        conditions={"mode": "closed", "distractors": round(sum(shares) / len(shares), 3)},
    )


def fill(tasks: Iterable[Task], folder: Path, settings: Settings, embedder: Embedder) -> Collection:
    """Return the collection of tasks that share one, brought up to date; what is there stays."""
    tasks = list(tasks)
    marks: dict[str, set[str]] = defaultdict(set)
    for task in tasks:
        for context in task.contexts.values():
            for key in context if len(context) > 1 else ():
                marks[key].add(_mark(context))
    files = [_file(article, sorted(marks[article.id])) for article in tasks[0].articles]
    collection = Collection.open(folder, settings, embedder)
    collection.update(files, progress=_progress(tasks[0].collection))
    return collection


def _file(article: Article, marks: Sequence[str]) -> SourceFile:
    content = json.dumps([article.id, article.headline, article.text, marks], ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    source = " ".join((article.source, article.id, *marks))
    return SourceFile(source, digest, lambda: [article], place=article.id)


def _mark(context: Sequence[str]) -> str:
    """The name of a context: of one article its id, which every source holds."""
    if len(context) == 1:
        return context[0]
    return hashlib.sha256("\n".join(context).encode()).hexdigest()[:12]


def _read(
    data: Path, questions: str, sample: Sample, *, ambiguous: bool = False, answerable: bool = False
) -> TestSet:
    test_set, problems = check_test_set(data / f"{questions}.qa.jsonl.gz")
    for problem in problems:
        if problem.severity == "error":
            print(f"{questions}, left out: {problem}", file=sys.stderr)
    left_out = {
        line["id"] for line in _lines(data, questions) if line.get("ambiguous") and not ambiguous
    }
    cases = [
        case
        for case in test_set.cases
        if case.id not in left_out and (case.relevant or not answerable)
    ]
    return sample.of(replace(test_set, cases=tuple(cases)))


def _lines(data: Path, questions: str) -> list[dict[str, Any]]:
    return read_lines(data / f"{questions}.qa.jsonl.gz")


def _answers(article: Article, answers: Iterable[str]) -> bool:
    return any(holds_answer(f"{article.headline}\n{article.text}", answer) for answer in answers)


def _progress(name: str) -> Any:
    def show(step: str, done: int, total: int) -> None:
        if total:
            print(f"\r{name}: {step} {done}/{total}   ", end="", file=sys.stderr, flush=True)
            if done == total and step == "index":
                print(file=sys.stderr)

    return show
