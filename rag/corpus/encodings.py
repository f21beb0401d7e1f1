"""Text out of bytes, in the encodings in which Chinese papers keep their files."""

from __future__ import annotations

from pathlib import Path

from rag.chinese.normalise import is_han
from rag.errors import CorpusError

_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_COMMON = frozenset("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会"
                    "可主发年动這為個國時來們於對會發報訊記者區市，。、")  # fmt: skip


def read_text(path: Path) -> str:
    """Return the text of a file, whichever Chinese encoding it is in.

    Raises:
        CorpusError: the file cannot be read, is binary, or is in no known encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"{path.name} cannot be read: {error.strerror or error}",
            remedy="check that the file exists and may be read",
        ) from error
    return decode(data, path.name)


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


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name} is damaged {encoding}", remedy="save it as UTF-8") from error


def _likeness(text: str) -> float:
    """Share of everyday characters among the Chinese ones and what was misread."""
    strange = [character for character in text if not character.isascii()]
    if not strange:
        return 1.0
    common = sum(character in _COMMON for character in strange)
    private = sum(not is_han(character) and character.isalpha() for character in strange)
    return (common - private) / len(strange)
