"""Words that a collection teaches: reporters, quoted terms, names after offices, unknown strings.

The word cutter knows none of them. They are kept with the collection, one lexicon a generation,
and looked up in questions only: 三个一 then counts as a term and not as three empty words. As terms
of the word index, too, they gained nothing (see benchmarks/README.md): what they consist of is
indexed as pairs of characters anyway.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from rag.chinese.names import titled
from rag.chinese.normalise import fold, is_han, level
from rag.chinese.words import is_content
from rag.types import Article

FILE_NAME = "lexicon.txt"

_QUOTED = re.compile("[“「『《〈‘]([^“”「」『』《》〈〉‘’，。！？；：,!?;:\\s]{2,12})[”」』》〉’]")
_TERM_CHARACTERS = 12
_STRING_CHARACTERS = range(2, 6)
# How often a string must stand in one article, and in how many articles, to be more than chance.
_TIMES, STRING_ARTICLES = 2, 2


def reliable_terms(article: Article) -> set[str]:
    """Return what an article marks as a term: its reporters, what it quotes, who holds offices."""
    found = [name.strip() for name in article.byline]
    found += _QUOTED.findall(f"{article.kicker}\n{article.headline}\n{article.text}")
    found += titled(article.text)
    return {term for term in found if _is_term(term)}


def unknown_strings(article: Article) -> set[str]:
    """Return strings that the article repeats and that the cutter leaves in single characters."""
    import rjieba

    counts = Counter(_runs(rjieba.cut(level(article.text))))
    return {run for run, times in counts.items() if times >= _TIMES}


def _runs(tokens: Iterable[str]) -> Iterator[str]:
    for single, group in groupby(tokens, key=_may_belong):
        if single:
            run = "".join(group)
            if len(run) in _STRING_CHARACTERS:
                yield run


def _may_belong(token: str) -> bool:
    return len(token) == 1 and is_han(token) and is_content(token)


def _is_term(term: str) -> bool:
    return 1 < len(term) <= _TERM_CHARACTERS and any(map(is_han, term)) and "\n" not in term


class Lexicon:
    """Terms as printed, looked up in search form; equal terms give equal lexicons."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self._printed = {fold(term): term for term in sorted(terms, reverse=True)}
        self._by_start: dict[str, list[str]] = {}
        for folded in sorted(self._printed, key=lambda term: (-len(term), term)):
            if len(folded) > 1:
                self._by_start.setdefault(folded[:2], []).append(folded)

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Return the lexicon written at `path`, an empty one where a collection has none."""
        if not path.exists():
            return cls()
        return cls(path.read_text(encoding="utf-8").splitlines())

    def save(self, path: Path) -> None:
        """Write the terms, sorted, one a line."""
        lines = [f"{term}\n" for term in sorted(self._printed.values())]
        path.write_text("".join(lines), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._printed)

    def find(self, folded: str) -> list[str]:
        """Return the terms in a text in search form, the longest at each place, in order."""
        found = []
        place = 0
        while place < len(folded) - 1:
            candidates = self._by_start.get(folded[place : place + 2], ())
            term = next((one for one in candidates if folded.startswith(one, place)), "")
            if term:
                found.append(term)
            place += max(1, len(term))
        return found

    def printed(self, folded: str) -> str:
        """Return a term in search form as it is printed; any other text as it stands."""
        return self._printed.get(folded, folded)
