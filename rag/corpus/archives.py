"""Zip archives are read as the folders they are: every member is a file of its own.

Nothing is unpacked to disk. A member is shown as `archive.zip/inner/path.txt`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from rag.corpus.results import ReadResult, joined
from rag.errors import CorpusError
from rag.types import FileProblem

MEMBERS = 20_000
MEMBER_BYTES = 256 * 2**20
TOTAL_BYTES = 2 * 2**30
"""What an archive may hold: more is taken for a bomb, whatever its table of contents says."""
_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"}
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_PORTION = 2**20
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What the library raises on damaged archives."""


def read_zip(data: bytes, source: str, read: Callable[[bytes, str], ReadResult]) -> ReadResult:
    """Return the articles of all members, each with the path of its member as source.

    Args:
        data: the archive.
        source: the path shown to users.
        read: reads one member, given its content and its path; its errors are reported.

    Raises:
        CorpusError: the archive is damaged or too large.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _FAULTS as error:
        raise CorpusError(
            f"{source} is no readable zip archive: {error}", remedy="pack it again"
        ) from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MEMBERS:
            raise CorpusError(
                f"{source} holds {len(members)} files, more than {MEMBERS}",
                remedy="unpack it and give the folder",
            )
        results = []
        left = TOTAL_BYTES
        for member in sorted(members, key=lambda member: member.filename):
            name = _name(member)
            if _is_hidden(name):
                continue
            place = f"{source}/{name}"
            try:
                _require_safe(name)
                content = _content(archive, member, min(left, MEMBER_BYTES))
                left -= len(content)
                results.append(read(content, place))
            except CorpusError as error:
                results.append(ReadResult(dropped=(FileProblem(place, str(error)),)))
    return joined(results)


def require_sane(data: bytes, source: str) -> None:
    """Refuse an office file, which is a zip archive inside, that unpacks to too much.

    Raises:
        CorpusError: it is no archive or states a size beyond all reason.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except _FAULTS as error:
        raise CorpusError(f"{source} is damaged: {error}", remedy="save it again") from error
    if size > 2 * MEMBER_BYTES:
        raise CorpusError(f"{source} unpacks to {size} bytes", remedy="save it in smaller parts")


def _name(member: zipfile.ZipInfo) -> str:
    """The member's path; packers on Chinese systems write names in GB18030 and do not say so."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        for encoding in ("utf-8", "gb18030"):
            try:
                name = member.filename.encode("cp437").decode(encoding)
                break
            except UnicodeError:
                continue
    return name.replace("\\", "/")


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def _require_safe(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0]:
        raise CorpusError("its path leads out of the archive", remedy="pack it again")
    if path.suffix.lower() in _ARCHIVES:
        raise CorpusError("an archive inside an archive is not opened", remedy="unpack it first")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The content of a member; it is counted as it comes, since the stated size may be wrong."""
    if member.flag_bits & _ENCRYPTED:
        raise CorpusError("it is encrypted", remedy="pack it again without a password")
    content = bytearray()
    try:
        with archive.open(member) as stream:
            while len(content) <= limit and (portion := stream.read(_PORTION)):
                content += portion
    except Exception as error:
        # Each way of packing fails in its own way on damaged bytes, LZMA with an error of its own.
        raise CorpusError(f"it is damaged: {error}", remedy="pack it again") from error
    if len(content) > limit:
        raise CorpusError(f"it unpacks to more than {limit} bytes", remedy="unpack it and look")
    return bytes(content)
