"""Training examples for the reader: a question, and passages of which one answers it, or none.

    python training/examples.py --data FOLDER --out FILE.jsonl

Read from FOLDER are only sets whose licence lets the trained weights be passed on:
`cmrc2018_train` (CC BY-SA 4.0: questions of people over Wikipedia paragraphs) and `crud_docs`
(Apache-2.0: news, from which questions are made by rule, with no person and no model).

Each line is a group: `question`, `passages` (each `headline`, `text`, and the `start` and `end` of
the answer, -1 when it has none). What does not answer is hard on purpose: another passage of the
same article, the passage of another article that is nearest in wording, and the right passage for
a question of which a figure, a day, a name or another word has been exchanged. A third of the
questions is shortened as one types them into a search engine.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from questions import Words, about_clauses, about_facts, fact_exchanged, shortened
from scipy import sparse

from rag.chinese.words import bigrams
from rag.index.chunking import split_article
from rag.types import Article

_SIZES = (90, 120, 120, 160, 240)
_LONGEST = 400
# Shares of the questions that are shortened as for a search engine, and that come again with
# another word in them.
_SHORT, _EXCHANGED, _FACTS = 0.35, 0.35, 0.6
# Share of the news' questions that ask for a figure or day; about clauses there are fewer.
_ABOUT_FACTS = 0.25


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


def cmrc(data: Path, words: Words, chance: random.Random) -> Iterator[Group]:
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
        shown += [Shown(headline, _other(question, others, chance))] if others else []
        near = [
            (other, text)
            for other, text in (everywhere[place] for place in nearest.rank(question, 12))
            if other != key and answer not in text
        ]
        if near:
            other, text = chance.choice(near[:4])
            shown.append(Shown(articles[other].headline if headline else "", text))
        yield Group(_asked(question, chance), shown)
        text = f"{articles[key].headline}\n{articles[key].text}"
        changed = _changed(question, f"{headline}\n{right}", text, words, chance)
        if changed:
            yield Group(_asked(changed, chance), [replace(shown[0], start=-1, end=-1), *shown[1:2]])


def news(data: Path, count: int, words: Words, chance: random.Random) -> Iterator[Group]:
    """Yield groups whose questions are sentences of news with one thing asked for."""
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
        ask = about_facts if chance.random() < _ABOUT_FACTS else about_clauses
        asked = ask(right, chance)
        if asked is None:
            continue
        question, start, end = asked
        answer = right[start:end]
        others = [text for text in texts if answer not in text]
        shown = [Shown(article.headline, right, start, end)]
        shown += [Shown(article.headline, _other(question, others, chance))] if others else []
        made += 1
        yield Group(_asked(question, chance), shown)
        changed = _changed(question, right, article.text, words, chance)
        if changed:
            yield Group(_asked(changed, chance), [Shown(article.headline, right)])


def _asked(question: str, chance: random.Random) -> str:
    return shortened(question, chance) if chance.random() < _SHORT else question


def _changed(question: str, passage: str, article: str, words: Words, chance: random.Random) -> str:
    """A question that the passage does not answer any more; empty where none is to be made."""
    if chance.random() < _EXCHANGED:
        return words.exchanged(question, passage, article, chance)
    return fact_exchanged(question, article, chance) if chance.random() < _FACTS else ""


def _other(question: str, texts: list[str], chance: random.Random) -> str:
    """One of the texts; in two of three cases the one that is nearest in wording."""
    asked = set(bigrams(question))
    if chance.random() < 1 / 3:
        return chance.choice(texts)
    return max(texts, key=lambda text: len(asked & set(bigrams(text))))


def nearest_place(text: str, answer: str, question: str) -> int:
    """Where the answer stands among most of the question's words, the first of several; or -1."""
    asked = set(bigrams(question))
    places = [match.start() for match in re.finditer(re.escape(answer), text)]
    return max(
        places,
        key=lambda place: len(asked & set(bigrams(text[max(0, place - 30) : place + 50]))),
        default=-1,
    )


def _with_answer(headline: str, text: str, answer: str, question: str) -> Shown:
    """The passage with the occurrence of the answer that stands nearest to the question's words."""
    start = nearest_place(text, answer, question)
    return Shown(headline, text, start, start + len(answer))


def main() -> None:
    """Write the groups in random order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--news", type=int, default=4000, help="questions made from news")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    asked = read_lines(options.data / "cmrc2018_train.qa.jsonl.gz")
    words = Words(line["question"] for line in asked)
    groups = [*cmrc(options.data, words, chance), *news(options.data, options.news, words, chance)]
    chance.shuffle(groups)
    with options.out.open("w", encoding="utf-8") as stream:
        for group in groups:
            stream.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
    print(f"{len(groups)} groups, {sum(len(group.passages) for group in groups)} passages")


if __name__ == "__main__":
    main()
