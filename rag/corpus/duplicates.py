"""Which articles are reprints of others: the same text, or nearly the same wording.

Wording is compared by the Jaccard similarity of character shingles; candidates are articles that
share many of their smallest shingle hashes (Broder, "On the resemblance and containment of
documents", 1997), so the cost grows with the articles and not with their pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.chinese.normalise import level
from rag.types import Article

SIMILAR = 0.9
"""Similarity above which one article is a reprint of the other."""
SHORTEST = 30
"""Characters that a text needs: shorter ones are alike by chance."""
_SHINGLE = 5
_SKETCH = 12
SHARED = 5
"""Smallest hashes kept of each text, and how many of them two texts share to be compared.

Of twelve, two texts of similarity .9 share ten on average; wordings that many articles have in
common (原标题, 本报讯) are single hashes and make no candidates.
"""
_PROBES = 8
_MANY = 1_000_000
"""Characters of new articles from which comparing all is faster than probing all."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NO_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Reprint:
    """`article` repeats `original`; `similarity` is 1.0 when only its typography differs."""

    article: Article
    original: Article
    similarity: float


def find_reprints(articles: Sequence[Article], known: Iterable[Article] = ()) -> list[Reprint]:
    """Return the reprints among `articles`, each with the earliest article that it repeats.

    `known` are articles from before, of which `articles` may be reprints too.
    """
    new = {article.id for article in articles}
    buckets: dict[int, list[int]] = defaultdict(list)
    ordered = _alike(known, articles)
    ordered = [article for article in ordered if article.id not in new]
    first = len(ordered)
    ordered += articles
    sketches = [sketch(article.text) for article in ordered]
    wanted = {value for sketch in sketches[first:] for value in sketch}
    reprints = []
    order = sorted(range(len(ordered)), key=lambda at: (at >= first, _day(ordered[at]), at))
    for at in order:
        shared = Counter(other for value in sketches[at] for other in buckets[value])
        candidates = sorted(other for other, count in shared.items() if count >= SHARED)
        found = _nearest(ordered, at, candidates) if at >= first else None
        if found:
            reprints.append(found)
        else:
            for value in sketches[at]:
                if value in wanted:
                    buckets[value].append(at)
    return sorted(reprints, key=lambda reprint: reprint.article.source)


def sketch(text: str) -> list[int]:
    """Return the smallest shingle hashes of a text, as signed 64-bit numbers.

    Of two texts that are reprints `SHARED` or more are the same.
    """
    values: list[int] = _shingles(text)[:_SKETCH].view(np.int64).tolist()
    return values


def _alike(known: Iterable[Article], articles: Sequence[Article]) -> list[Article]:
    """Those of `known` that may be repeated: a few words out of each set most aside fast."""
    if sum(len(article.text) for article in articles) > _MANY:
        return list(known)
    wanted = {
        words[at : at + _SHINGLE]
        for article in articles
        if (words := _NO_WORDS.sub("", level(article.text)))
        for at in range(len(words) - _SHINGLE + 1)
    }
    return [article for article in known if _probes_hit(article.text, wanted)]


def _probes_hit(text: str, wanted: set[str]) -> bool:
    step = max(len(text) // _PROBES, 1)
    hits = tried = 0
    for at in range(0, len(text), step):
        probe = _NO_WORDS.sub("", level(text[at : at + 3 * _SHINGLE]))[:_SHINGLE]
        if len(probe) == _SHINGLE:
            tried += 1
            hits += probe in wanted
    return 2 * hits > tried


def _nearest(articles: Sequence[Article], at: int, candidates: Sequence[int]) -> Reprint | None:
    own = _shingles(articles[at].text) if candidates else np.empty(0, np.uint64)
    best: Reprint | None = None
    for other in candidates:
        theirs = _shingles(articles[other].text)
        shared = np.intersect1d(own, theirs, assume_unique=True).size
        similarity = shared / (own.size + theirs.size - shared)
        if similarity > SIMILAR and (best is None or similarity > best.similarity):
            best = Reprint(articles[at], articles[other], similarity)
    return best


def _day(article: Article) -> date:
    return article.published or date.max


def _shingles(text: str) -> NDArray[np.uint64]:
    """The sorted hashes of the runs of five characters, punctuation and layout left out."""
    words = _NO_WORDS.sub("", level(text))
    if len(words) < SHORTEST:
        return np.empty(0, np.uint64)
    codes = np.frombuffer(words.encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = np.zeros(codes.size - _SHINGLE + 1, np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(_SHINGLE):
            hashes = (hashes ^ codes[offset : offset + hashes.size]) * _MULTIPLIER
            hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)
