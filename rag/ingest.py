"""Files into a collection: find, read what changed, report what was dropped or doubted."""

from __future__ import annotations

import hashlib
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rag.corpus.duplicates import find_reprints
from rag.corpus.readers import FoundFile, find_files, read_path, readers_edition
from rag.errors import CorpusError
from rag.index.collection import Collection, KnownSource, SourceFile
from rag.index.update import within
from rag.types import Article, FileProblem, IngestReport

Progress = Callable[[str, int, int], None]
"""Called with the step, how much of it is done, and how much there is.

The steps are read and those of an update (see `rag.index.update`): embed, index, words.
"""


def ingest(
    collection: Collection, paths: Sequence[str | Path], progress: Progress | None = None
) -> IngestReport:
    """Take the files and folders in `paths` into `collection` and report what happened.

    A file that cannot be read is reported and the rest goes on; what the collection already
    holds of it stays, as does what it holds of a folder that may not be looked at. A file that has
    vanished from one of the folders is removed.

    Raises:
        CorpusError: a path is none or does not exist, or not one article could be read.
        CollectionError: the collection cannot be written.
    """
    started = time.perf_counter()
    report = progress or _silent
    asked = _checked(paths)
    known = _Known(collection.sources())
    found = find_files(asked)
    dropped: list[FileProblem] = list(found.dropped)
    doubted: list[FileProblem] = []
    files: list[SourceFile] = []
    kept = [place for place in known.sources if found.closed and within(place, found.closed)]
    moved: list[str] = []
    articles: list[Article] = []
    for number, file in enumerate(found.files, start=1):
        report("read", number - 1, len(found.files))
        try:
            digest = _digest(file)
            if known.has(file.place, digest):
                kept += known.members(file.place)
                continue
            source, former = known.name(file, digest)
            result = read_path(file.path, source=source)
        except (CorpusError, OSError) as error:
            dropped.append(FileProblem(file.source, str(error)))
            kept += known.members(file.place)
            continue
        moved += former
        dropped += result.dropped
        doubted += result.doubted
        articles += result.articles
        files += _given(file.place, source, digest, result.articles)
    report("read", len(found.files), len(found.files))
    if not articles and not any(within(place, found.scope) for place in known.sources):
        reasons = "; ".join(f"{p.source}: {p.reason}" for p in dropped[:3])
        raise CorpusError(
            f"no article found in {', '.join(map(str, asked))}"
            + (f" ({reasons})" if reasons else ""),
            remedy="give a file or folder with newspaper text, for example `wenbao ingest seeds`",
        )
    doubted += _reprints(articles, collection)
    changes = collection.update(
        files,
        kept=kept,
        scope=[*found.scope, *moved],
        since=known.sources,
        progress=report,
    )
    return IngestReport(
        added=changes.added,
        unchanged=changes.unchanged,
        removed=changes.removed,
        passages_embedded=changes.passages_embedded,
        dropped=tuple(dropped),
        doubted=tuple(doubted),
        seconds=time.perf_counter() - started,
    )


def _checked(paths: Sequence[str | Path]) -> list[Path]:
    """The paths; what else a program may give is refused before anything is read."""
    for path in paths:
        if not isinstance(path, str | os.PathLike):
            raise CorpusError(
                f"a path is a value of type {type(path).__name__}",
                remedy='give each file or folder by itself, as in ingest("seeds", "2024-01.jsonl")',
            )
        if not str(path).strip():
            raise CorpusError(
                "a path is empty", remedy="name a file or folder; `.` is the current one"
            )
    return [Path(path) for path in paths]


class _Known:
    """The sources of a collection before an ingestion, by place and by the path shown."""

    def __init__(self, sources: Mapping[str, KnownSource]) -> None:
        self.sources = sources
        self._sorted = sorted(sources)
        self._places = {source.shown: place for place, source in sources.items()}

    def has(self, place: str, digest: str) -> bool:
        """Return whether the file at a place is known with this content."""
        return place in self.sources and self.sources[place].digest == digest

    def members(self, place: str) -> list[str]:
        """Return a place, if known, and those of the members it has as an archive."""
        start, end = (bisect_left(self._sorted, f"{place}{mark}") for mark in "/0")
        return [place, *self._sorted[start:end]] if place in self.sources else []

    def name(self, file: FoundFile, digest: str) -> tuple[str, list[str]]:
        """Return the path to show for a file, and the place from which it was moved, if it was.

        A known file keeps its name. A file elsewhere that was ingested from another working
        directory may be shown like this one, which then is shown with its whole path.
        """
        if file.place in self.sources:
            return self.sources[file.place].shown, []
        other = self._places.get(file.source)
        if other is None:
            return file.source, []
        if self.has(other, digest) and _is_gone(other):
            return file.source, [other]
        return file.place, []


def _is_gone(place: str) -> bool:
    """Whether there is no file any more; one that may not be looked at is there."""
    try:
        Path(place).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _digest(file: FoundFile) -> str:
    """The file's content and the readers' version: better readers read known files again."""
    with file.path.open("rb") as stream:
        edition = readers_edition(file.path)
        return f"{edition}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _given(place: str, source: str, digest: str, articles: Sequence[Article]) -> list[SourceFile]:
    """A file just read; each member of an archive is a source of its own beside the archive."""
    by_source: dict[str, list[Article]] = {source: []}
    for article in articles:
        by_source.setdefault(article.source, []).append(article)
    return [
        SourceFile(shown, digest, some.copy, place + shown.removeprefix(source))
        for shown, some in by_source.items()
    ]


def _reprints(articles: Sequence[Article], collection: Collection) -> list[FileProblem]:
    """Which of the articles just read repeat others; they are kept and search shows one of them."""
    if not articles:
        return []
    sources = {article.source for article in articles}
    candidates = collection.alike(article.text for article in articles)
    known = [other for other in candidates if other.source not in sources]
    return [
        FileProblem(
            reprint.article.source,
            f"reprint, {reprint.similarity:.0%} the same wording：{reprint.article.headline}"
            f" = {reprint.original.headline} ({reprint.original.source})",
        )
        for reprint in find_reprints(articles, known)
    ]


def _silent(step: str, done: int, total: int) -> None:
    """Report progress to nobody."""
    del step, done, total
