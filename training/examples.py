"""Training examples for the reader: a question, and passages of which one answers it, or none.

    python training/examples.py --data FOLDER --out FILE.jsonl

Read from FOLDER are only sets whose licence lets the trained weights be passed on:
`cmrc2018_train` (CC BY-SA 4.0: questions of people over Wikipedia paragraphs) and `crud_docs`
(Apache-2.0: news, from which questions are made by rule, with no person and no model).

Each line is a group: `question`, `passages` (each `headline`, `text`, and the `start` and `end` of
the answer, -1 when it has none). What does not answer is hard on purpose: another passage of the
same article, the passage of another article that is nearest in wording, and the right passage for
a question of which a figure, a day or a name has been exchanged.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.numbers import find_numbers
from rag.chinese.words import bigrams
from rag.index.chunking import split_article
from rag.types import Article

_SIZES = (90, 120, 120, 160, 240)
_LONGEST = 400
_BASE = date(2023, 6, 15)
_CLAUSE = re.compile(r"[^，。；！？：、\n]+")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_WHEN = ("什么时候", "何时", "哪一天", "什么时间")
_LEADS = ("", "", "", "请问", "我想知道")


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as the reader sees it; the answer is `text[start:end]`, or start is -1."""

    headline: str
    text: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Group:
    """One question with its passages, the one that answers it first if there is one."""

    question: str
    passages: list[Shown]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a compressed JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


class Nearest:
    """Finds passages near in wording (BM25 over pairs of characters)."""

    def __init__(self, texts: Sequence[str]) -> None:
        vocabulary: dict[str, int] = {}
        rows, columns = [], []
        for row, text in enumerate(texts):
            for pair in bigrams(text):
                rows.append(row)
                columns.append(vocabulary.setdefault(pair, len(vocabulary)))
        counts = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)), (len(texts), len(vocabulary))
        )
        counts.sum_duplicates()
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        frequency = np.bincount(counts.indices, minlength=len(vocabulary))
        rarity = np.log1p((len(texts) - frequency + 0.5) / (frequency + 0.5))
        norm = 1.5 * (0.25 + 0.75 * lengths / lengths.mean())
        data = counts.data * 2.5 / (counts.data + np.repeat(norm, np.diff(counts.indptr)))
        counts.data = data * rarity[counts.indices]
        self._matrix, self._vocabulary = counts.tocsc(), vocabulary

    def rank(self, question: str, count: int) -> list[int]:
        """Return the places of the nearest texts."""
        known = [self._vocabulary[p] for p in set(bigrams(question)) if p in self._vocabulary]
        scores = np.asarray(self._matrix[:, known].sum(axis=1)).ravel()
        return np.argsort(-scores)[:count].tolist()


def cmrc(data: Path, chance: random.Random) -> Iterator[Group]:
    """Yield the groups made from the questions of people."""
    articles = {
        line["id"]: Article(line["id"], line.get("title") or "", line["text"], "cmrc")
        for line in read_lines(data / "cmrc2018_train.corpus.jsonl.gz")
    }
    passages: dict[str, list[str]] = {
        key: [draft.text for draft in split_article(article, chance.choice(_SIZES))]
        for key, article in articles.items()
    }
    everywhere = [(key, text) for key, texts in passages.items() for text in texts]
    nearest = Nearest([f"{articles[key].headline} {text}" for key, text in everywhere])
    for line in read_lines(data / "cmrc2018_train.qa.jsonl.gz"):
        question, answer, key = line["question"], line["answers"][0], line["context"][0]
        holding = [text for text in passages[key] if answer in text]
        if not holding or len(max(holding, key=len)) > _LONGEST:
            continue
        asked = set(bigrams(question))
        right = max(holding, key=lambda text: len(asked & set(bigrams(text))))
        headline = articles[key].headline if chance.random() < 0.7 else ""
        shown = [_with_answer(headline, right, answer, question)]
        others = [text for text in passages[key] if answer not in text]
        shown += [Shown(headline, chance.choice(others))] if others else []
        near = [
            (other, text)
            for other, text in (everywhere[place] for place in nearest.rank(question, 12))
            if other != key and answer not in text
        ]
        if near:
            other, text = chance.choice(near[:4])
            shown.append(Shown(articles[other].headline if headline else "", text))
        yield Group(question, shown)
        exchanged = _exchanged(question, articles[key].text, chance)
        if exchanged:
            wrong = [Shown(headline, right)]
            wrong += [Shown(headline, chance.choice(others))] if others else []
            yield Group(exchanged, wrong)


def news(data: Path, count: int, chance: random.Random) -> Iterator[Group]:
    """Yield groups whose questions are sentences of news with one fact asked for."""
    lines = list(read_lines(data / "crud_docs.corpus.jsonl.gz"))
    chance.shuffle(lines)
    made = 0
    for line in lines:
        if made == count:
            return
        article = Article(line["id"], line.get("title") or "", line["text"], "news")
        texts = [draft.text for draft in split_article(article, chance.choice(_SIZES))]
        texts = [text for text in texts if 30 <= len(text) <= _LONGEST]
        if len(texts) < 2:
            continue
        right = chance.choice(texts)
        asked = _asked(right, chance)
        if asked is None:
            continue
        question, start, end = asked
        answer = right[start:end]
        others = [text for text in texts if answer not in text]
        shown = [Shown(article.headline, right, start, end)]
        if others:
            asked_pairs = set(bigrams(question))
            others.sort(key=lambda text: -len(asked_pairs & set(bigrams(text))))
            shown.append(Shown(article.headline, others[0]))
        made += 1
        yield Group(question, shown)
        exchanged = _exchanged(question, article.text, chance)
        if exchanged and chance.random() < 0.5:
            yield Group(exchanged, [Shown(article.headline, right)])


def _with_answer(headline: str, text: str, answer: str, question: str) -> Shown:
    """The passage with the occurrence of the answer that stands nearest to the question's words."""
    asked = set(bigrams(question))
    places = [match.start() for match in re.finditer(re.escape(answer), text)]
    start = max(
        places,
        key=lambda place: len(asked & set(bigrams(text[max(0, place - 30) : place + 50]))),
    )
    return Shown(headline, text, start, start + len(answer))


def _facts(text: str) -> list[tuple[int, int, str]]:
    """The figures, days and names of a text with what asks for each."""
    dates = [(m.start, m.end, "date") for m in find_dates(text, _BASE)]
    found = list(dates)
    found += [
        (number.start, number.end, "number")
        for number in find_numbers(text)
        if not any(start < number.end and number.start < end for start, end, _ in dates)
    ]
    for name in names(text):
        start = text.find(name)
        found.append((start, start + len(name), "name"))
    return found


def _asked(text: str, chance: random.Random) -> tuple[str, int, int] | None:
    """A question for one fact of the text, made of the clauses around it, and the fact's place."""
    clauses = [(m.start(), m.end()) for m in _CLAUSE.finditer(text)]
    # Names are left to the questions of people: what is cut out as one is too often none.
    facts = [fact for fact in _facts(text) if fact[2] != "name"]
    chance.shuffle(facts)
    for start, end, kind in facts:
        place = next((i for i, (a, b) in enumerate(clauses) if a <= start and end <= b), None)
        if place is None:
            continue
        first, last = clauses[place]
        before, after = text[first:start], text[end:last]
        if place and chance.random() < 0.6:
            before = text[slice(*clauses[place - 1])] + before
        if len(before) + len(after) < 8 or len(before) + len(after) > 60:
            continue
        fact = text[start:end]
        if kind == "number":
            unit = re.sub(r"^[\d.,，百千万亿余多]+", "", fact)
            asking = "多少" + unit if "%" not in fact else "多少"
        else:
            asking = "哪一年" if _YEAR.fullmatch(fact) else chance.choice(_WHEN)
        lead = chance.choice(_LEADS)
        mark = chance.choice("？？?") if chance.random() < 0.8 else ""
        return f"{lead}{before}{asking}{after}{mark}", start, end
    return None


def _exchanged(question: str, text: str, chance: random.Random) -> str | None:
    """The question with one figure, day or name exchanged for another; None if it has none."""
    facts = _facts(question)
    if not facts:
        return None
    start, end, kind = chance.choice(facts)
    fact = question[start:end]
    if kind == "name":
        others = [name for name in names(text) if name not in question]
        other = chance.choice(others) if others else None
    else:
        other = _other_figure(fact, chance)
    if not other or other == fact or other in text:
        return None
    return question[:start] + other + question[end:]


def _other_figure(fact: str, chance: random.Random) -> str | None:
    digits = list(re.finditer(r"\d+", fact))
    if not digits:
        return None
    match = chance.choice(digits)
    value = int(match[0])
    other = max(1, value + chance.choice((-7, -4, -3, -2, -1, 1, 2, 3, 5, 8)))
    if fact[match.end() : match.end() + 1] == "月":
        other = (other - 1) % 12 + 1
    if fact[match.end() : match.end() + 1] == "日":
        other = (other - 1) % 28 + 1
    return fact[: match.start()] + str(other) + fact[match.end() :]


def main() -> None:
    """Write the groups in random order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--news", type=int, default=4000, help="questions made from news")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    groups = [*cmrc(options.data, chance), *news(options.data, options.news, chance)]
    chance.shuffle(groups)
    with options.out.open("w", encoding="utf-8") as stream:
        for group in groups:
            stream.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
    print(f"{len(groups)} groups, {sum(len(group.passages) for group in groups)} passages")


if __name__ == "__main__":
    main()
