"""Test sets in the formats of public Chinese collections.

- SQuAD 1.1/2.0 JSON (`data → paragraphs → qas`), in which DRCD, CMRC 2018 and many others come;
  and the first CMRC 2018 JSON (`context_text`, `qas → query_text`).
- RGB (Chen et al. 2023, "Benchmarking Large Language Models in Retrieval-Augmented Generation"):
  JSON lines with `query`, `answer`, `positive`, `negative`. Every item of `answer` is required,
  an item that is a list gives its spellings.
- CRUD-RAG (Lyu et al. 2024, arXiv 2401.17043): one JSON object; the question-answering parts
  `questanswer_1doc`, `_2docs`, `_3docs` are read.
- `NAME.qa.jsonl(.gz)` with `NAME.corpus.jsonl(.gz)` beside it: the corpus is read along.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import TestSetError
from rag.evaluation.cases import Case, GoldArticle, Problem, TestSet
from rag.evaluation.tables import read_text

CRUD_PARTS = ("questanswer_1doc", "questanswer_2docs", "questanswer_3docs")
_RGB_FIELDS = {"query", "answer", "positive"}


def read_public_json(path: Path, text: str) -> TestSet | None:
    """The test set of a SQuAD, CMRC or CRUD-RAG file; None when it is none of them."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return None
    shelf = _Shelf()
    try:
        if isinstance(value, dict) and isinstance(value.get("data"), list):
            cases = list(_squad_cases(value["data"], shelf))
        elif isinstance(value, list) and value and "context_text" in value[0]:
            cases = list(_cmrc_cases(value, shelf))
        elif isinstance(value, dict) and any(part in value for part in CRUD_PARTS):
            cases = list(_crud_cases(value, shelf))
        else:
            return None
    except (AttributeError, KeyError, TypeError) as error:
        raise TestSetError(
            f"{path} looks like a public format but an item lacks its fields: {error!r}",
            remedy="check the file against its source, or write it as .jsonl",
        ) from error
    return TestSet(_name(path), _with_own_ids(cases), shelf.articles())


def is_rgb(text: str) -> bool:
    """Whether the first line is an item of RGB."""
    try:
        first = json.loads(text.split("\n", 1)[0])
    except json.JSONDecodeError:
        return False
    return isinstance(first, dict) and first.keys() >= _RGB_FIELDS


def read_rgb(path: Path, text: str) -> TestSet:
    """The test set of an RGB file; its positive and negative texts are the articles."""
    shelf = _Shelf()
    cases = []
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            item = json.loads(content)
            cases.append(_rgb_case(item, shelf))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise TestSetError(f"{path} line {line} is not an item of RGB: {error}") from error
    return TestSet(_name(path), _with_own_ids(cases), shelf.articles())


def sibling_corpus(path: Path) -> tuple[GoldArticle, ...]:
    """The articles of the `NAME.corpus.jsonl(.gz)` that lies beside `NAME.qa.jsonl(.gz)`."""
    stem, separator, _ = path.name.partition(".qa.jsonl")
    if not separator:
        return ()
    for suffix in (".corpus.jsonl.gz", ".corpus.jsonl"):
        corpus = path.with_name(stem + suffix)
        if corpus.exists():
            items = (json.loads(line) for line in read_text(corpus).split("\n") if line.strip())
            return tuple(
                GoldArticle(str(item["id"]), item.get("title", ""), item["text"]) for item in items
            )
    return ()


def closed_context_warning(cases: tuple[Case, ...]) -> tuple[Problem, ...]:
    """A warning when cases are unanswerable only within their own context."""
    count = sum(not case.answerable and bool(case.context) for case in cases)
    if not count:
        return ()
    message = (
        f"{count} questions are unanswerable only within their own context; with more articles "
        "indexed, an answer may exist: index only this set's articles, or leave their tag out"
    )
    return (Problem(0, "context", message, "warning"),)


class _Shelf:
    """Articles by content: the same text in several questions is one article."""

    def __init__(self) -> None:
        self._by_digest: dict[str, GoldArticle] = {}

    def put(self, headline: str, text: str) -> str:
        """The id of the article."""
        digest = hashlib.sha256(f"{headline}\n{text}".encode()).hexdigest()[:16]
        self._by_digest.setdefault(digest, GoldArticle(digest, headline, text))
        return digest

    def articles(self) -> tuple[GoldArticle, ...]:
        return tuple(self._by_digest.values())


def _squad_cases(data: list[Any], shelf: _Shelf) -> Iterator[Case]:
    for entry in data:
        for paragraph in entry.get("paragraphs", ()):
            article = shelf.put(entry.get("title", ""), paragraph["context"])
            for item in paragraph.get("qas", ()):
                answers = _unique(answer["text"] for answer in item.get("answers", ()))
                answerable = not item.get("is_impossible", not answers)
                yield Case(
                    id=str(item["id"]),
                    question=item["question"],
                    answers=answers if answerable else (),
                    relevant=(article,) if answerable else (),
                    answerable=answerable,
                    context=(article,),
                )


def _cmrc_cases(data: list[Any], shelf: _Shelf) -> Iterator[Case]:
    for entry in data:
        article = shelf.put(entry.get("title", ""), entry["context_text"])
        for item in entry.get("qas", ()):
            yield Case(
                id=str(item["query_id"]),
                question=item["query_text"],
                answers=_unique(item["answers"]),
                relevant=(article,),
                context=(article,),
            )


def _crud_cases(data: dict[str, Any], shelf: _Shelf) -> Iterator[Case]:
    for part in CRUD_PARTS:
        for number, item in enumerate(data.get(part, ())):
            texts = [item[f"news{i}"] for i in (1, 2, 3) if item.get(f"news{i}")]
            articles = tuple(shelf.put("", text) for text in texts)
            questions, answers = _listed(item["questions"]), _listed(item["answers"])
            for index, question in enumerate(questions):
                suffix = f"-{index}" if len(questions) > 1 else ""
                yield Case(
                    id=f"{part}-{item.get('ID', number)}{suffix}",
                    question=question,
                    answers=(answers[index],) if index < len(answers) else (),
                    relevant=articles,
                    tags=(part,),
                )


def _rgb_case(item: dict[str, Any], shelf: _Shelf) -> Case:
    points = tuple(
        tuple(str(spelling) for spelling in _listed(part)) for part in _listed(item["answer"])
    )
    positive = tuple(shelf.put("", text) for text in _flat(item["positive"]))
    for text in _flat(item.get("negative", [])):
        shelf.put("", text)
    single = len(points) == 1
    return Case(
        id=f"rgb-{item['id']}",
        question=item["query"],
        answers=points[0] if single else ("，".join(part[0] for part in points),),
        points=() if single else points,
        relevant=positive,
    )


def _with_own_ids(cases: list[Case]) -> tuple[Case, ...]:
    """The cases, the second of an id and later ones renamed: public sets repeat ids."""
    seen: Counter[str] = Counter()
    unique = []
    for case in cases:
        seen[case.id] += 1
        again = seen[case.id] > 1
        unique.append(replace(case, id=f"{case.id}~{seen[case.id]}") if again else case)
    return tuple(unique)


def _flat(value: Any) -> Iterator[str]:
    for item in _listed(value):
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield str(item)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unique(values: Any) -> tuple[str, ...]:
    texts = (str(value).strip() for value in values)
    return tuple(dict.fromkeys(text for text in texts if text))


def _name(path: Path) -> str:
    return path.name.split(".")[0]
