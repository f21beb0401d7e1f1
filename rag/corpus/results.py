"""What reading a file gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.types import Article, FileProblem


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The articles of one file, and what of it was dropped or doubted."""

    articles: tuple[Article, ...] = ()
    dropped: tuple[FileProblem, ...] = ()
    doubted: tuple[FileProblem, ...] = ()


def joined(results: Iterable[ReadResult]) -> ReadResult:
    """Return several results as one, in their order."""
    parts = list(results)
    return ReadResult(
        tuple(article for part in parts for article in part.articles),
        tuple(problem for part in parts for problem in part.dropped),
        tuple(problem for part in parts for problem in part.doubted),
    )
