"""Words that a collection teaches: its reporters, what it quotes as a term, who holds offices.

The word cutter knows few of them. They are kept with the collection, one lexicon a generation, and
looked up in questions only: 三个一 then counts as a term and not as three empty words, and 李超鲲鹏
as one name. As terms of the word index, too, they gained nothing, and neither did strings that are
frequent in the corpus (benchmarks/README.md): what they consist of is indexed as pairs of
characters anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from rag.chinese.names import titled
from rag.chinese.normalise import fold, is_han
from rag.errors import CollectionDamagedError
from rag.index.database import REBUILD
from rag.types import Article

FILE_NAME = "lexicon.txt"

_QUOTED = re.compile("[“「『《〈‘]([^“”「」『』《》〈〉‘’，。！？；：,!?;:\\s]{2,12})[”」』》〉’]")
_TERM_CHARACTERS = 12


def terms_of(article: Article) -> set[str]:
    """Return what an article marks as a term, without words that the cutter knows."""
    found = [name.strip() for name in article.byline]
    found += _QUOTED.findall(f"{article.kicker}\n{article.headline}\n{article.text}")
    found += titled(article.text)
    return {term for term in found if _is_term(term)}


def _is_term(term: str) -> bool:
    import rjieba

    if rjieba.has_word(term):
        return False
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
        try:
            return cls(path.read_text(encoding="utf-8").splitlines())
        except UnicodeDecodeError as error:
            raise CollectionDamagedError(
                f"{path} is not a lexicon: {error}", remedy=REBUILD
            ) from error

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
