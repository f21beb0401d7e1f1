"""Files into a collection: find, read what changed, report what was dropped or doubted."""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rag.corpus.duplicates import find_reprints
from rag.corpus.readers import FoundFile, find_files, read_path, readers_edition
from rag.errors import CorpusError
from rag.index.collection import Collection, SourceFile
from rag.types import Article, FileProblem, IngestReport

Progress = Callable[[str, int, int], None]
"""Called with the step (read, embed, index), how much of it is done, and how much there is."""


def ingest(
    collection: Collection, paths: Sequence[str | Path], progress: Progress | None = None
) -> IngestReport:
    """Take the files and folders in `paths` into `collection` and report what happened.

    A file that cannot be read is reported and the rest goes on; what the collection already
    holds of it stays. A file that has vanished from one of the folders is removed.

    Raises:
        CorpusError: a path does not exist, or not one article could be read from anything.
        CollectionError: the collection cannot be written.
    """
    started = time.perf_counter()
    report = progress or _silent
    found = find_files([Path(path) for path in paths])
    known = collection.sources()
    places = sorted(known)
    dropped: list[FileProblem] = list(found.dropped)
    doubted: list[FileProblem] = []
    files: list[SourceFile] = []
    articles: list[Article] = []
    for number, file in enumerate(found.files, start=1):
        report("read", number - 1, len(found.files))
        try:
            digest = _digest(file)
            if known.get(file.source) == digest:
                files += _kept(file.source, known, places)
                continue
            result = read_path(file.path, source=file.source)
        except (CorpusError, OSError) as error:
            dropped.append(FileProblem(file.source, str(error)))
            files += _kept(file.source, known, places)
            continue
        dropped += result.dropped
        doubted += result.doubted
        articles += result.articles
        files += _given(file.source, digest, result.articles)
    report("read", len(found.files), len(found.files))
    if not articles and not any(file.source in known for file in files):
        reasons = "; ".join(f"{p.source}: {p.reason}" for p in dropped[:3])
        raise CorpusError(
            f"no article found in {', '.join(map(str, paths))}"
            + (f" ({reasons})" if reasons else ""),
            remedy="give a file or folder with newspaper text, for example `wenbao ingest seeds`",
        )
    doubted += _reprints(articles, collection)
    changes = collection.update(files, scope=found.scope, progress=report)
    return IngestReport(
        added=changes.added,
        unchanged=changes.unchanged,
        removed=changes.removed,
        passages_embedded=changes.passages_embedded,
        dropped=tuple(dropped),
        doubted=tuple(doubted),
        seconds=time.perf_counter() - started,
    )


def _digest(file: FoundFile) -> str:
    """The file's content and the readers' version: better readers read known files again."""
    with file.path.open("rb") as stream:
        edition = readers_edition(file.path)
        return f"{edition}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _given(source: str, digest: str, articles: Sequence[Article]) -> list[SourceFile]:
    """A file just read; each member of an archive is a source of its own beside the archive."""
    by_source: dict[str, list[Article]] = {source: []}
    for article in articles:
        by_source.setdefault(article.source, []).append(article)
    return [SourceFile(place, digest, some.copy) for place, some in by_source.items()]


def _kept(source: str, known: Mapping[str, str], places: Sequence[str]) -> list[SourceFile]:
    """What the collection holds of a file and its members, to stay as it is.

    `places` are the known sources, sorted.
    """
    members = places[bisect_left(places, f"{source}/") : bisect_left(places, f"{source}0")]
    kept = [source, *members] if source in known else []
    return [SourceFile(place, known[place], tuple) for place in kept]


def _reprints(articles: Sequence[Article], collection: Collection) -> list[FileProblem]:
    """Which of the articles just read repeat others; they are kept and search shows one of them."""
    if not articles:
        return []
    sources = {article.source for article in articles}
    known = (other for other in collection.articles() if other.source not in sources)
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
