"""Text out of bytes, in the encodings in which Chinese papers keep their files."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from pathlib import PurePosixPath

from rag.chinese.normalise import is_han
from rag.errors import CorpusError
from rag.types import FileProblem

_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z\d_:-]{2,20})""", re.IGNORECASE
)
_DECLARED_WITHIN = 4096
# Pages that declare GB2312 or Big5 use the larger sets that grew out of them.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs"}
# Programs write these into pages that hold Chinese, and any bytes can be read as most of them.
_UNTOLD = re.compile(
    r"iso[-_]?8859|latin|windows-?125|cp-?125|x-cp125|(?:us-)?ascii|utf-?(?:16|32)"
)
_HALVES = re.compile("[\ud800-\udfff]")
_DAMAGED = 0.02
"""Share of unreadable characters up to which a web page is still read."""
_EVERYDAY = 0.5
"""Share of everyday characters below which bytes are no text of the encoding tried."""
_SAMPLE = 20_000
_SHORT = 40
"""Characters that a text may have without a single one of the commonest."""
_COMMON = frozenset("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会"
                    "可主发年动這為個國時來們於對會發報訊記者區市，。、")  # fmt: skip


def decode(data: bytes, name: str) -> str:
    """Return `data` as text; `name` names the file in the error.

    UTF-8 is strict and comes first; GB18030 and Big5 accept much of each other's bytes, so that of
    the two which yields more everyday characters is taken.

    Raises:
        CorpusError: the bytes are binary or in no known encoding.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name)
    if b"\0" in data:
        raise CorpusError(
            f"{name} is not text: it contains NUL bytes",
            remedy="export it as a UTF-8 text file",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    candidates = []
    for encoding in ("gb18030", "big5hkscs"):
        try:
            candidates.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    readable = [text for text in candidates if _likeness(text) > 0]
    if not readable:
        raise CorpusError(
            f"{name} is in no known encoding: neither UTF-8, GB18030 nor Big5",
            remedy="save it as UTF-8",
        )
    return max(readable, key=_likeness)


def decode_page(data: bytes, source: str) -> tuple[str, list[FileProblem]]:
    """Return a web page as text, and a note where single characters of it could not be read.

    The encoding that the page declares comes first, where the page keeps to it; not before a byte
    order mark, and not where it is one that says nothing about a page in Chinese.

    Raises:
        CorpusError: the bytes are binary or in no known encoding.
    """
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    declared = match[1].decode("ascii").lower() if match else "utf-8"
    declared = _LARGER.get(declared, declared)
    told = match and not _UNTOLD.match(declared) and not data.startswith(BOM_UTF8)
    if told and b"\0" not in data:
        try:
            return data.decode(declared), []
        except (UnicodeDecodeError, LookupError):
            pass
    try:
        return decode(data, PurePosixPath(source).name), []
    except CorpusError:
        if b"\0" in data:
            raise
        try:
            text = data.decode(declared, errors="replace")
        except LookupError:
            text = data.decode("utf-8", errors="replace")
        unread = text.count("\ufffd")
        if unread > _DAMAGED * len(text):
            raise
        reason = f"{unread} characters that are no {declared}"
        return text, [FileProblem(source, reason)] if unread else []


def mended(text: str) -> str:
    """Return `text` with � for each half of a character, which nothing can write as UTF-8.

    Exports cut an emoji in two; names of files may be in another encoding than the system's.
    """
    return _HALVES.sub("\ufffd", text)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name} is damaged {encoding}", remedy="save it as UTF-8") from error


def _likeness(text: str) -> float:
    """How much `text` reads as Chinese: shares of everyday characters, less what was misread."""
    strange = [character for character in text[:_SAMPLE] if not character.isascii()]
    letters = [character for character in strange if character.isalpha() or _is_private(character)]
    if not letters:
        return 1.0 if not strange or any(mark in text for mark in "，。、：") else 0.0
    common = sum(character in _COMMON for character in letters)
    everyday = sum(is_han(character) and _is_everyday(character) for character in letters)
    misread = sum(not is_han(character) for character in letters)
    if len(letters) > _SHORT and not common:
        return 0.0
    return (common + everyday - misread) / len(letters) - _EVERYDAY


def _is_private(character: str) -> bool:
    return "\ue000" <= character <= "\uf8ff"


def _is_everyday(character: str) -> bool:
    """Whether the character is of the first level of GB 2312 or of Big5, ordered by use."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            lead = character.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last:
            return True
    return False
