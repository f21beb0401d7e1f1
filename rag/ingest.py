"""Files into a collection: find, read what changed, report what was dropped or doubted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.corpus.readers import READERS_VERSION, FoundFile, find_files, read_path
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
    dropped: list[FileProblem] = list(found.dropped)
    doubted: list[FileProblem] = []
    files: list[SourceFile] = []
    articles = 0
    for number, file in enumerate(found.files, start=1):
        digest = _digest(file)
        if known.get(file.source) == digest:
            files.append(SourceFile(file.source, digest, tuple))
        else:
            try:
                result = read_path(file.path, source=file.source)
            except CorpusError as error:
                dropped.append(FileProblem(file.source, error.message))
                if file.source in known:
                    files.append(SourceFile(file.source, known[file.source], tuple))
                continue
            dropped += result.dropped
            doubted += result.doubted
            articles += len(result.articles)
            files.append(SourceFile(file.source, digest, _given(result.articles)))
        report("read", number, len(found.files))
    if not articles and not any(file.source in known for file in files):
        reasons = "; ".join(f"{p.source}: {p.reason}" for p in dropped[:3])
        raise CorpusError(
            f"no article found in {', '.join(map(str, paths))}"
            + (f" ({reasons})" if reasons else ""),
            remedy="give a file or folder with newspaper text, for example `wenbao ingest seeds`",
        )
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
        return f"{READERS_VERSION}:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _given(articles: tuple[Article, ...]) -> Callable[[], Sequence[Article]]:
    return lambda: articles


def _silent(step: str, done: int, total: int) -> None:
    """Report progress to nobody."""
    del step, done, total
