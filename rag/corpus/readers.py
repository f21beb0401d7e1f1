"""Files of every known format become articles: one reader for each suffix.

To add a format, write a `Reader` and enter it in `READERS`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Protocol

from rag.corpus.archives import read_zip
from rag.corpus.encodings import decode, mended
from rag.corpus.extras import is_installed
from rag.corpus.html import read_html
from rag.corpus.markdown import read_markdown
from rag.corpus.pages import read_pages
from rag.corpus.pdf import read_pdf
from rag.corpus.publication import parse_day
from rag.corpus.results import ReadResult
from rag.corpus.tables import read_csv, read_json, read_jsonl
from rag.corpus.word import read_docx
from rag.corpus.workbook import read_xlsx
from rag.errors import CorpusError
from rag.types import FileProblem


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be read; `source` is the path shown to users, `place` its whole path."""

    path: Path
    source: str
    place: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under some paths: `files` to be read, and those `dropped` with the reason.

    `scope` holds the files and folders that were asked for, in the form of `FoundFile.place`:
    what is known under them and not in `files` has vanished. Of what lies in `closed`, which could
    not be looked at, nobody knows.
    """

    files: tuple[FoundFile, ...]
    dropped: tuple[FileProblem, ...] = ()
    scope: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one format."""

    def __call__(self, data: bytes, source: str) -> ReadResult:
        """Return the articles of a file's content; `source` is the path shown to users.

        Raises:
            CorpusError: the file as a whole cannot be read.
        """
        ...


class _Read(Protocol):
    def __call__(self, text: str, source: str, published: date | None, /) -> ReadResult: ...


def _of_text(read: _Read) -> Reader:
    """The reader that decodes the content first."""

    def read_decoded(data: bytes, source: str) -> ReadResult:
        name = PurePosixPath(source).name
        return read(decode(data, name), source, parse_day(name))

    return read_decoded


class _ReadBytes(Protocol):
    def __call__(self, data: bytes, source: str, published: date | None, /) -> ReadResult: ...


def _of_bytes(read: _ReadBytes) -> Reader:
    """The reader of a format that says itself how its text is written."""

    def read_content(data: bytes, source: str) -> ReadResult:
        return read(data, source, parse_day(PurePosixPath(source).name))

    return read_content


def _read_archive(data: bytes, source: str) -> ReadResult:
    return read_zip(data, source, read_content)


_TEXTS: Mapping[str, _Read] = {
    ".txt": read_pages,
    ".text": read_pages,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
}
_BINARIES: Mapping[str, _ReadBytes] = {
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".xlsx": read_xlsx,
}
READERS: Mapping[str, Reader] = {
    **{suffix: _of_text(read) for suffix, read in _TEXTS.items()},
    **{suffix: _of_bytes(read) for suffix, read in _BINARIES.items()},
    ".zip": _read_archive,
}
"""The reader of each suffix."""

READERS_VERSION = 5
"""Raised whenever a reader makes other articles of the same file: known files are read again."""
_CATALOGUE = "catalogue.sqlite"
_OF_COLLECTIONS = frozenset(
    {_CATALOGUE, f"{_CATALOGUE}-wal", f"{_CATALOGUE}-shm"}
    | {"generations", "writer.lock", "writer.json"}
)
"""What is the collection's own in its folder, which is known by the catalogue."""
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_MISNAMED = "its name or that of its folder is no UTF-8 → rename it, for example with convmv"
_EXTRAS = {
    ".pdf": ("rapidocr",),
    ".zip": ("docx", "openpyxl", "pypdfium2", "rapidocr"),
}
"""Libraries whose absence leaves parts of such files unread."""


def readers_edition(path: Path) -> str:
    """Return what changes when `path` would be read otherwise: version and installed extras."""
    extras = [name for name in _EXTRAS.get(path.suffix.lower(), ()) if is_installed(name)]
    return "+".join([str(READERS_VERSION), *extras])


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return the files under `paths`, folders in full depth, sorted, each once.

    Hidden files and folders are left out; files of unknown formats are reported, and what may not
    be looked at. A file is shown with its path from the working directory, or with its whole path
    when it lies elsewhere: two files are never shown alike, and one file is shown alike however it
    is reached.

    Raises:
        CorpusError: a path does not exist.
    """
    found: list[FoundFile] = []
    dropped: list[FileProblem] = []
    scope: list[str] = []
    closed: list[str] = []
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files, refused = _walk(path)
            closed += [_whole(place).as_posix() for place in refused]
            dropped += [
                FileProblem(mended(_shown(place)), f"it cannot be looked at: {reason}")
                for place, reason in refused.items()
            ]
        elif path.is_file():
            files = [path]
        else:
            raise CorpusError(
                f"{path} does not exist or is no regular file",
                remedy="give an existing file or folder",
            )
        scope.append(_whole(path).as_posix())
        for file in files:
            real = file.resolve()
            if real in seen:
                continue
            seen.add(real)
            source = _shown(file)
            place = _whole(file).as_posix()
            if file.suffix.lower() not in READERS:
                dropped.append(FileProblem(mended(source), mended(_unknown(file.suffix))))
            elif place != mended(place):
                dropped.append(FileProblem(mended(source), _MISNAMED))
            else:
                found.append(FoundFile(file, source, place))
    return FoundFiles(tuple(found), tuple(dropped), tuple(dict.fromkeys(scope)), tuple(closed))


def read_path(path: Path, root: Path | None = None, *, source: str = "") -> ReadResult:
    """Return the articles of one file; those of an archive have their member's path as source.

    Args:
        path: the file.
        root: the folder from which the path shown to users is counted.
        source: the path shown to users, where it is known already.

    Raises:
        CorpusError: the file is missing, empty, binary, or of an unknown format or encoding.
    """
    source = source or _shown(path, root)
    if path.suffix.lower() not in READERS:
        raise _not_read(source, path.suffix)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CorpusError(f"{source} does not exist", remedy="give an existing file") from error
    except OSError as error:
        raise CorpusError(
            f"{source} cannot be read: {error.strerror or error}",
            remedy="check that the file exists and may be read",
        ) from error
    return read_content(data, source, path.suffix)


def read_content(data: bytes, source: str, suffix: str = "") -> ReadResult:
    """Return the articles of a file's content; `suffix` tells the format, else `source` does.

    Raises:
        CorpusError: the content is empty, binary, or of an unknown format or encoding.
    """
    reader = READERS.get((suffix or PurePosixPath(source).suffix).lower())
    if reader is None:
        raise _not_read(source)
    if not data:
        raise CorpusError(f"{source} is an empty file", remedy="export it again or remove it")
    result = reader(data, source)
    if not result.articles and not result.dropped:
        raise CorpusError(f"{source} holds no text", remedy="export it again or remove it")
    return result


def _not_read(source: str, suffix: str = "") -> CorpusError:
    reason = _unknown(suffix or PurePosixPath(source).suffix)
    return CorpusError(f"{source}: {reason}", remedy="convert it to text or Markdown")


def _unknown(suffix: str) -> str:
    known = " ".join(sorted(READERS))
    return f"unknown format {suffix or '(no suffix)'}; known are {known}"


def _shown(path: Path, root: Path | None = None) -> str:
    absolute, base = _whole(path), _whole(root or Path.cwd())
    if absolute.is_relative_to(base):
        return absolute.relative_to(base).as_posix()
    return absolute.as_posix()


def _whole(path: Path) -> Path:
    # Links may lead anywhere: the path is taken as it was walked, not as it resolves.
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links


def _walk(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The files under `folder`, sorted, and the places that may not be looked at, with the reason.

    Links to folders are followed once, so loops end. What belongs to a collection is left out: it
    may lie beside the files, or among them.
    """
    files: list[Path] = []
    refused: dict[Path, str] = {}

    def refuse(error: OSError) -> None:
        # What has gone in the meantime, and a link to nowhere, are no places any more.
        if error.errno not in _GONE:
            refused[Path(error.filename)] = error.strerror or str(error)

    visited: set[tuple[int, int]] = set()
    for current, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        status = Path(current).stat()
        if (status.st_dev, status.st_ino) in visited:
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        own = _OF_COLLECTIONS if _CATALOGUE in names else frozenset()
        folders[:] = sorted({name for name in folders if not name.startswith(".")} - own)
        for name in names:
            path = Path(current) / name
            if name.startswith(".") or name in own:
                continue
            try:
                if stat.S_ISREG(path.stat().st_mode):
                    files.append(path)
            except OSError as error:
                refuse(error)
    return sorted(files, key=lambda path: path.as_posix()), refused
