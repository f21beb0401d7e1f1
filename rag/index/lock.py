"""The right to write to a collection: held by one process at a time, and it says by whom.

The lock is one of the operating system and ends with its process, so a killed writer never
leaves it behind; the note beside it only names the owner.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rag.errors import CollectionBusyError, CollectionError

_LOCK, _OWNER = "writer.lock", "writer.json"
# A reader that tidies up holds the lock for a moment; that is no reason to turn a writer away.
_PATIENCE = 2.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def writer_lock(folder: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the right to write to `folder` inside the block; wait for it `patience` seconds.

    The folder is created where there is none.

    Raises:
        CollectionBusyError: another process, or another thread of this one, is writing.
        CollectionError: the folder cannot be created or written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, timeout=patience, thread_local=False)
    owner = folder / _OWNER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise CollectionBusyError(
            f"{folder} is being written by {_describe(owner)}",
            remedy="wait until it has finished, or end that process, and try again",
        ) from error
    except (OSError, NotImplementedError) as error:
        raise _not_writable(folder, error) from error
    try:
        _sign(owner)
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def _sign(owner: Path) -> None:
    note = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    try:
        owner.write_text(json.dumps(note), encoding="utf-8")
    except OSError as error:
        # On a full disk the note is done without: what a writer removes makes room.
        if error.errno not in _NO_ROOM:
            raise _not_writable(owner.parent, error) from error


def _not_writable(folder: Path, error: Exception) -> CollectionError:
    reason = getattr(error, "strerror", None) or error
    return CollectionError(
        f"no collection can be written in {folder}: {reason}",
        remedy="choose a folder that you may write to, with `--collection FOLDER`",
    )


def _describe(owner: Path) -> str:
    try:
        note = json.loads(owner.read_text(encoding="utf-8"))
        return f"process {note['pid']} on {note['host']} since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
