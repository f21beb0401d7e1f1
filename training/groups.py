"""What training examples are made of: a question, and passages as the reader sees them."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from rag.chinese.words import bigrams
from rag.index.chunking import Draft
from rag.retrieval.surroundings import surroundings
from rag.types import Article

SIZES = (90, 120, 120, 160, 240)
"""Sizes of passages, one of which is drawn for each article."""
LONGEST = 400
"""Characters of the longest passage that is used."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as the reader sees it; the answer is `text[start:end]`, or start is -1."""

    above: str
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


def shown(
    question: str, article: Article, draft: Draft, headline: bool, answer: Sequence[int] = ()
) -> Shown:
    """Return a passage as it is shown for a question; `answer` is its place in the article."""
    above = surroundings(question, article, draft, headline=headline)
    start, end = answer or (-1, -1)
    if start < 0:
        return Shown(above, draft.text)
    return Shown(above, draft.text, start - draft.start, end - draft.start)


def other_passage(question: str, drafts: list[Draft], chance: random.Random) -> Draft:
    """One of the passages; in two of three cases the one that is nearest in wording."""
    asked = set(bigrams(question))
    if chance.random() < 1 / 3:
        return chance.choice(drafts)
    return max(drafts, key=lambda draft: len(asked & set(bigrams(draft.text))))


def nearest_place(text: str, answer: str, question: str) -> int:
    """Where the answer stands among most of the question's words, the first of several; or -1."""
    asked = set(bigrams(question))
    places = [match.start() for match in re.finditer(re.escape(answer), text)]
    return max(
        places,
        key=lambda place: len(asked & set(bigrams(text[max(0, place - 30) : place + 50]))),
        default=-1,
    )
