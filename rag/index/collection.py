"""A collection: catalogue, word index and vector index of one corpus as one thing on disk.

    folder/
      catalogue.sqlite      the truth: articles, passages, embeddings, manifest
      generations/000007/   what is derived from it: dense.faiss, lexical/
      writer.lock           held while somebody writes

A reader follows the catalogue: it searches the generation that the manifest names and notices a
new one at its next question.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import (
    CollectionDamagedError,
    CollectionError,
    CollectionMissingError,
)
from rag.index.catalogue import Catalogue, KnownSource, Manifest
from rag.index.database import FILE_NAME, REBUILD, has_format
from rag.index.generation import (
    generation_folder,
    has_generations,
    leftovers,
    verify_generation,
)
from rag.index.lock import writer_lock
from rag.index.snapshot import Snapshot, article_numbers
from rag.index.update import Changes, Offer, Progress, SourceFile, Updater
from rag.settings import Settings
from rag.types import Article, Filters, Passage

if TYPE_CHECKING:
    from rag.models.embedder import Embedder

__all__ = ["Changes", "Collection", "CollectionStats", "KnownSource", "SourceFile"]

_NO_FILTERS = Filters()
# A writer may replace the generation between our look at the manifest and our opening of its
# files; a second replacement in that moment is hardly possible, a fifth is a fault.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class CollectionStats:
    """The size and make of a collection."""

    sources: int
    articles: int
    passages: int
    generation: int
    embedder: str
    bytes: int
    first_day: date | None
    last_day: date | None
    lacking: int = 0
    """Passages that have no vector yet and are found by their words alone."""


class Collection:
    """One corpus on disk, searched through both channels; safe to share between threads."""

    def __init__(
        self, folder: Path, settings: Settings, embedder: Embedder, *, rebuild: bool = False
    ) -> None:
        """Use `Collection.open`."""
        self.folder = folder
        self._settings = settings
        self._embedder = embedder
        self._rebuild = rebuild
        self._lock = threading.RLock()
        self._catalogue: Catalogue | None = None
        self._snapshot: Snapshot | None = None
        self._closed = False

    @classmethod
    def open(
        cls, folder: Path, settings: Settings, embedder: Embedder, *, rebuild: bool = False
    ) -> Collection:
        """Return the collection in `folder`; nothing is created before something is added.

        What a killed writer left behind is removed. With `rebuild`, a collection that is damaged
        or made with another embedder is accepted: it counts as empty, and the next update starts
        it over.

        Raises:
            CollectionDamagedError: a file is missing, altered or of no known format.
            CollectionError: the collection was made with another embedder, or `folder` is none.
        """
        collection = cls(folder, settings, embedder, rebuild=rebuild)
        if folder.exists() and not folder.is_dir():
            raise CollectionError(
                f"{folder} is a file, a collection is a folder",
                remedy="choose a folder with `--collection FOLDER`",
            )
        if not collection._exists():
            return collection
        try:
            collection._tidy()
            if collection._reader().manifest():
                collection.snapshot()
        except BaseException:
            collection.close()
            raise
        return collection

    def close(self) -> None:
        """Close the files; the collection cannot be used afterwards."""
        with self._lock:
            self._closed = True
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # reading ------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Return the newest committed state, to ask several things of one and the same state.

        Raises:
            CollectionMissingError: nothing has been ingested yet.
        """
        with self._lock:
            catalogue = self._reader()
            for _ in range(_ATTEMPTS):
                manifest = catalogue.manifest()
                if manifest is None or not manifest.articles:
                    raise self._missing()
                if self._snapshot and self._snapshot.manifest == manifest:
                    return self._snapshot
                self._require_embedder(manifest)
                try:
                    self._snapshot = Snapshot.load(self.folder, catalogue, manifest)
                except CollectionDamagedError:
                    if catalogue.generation() == manifest.generation:
                        raise
                    continue
                if catalogue.generation() == manifest.generation:
                    return self._snapshot
            raise CollectionError(
                f"{self.folder} changes faster than it can be opened", remedy="try again"
            )

    def articles(self) -> list[Article]:
        """Return all articles, by source and in reading order; empty before the first ingestion."""
        return self._reader().articles() if self._exists() else []

    def alike(self, texts: Iterable[str]) -> list[Article]:
        """Return the articles of which one of the texts may be a reprint."""
        if not self._exists():
            return []
        catalogue = self._reader()
        numbers = {number for text in texts for number in catalogue.alike(text)}
        return list(catalogue.numbered_articles(sorted(numbers)).values())

    def article(self, article_id: str) -> Article:
        """Return the article with this id.

        Raises:
            CollectionError: there is none.
        """
        found = self._reader().find_articles([article_id])
        if article_id not in found:
            raise CollectionError(
                f"there is no article {article_id!r} in {self.folder}",
                remedy="list the articles with `wenbao articles`",
            )
        return found[article_id]

    def find_articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return the articles with these ids; unknown ids are left out."""
        return self._reader().find_articles(ids)

    def passages(self, ids: Sequence[int], filters: Filters = _NO_FILTERS) -> dict[int, Passage]:
        """Return the passages with these ids; those unknown or kept out by filters are left out.

        Articles with the same text are searched as one: a passage is of the one that passes.
        """
        return self._reader().passages(ids, filters)

    def sources(self) -> dict[str, KnownSource]:
        """Return every source by its place, sorted; empty before the first ingestion."""
        return self._reader().sources() if self._exists() else {}

    def generation(self) -> int:
        """Return the number of the newest committed state, 0 before the first ingestion."""
        return self._reader().generation() if self._exists() else 0

    def dense(
        self, vector: NDArray[np.float32], k: int, filters: Filters = _NO_FILTERS
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, cosine) for a question's vector, nearest first."""
        return self.snapshot().dense(vector, k, self.selected(filters))

    def lexical(
        self, question: str, k: int, filters: Filters = _NO_FILTERS
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, BM25 score) for the wording of a question, best first."""
        return self.snapshot().lexical(question, k, self.selected(filters))

    def selected(self, filters: Filters) -> NDArray[np.int64] | None:
        """Return the numbers of the searched articles that pass; None when nothing filters."""
        return article_numbers(self._reader(), filters)

    def searched(self, filters: Filters = _NO_FILTERS) -> int:
        """Return how many articles a search with these filters looks through."""
        selected = self.selected(filters)
        return self._reader().count("articles") if selected is None else len(selected)

    def stats(self) -> CollectionStats:
        """Return the size and make of the collection; all zero before the first ingestion."""
        if not self._exists():
            return CollectionStats(0, 0, 0, 0, "", 0, None, None)
        catalogue = self._reader()
        manifest = catalogue.manifest()
        size = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        return CollectionStats(
            sources=catalogue.count("sources"),
            articles=catalogue.count("articles"),
            passages=catalogue.count("passages"),
            generation=manifest.generation if manifest else 0,
            embedder=manifest.embedder if manifest else "",
            bytes=size,
            first_day=catalogue.days()[0],
            last_day=catalogue.days()[1],
            lacking=manifest.lacking if manifest else 0,
        )

    def check(self) -> list[str]:
        """Return what is wrong with the files, every byte of them read; empty when nothing."""
        catalogue = self._reader()
        manifest = catalogue.manifest()
        if manifest is None:
            return []
        folder = generation_folder(self.folder, manifest.generation)
        problems = catalogue.check()
        problems += verify_generation(folder, catalogue.files(), thorough=True)
        if problems:
            return problems
        rows = catalogue.count("passages")
        counts = [manifest.passages]
        if rows:
            dense, lexical = self.snapshot().counts()
            counts += [dense + manifest.lacking, lexical]
        if any(count != rows for count in counts):
            problems.append(f"{rows} passages in the catalogue, {counts} in manifest and indexes")
        return problems

    # writing ------------------------------------------------------------------------------------

    def update(
        self,
        files: Iterable[SourceFile],
        *,
        kept: Iterable[str] = (),
        scope: Iterable[str] = (),
        since: Mapping[str, KnownSource] | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Take in `files` and return what changed; other sources stay as they are.

        A source whose digest is known is left alone; otherwise its articles replace its former
        ones. A known source whose place is, or lies in, one of `scope` and is neither among
        `files` nor among the places `kept` is removed. With `since`, the `sources` from before
        the files were read, a source that somebody else has changed since is left alone.

        Many new passages are found by their words before they are embedded; what an interrupted
        update has left without vectors is embedded by the next one, whatever its files.

        Raises:
            CollectionBusyError: another process is writing.
            CollectionError: the collection was made with another embedder, or the folder cannot
                be written to.
        """
        self._require_open()
        with writer_lock(self.folder):
            catalogue = self._writer()
            try:
                manifest = catalogue.manifest()
                if manifest and not self._rebuild:
                    self._require_embedder(manifest)
                self._remove_leftovers(catalogue)
                updater = Updater(self.folder, catalogue, self._settings, self._embedder)
                offer = Offer(files, kept, scope, since)
                changes = updater.run(offer, progress or _silent, start_over=self._rebuild)
                self._rebuild = False
                self._remove_leftovers(catalogue)
            finally:
                catalogue.close()
        return changes

    def remove(self, place: str) -> Changes:
        """Remove a source, or all in a folder, with its articles and return what changed."""
        return self.update((), scope=(place,))

    # inside -------------------------------------------------------------------------------------

    def _exists(self) -> bool:
        """Whether there is something to read; what is to be started over is not read."""
        self._require_open()
        return not self._rebuild and (self.folder / FILE_NAME).exists() and not self._is_unborn()

    def _is_unborn(self) -> bool:
        """Whether the first ingestion ended before there was anything, for want of disk space."""
        return not has_generations(self.folder) and not has_format(self.folder)

    def _require_open(self) -> None:
        if self._closed:
            raise CollectionError(f"{self.folder} has been closed", remedy="open it again")

    def _release(self) -> None:
        if self._catalogue is not None:
            self._catalogue.close()
        self._catalogue = self._snapshot = None

    def _reader(self) -> Catalogue:
        with self._lock:
            if self._catalogue is None:
                if not self._exists():
                    raise self._missing()
                self._catalogue = Catalogue.connect(self.folder)
            return self._catalogue

    def _writer(self) -> Catalogue:
        """A connection of its own: readers of this process keep seeing the committed state."""
        if not self._rebuild:
            return Catalogue.connect(self.folder, create=True)
        try:
            catalogue = Catalogue.connect(self.folder, create=True)
            if not catalogue.check():
                # The vectors in a sound catalogue need not be made again.
                return catalogue
            catalogue.close()
        except CollectionError as error:
            if isinstance(error.__cause__, sqlite3.OperationalError):
                raise
        for path in self.folder.glob(f"{FILE_NAME}*"):
            path.unlink()
        return Catalogue.connect(self.folder, create=True)

    def _tidy(self) -> None:
        """Remove what a killed writer left; a writer at work is not a killed one."""
        catalogue = self._reader()
        if not leftovers(self.folder, catalogue.generation()):
            return
        try:
            with writer_lock(self.folder, patience=0):
                self._remove_leftovers(catalogue)
        except CollectionError:
            return

    def _remove_leftovers(self, catalogue: Catalogue) -> None:
        for path in leftovers(self.folder, catalogue.generation()):
            shutil.rmtree(path, ignore_errors=True)

    def _missing(self) -> CollectionMissingError:
        return CollectionMissingError(
            f"there is nothing in {self.folder} yet",
            remedy=f"run `wenbao ingest --collection {self.folder} PATH…`",
        )

    def _require_embedder(self, manifest: Manifest) -> None:
        embedder = self._embedder
        if (manifest.fingerprint, manifest.dimension) != (embedder.fingerprint, embedder.dimension):
            raise CollectionError(
                f"{self.folder} was made with the embedder {manifest.embedder}, not with"
                f" {embedder.name} as it is now: their vectors cannot be compared",
                remedy=f"{REBUILD}, or set embedder.model to {manifest.embedder}",
            )


def _silent(step: str, done: int, total: int) -> None:
    """Report progress to nobody."""
    del step, done, total
