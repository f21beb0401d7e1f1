"""The derived files of a collection: one folder a generation, whole and on disk before it counts.

A generation is written under a provisional name, forced to disk, and renamed; only then does the
catalogue refer to it. What the catalogue does not refer to is a leftover and may be deleted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import CollectionDamagedError, CollectionError
from rag.index.catalogue import DerivedFile
from rag.index.database import REBUILD

_GENERATIONS = "generations"
_UNFINISHED = ".part"


def generation_folder(collection: Path, number: int) -> Path:
    """Return the folder of a generation."""
    return collection / _GENERATIONS / f"{number:06d}"


def has_generations(collection: Path) -> bool:
    """Return whether a generation was ever begun."""
    return (collection / _GENERATIONS).exists()


def begin_generation(collection: Path, number: int) -> Path:
    """Return an empty folder in which the files of generation `number` are to be written."""
    folder = generation_folder(collection, number).with_suffix(_UNFINISHED)
    for leftover in (folder, generation_folder(collection, number)):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def finish_generation(folder: Path) -> list[DerivedFile]:
    """Force the files in `folder` to disk, give it its final name, and return what it holds."""
    files = [_describe(folder, file) for file in _files(folder)]
    for path in (*_files(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder):
        _sync(path)
    final = folder.with_suffix("")
    folder.replace(final)
    _sync(final.parent)
    _sync(final.parent.parent)
    return files


@contextmanager
def writing_errors(collection: Path) -> Iterator[None]:
    """Name the collection when its files cannot be written, as on a full disk.

    FAISS tells it by a RuntimeError, tantivy by a ValueError.
    """
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CollectionError(
            f"the files of {collection} cannot be written: {reason}",
            remedy="free disk space or check the permissions, then try again",
        ) from error


def verify_generation(folder: Path, files: Iterable[DerivedFile], *, thorough: bool) -> list[str]:
    """Return which files are missing or altered, empty when none.

    A file of the recorded size and time counts as unaltered unless `thorough`: reading a large
    index for its checksum at every start would cost seconds.
    """
    problems = []
    for file in files:
        path = folder / file.name
        try:
            status = path.stat()
            if status.st_size != file.bytes:
                problems.append(f"{path} has {status.st_size} bytes, not {file.bytes}")
            elif (thorough or status.st_mtime_ns != file.modified_ns) and (
                _sha256(path) != file.sha256
            ):
                problems.append(f"{path} does not match its checksum")
        except FileNotFoundError:
            problems.append(f"{path} is missing")
    return problems


def require_generation(folder: Path, files: Iterable[DerivedFile]) -> None:
    """Raise CollectionDamagedError unless the files are there as they were written."""
    problems = verify_generation(folder, files, thorough=False)
    if problems:
        raise CollectionDamagedError("; ".join(problems), remedy=REBUILD)


def leftovers(collection: Path, current: int) -> list[Path]:
    """Return the folders of generations that the catalogue does not refer to."""
    folder = collection / _GENERATIONS
    if not folder.is_dir():
        return []
    kept = generation_folder(collection, current)
    return sorted(path for path in folder.iterdir() if path != kept)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def _describe(folder: Path, file: Path) -> DerivedFile:
    status = file.stat()
    name = file.relative_to(folder).as_posix()
    return DerivedFile(name, _sha256(file), status.st_size, status.st_mtime_ns)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows does not open folders, and renames there are durable.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
