"""Files of every known format become articles: one reader for each suffix.

To add a format, write a `Reader` and enter it in `READERS`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.corpus.encodings import read_text
from rag.corpus.markdown import read_markdown
from rag.corpus.pages import read_pages
from rag.corpus.publication import parse_day
from rag.corpus.tables import read_csv, read_jsonl
from rag.errors import CorpusError
from rag.types import Article, FileProblem


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The articles of one file, and what of it was dropped or doubted."""

    articles: tuple[Article, ...] = ()
    dropped: tuple[FileProblem, ...] = ()
    doubted: tuple[FileProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be read; `source` is the path shown to users."""

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under some paths: `files` to be read, and those `dropped` with the reason.

    `scope` holds the files and folders that were asked for, in the form of `FoundFile.source`:
    what is known under them and not in `files` has vanished.
    """

    files: tuple[FoundFile, ...]
    dropped: tuple[FileProblem, ...] = ()
    scope: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one format."""

    def __call__(self, path: Path, source: str) -> ReadResult:
        """Return the articles of `path`.

        Raises:
            CorpusError: the file as a whole cannot be read.
        """
        ...


def _read_pages(path: Path, source: str) -> ReadResult:
    found = read_pages(read_text(path), source, parse_day(path.name))
    return ReadResult(found.articles, found.dropped, found.doubted)


def _read_markdown(path: Path, source: str) -> ReadResult:
    found = read_markdown(read_text(path), source, parse_day(path.name))
    return ReadResult(found.articles, found.dropped, found.doubted)


def _read_jsonl(path: Path, source: str) -> ReadResult:
    found = read_jsonl(read_text(path), source, parse_day(path.name))
    return ReadResult(found.articles, found.dropped)


def _read_csv(path: Path, source: str) -> ReadResult:
    found = read_csv(read_text(path), source, parse_day(path.name))
    return ReadResult(found.articles, found.dropped)


READERS: Mapping[str, Reader] = {
    ".txt": _read_pages,
    ".text": _read_pages,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": _read_csv,
    ".tsv": _read_csv,
}
"""The reader of each suffix."""

READERS_VERSION = 1
"""Raised whenever a reader makes other articles of the same file: known files are read again."""


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return the files under `paths`, folders in full depth, sorted, each once.

    Hidden files and folders are left out; files of unknown formats are reported. A file is shown
    with its path from the working directory, or with its whole path when it lies elsewhere: two
    files are never shown alike, and one file is shown alike however it is reached.

    Raises:
        CorpusError: a path does not exist.
    """
    found: list[FoundFile] = []
    dropped: list[FileProblem] = []
    scope: list[str] = []
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files = _walk(path)
        elif path.is_file():
            files = [path]
        else:
            raise CorpusError(
                f"{path} does not exist or is no regular file",
                remedy="give an existing file or folder",
            )
        scope.append(_shown(path))
        for file in files:
            real = file.resolve()
            if real in seen:
                continue
            seen.add(real)
            source = _shown(file)
            if file.suffix.lower() in READERS:
                found.append(FoundFile(file, source))
            else:
                dropped.append(FileProblem(source, _unknown(file)))
    return FoundFiles(tuple(found), tuple(dropped), tuple(dict.fromkeys(scope)))


def read_path(path: Path, root: Path | None = None, *, source: str = "") -> ReadResult:
    """Return the articles of one file.

    Args:
        path: the file.
        root: the folder from which the path shown to users is counted.
        source: the path shown to users, where it is known already.

    Raises:
        CorpusError: the file is missing, empty, binary, or of an unknown format or encoding.
    """
    source = source or _shown(path, root)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise CorpusError(f"{source}: {_unknown(path)}", remedy="convert it to text or Markdown")
    if not path.is_file():
        raise CorpusError(f"{source} does not exist", remedy="give an existing file")
    if path.stat().st_size == 0:
        raise CorpusError(f"{source} is an empty file", remedy="export it again or remove it")
    result = reader(path, source)
    if not result.articles and not result.dropped:
        raise CorpusError(f"{source} holds no text", remedy="export it again or remove it")
    return result


def _unknown(path: Path) -> str:
    known = " ".join(sorted(READERS))
    return f"unknown format {path.suffix or '(no suffix)'}; known are {known}"


def _shown(path: Path, root: Path | None = None) -> str:
    # Links may lead anywhere: the path is shown as it was walked, not as it resolves.
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    base = Path(os.path.abspath(root or Path.cwd()))  # noqa: PTH100
    if absolute.is_relative_to(base):
        return absolute.relative_to(base).as_posix()
    return absolute.as_posix()


def _walk(folder: Path) -> list[Path]:
    """The files under `folder`, sorted; links to folders are followed once, so loops end."""
    files: list[Path] = []
    visited: set[tuple[int, int]] = set()
    for current, folders, names in os.walk(folder, followlinks=True):
        status = Path(current).stat()
        if (status.st_dev, status.st_ino) in visited:
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(current) / name
            if not name.startswith(".") and path.is_file():
                files.append(path)
    return sorted(files, key=lambda path: path.as_posix())
