"""The SQLite file of a collection: its tables, its transactions, and what its errors mean."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

from rag.chinese.normalise import level
from rag.errors import CollectionDamagedError, CollectionError

FORMAT = 2
FILE_NAME = "catalogue.sqlite"
REBUILD = "run `wenbao ingest --rebuild PATH` with the files of the collection"

# Where the header of an SQLite file holds its user_version.
_VERSION = slice(60, 64)

# What SQLite says of a file that it may not write beside: that of a read-only medium.
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}

_SCHEMA = """
CREATE TABLE sources (
    place TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    place TEXT NOT NULL REFERENCES sources ON DELETE CASCADE,
    source TEXT NOT NULL,
    headline TEXT NOT NULL,
    kicker TEXT NOT NULL,
    byline TEXT NOT NULL,
    published TEXT,
    published_inferred INTEGER NOT NULL,
    section TEXT NOT NULL,
    url TEXT NOT NULL,
    complete INTEGER NOT NULL,
    text TEXT NOT NULL,
    text_key TEXT NOT NULL
);
CREATE INDEX articles_by_place ON articles (place);
CREATE INDEX articles_by_text ON articles (text_key);
CREATE INDEX articles_by_day ON articles (published);
CREATE TABLE sketches (
    value INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (value, article)
) WITHOUT ROWID;
CREATE INDEX sketches_by_article ON sketches (article);
CREATE TABLE paragraphs (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    subhead TEXT NOT NULL,
    PRIMARY KEY (article, start)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    subhead TEXT NOT NULL,
    embedding TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages (article);
CREATE TABLE embeddings (
    fingerprint TEXT NOT NULL,
    text_key TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (fingerprint, text_key)
) WITHOUT ROWID;
CREATE TABLE manifest (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL,
    embedder TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    passage_chars INTEGER NOT NULL,
    headline_context INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    lacking INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE files (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL
) WITHOUT ROWID;
"""
_HAS_LACKING = "SELECT 1 FROM pragma_table_info('manifest') WHERE name = 'lacking'"


class Run(Protocol):
    """A function that runs one statement."""

    def __call__(self, sql: str, parameters: Sequence[object] = ..., /) -> sqlite3.Cursor:
        """Return the cursor of the statement."""
        ...


class Database:
    """One connection; safe to share between threads.

    Outside `transaction` every read sees the newest committed state. Readers and one writer work
    at the same time (write-ahead log).
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Use `connect`."""
        self._connection = connection
        self._closed = False
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def connect(cls, folder: Path, *, create: bool = False) -> Self:
        """Return the database in `folder`, an empty new one if `create` and there is none.

        One on a read-only medium is opened as it stands there.

        Raises:
            CollectionDamagedError: the file is not a catalogue.
            CollectionError: it was written by another version of the format.
        """
        path = folder / FILE_NAME
        if create:
            return cls._connect(path, "mode=rwc", create=True)
        try:
            return cls._connect(path, "mode=rw")
        except CollectionError as error:
            if not _is_read_only(path, error.__cause__):
                raise
            # Without `immutable` SQLite wants to write its log even where it only reads.
            return cls._connect(path, "mode=ro&immutable=1")

    @classmethod
    def _connect(cls, path: Path, mode: str, *, create: bool = False) -> Self:
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}",
                uri=True,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise CollectionError(
                f"{path} cannot be opened: {error}", remedy="check the folder and its permissions"
            ) from error
        database = cls(connection, path)
        try:
            database._prepare(create)
        except BaseException:
            connection.close()
            raise
        return database

    def _prepare(self, create: bool) -> None:
        self._connection.create_function("LEVEL", 1, level, deterministic=True)
        with self.reading() as run:
            run("PRAGMA foreign_keys = ON")
            # FULL: once COMMIT returns, the new state survives a power failure.
            run("PRAGMA synchronous = FULL")
            (version,) = run("PRAGMA user_version").fetchone()
            if version == 0 and create:
                run("PRAGMA journal_mode = WAL")
                self._connection.executescript(
                    f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;"
                )
                version = FORMAT
            if version == FORMAT and create and not run(_HAS_LACKING).fetchone():
                # Collections of before have vectors for all passages, and no such column.
                run("ALTER TABLE manifest ADD COLUMN lacking INTEGER NOT NULL DEFAULT 0")
        if version == 0:
            raise CollectionDamagedError(f"{self.path} holds no collection", remedy=REBUILD)
        if version != FORMAT:
            raise CollectionError(
                f"{self.path} has format {version}, this version of WenBao reads format {FORMAT}",
                remedy=REBUILD,
            )

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._closed = True
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Give the block the function that runs a statement, and name what goes wrong."""
        with self._lock:
            if self._closed:
                raise CollectionError(f"{self.path} has been closed", remedy="open it again")
            try:
                yield self._connection.execute
            except sqlite3.ProgrammingError:
                raise
            except sqlite3.OperationalError as error:
                raise CollectionError(
                    f"{self.path} cannot be used: {error}",
                    remedy="check disk space and permissions, then try again",
                ) from error
            except sqlite3.DatabaseError as error:
                raise CollectionDamagedError(
                    f"{self.path} is damaged: {error}", remedy=REBUILD
                ) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the writes inside visible all at once, or not at all when the block raises."""
        with self.reading() as run:
            run("BEGIN IMMEDIATE")
            try:
                yield
                run("COMMIT")
            except BaseException:
                # SQLite has gone back itself where the disk is full.
                if self._connection.in_transaction:
                    run("ROLLBACK")
                raise

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Undo the writes inside when the block ends."""
        with self.reading() as run:
            run("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    run("ROLLBACK")

    def check(self) -> list[str]:
        """Return what SQLite finds wrong with the file, empty when nothing."""
        with self.reading() as run:
            rows = [row[0] for row in run("PRAGMA integrity_check")]
            rows += [f"row without parent in {row[0]}" for row in run("PRAGMA foreign_key_check")]
        return [row for row in rows if row != "ok"]

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row."""
        with self.reading():
            self._connection.executemany(sql, rows)


def has_format(folder: Path) -> bool:
    """Return whether the catalogue's own file states a version; at first it does not."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            return any(file.read(_VERSION.stop)[_VERSION])
    except OSError:
        return True


def _is_read_only(path: Path, error: BaseException | None) -> bool:
    """Whether a catalogue failed for want of a place to write, and is whole without its log."""
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    log = path.with_name(f"{path.name}-wal")
    try:
        return code in _READ_ONLY and path.is_file() and not (log.exists() and log.stat().st_size)
    except OSError:
        return False
