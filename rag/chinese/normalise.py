"""One search form for text that is written in different ways.

`fold` lets 繁體 meet 简体, １２ meet 12, 三千八百 meet 3800 and 2.5万 meet 25000. It does not keep
offsets; `level` and `simplify` do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import cast

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# A party congress is called 二十大; written with digits it is the same word.
# 12月16号 is what people say for 12月16日; 3月8号楼 is a house.
_DAY = re.compile(r"(?<=月)(\d{1,2})号(?![楼线院门机车井矿厅馆文])")
_ISO_DAY = re.compile(
    r"(?<![\d.-])((?:19|20)\d\d)([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\d.-])"
)
_CONGRESS = re.compile(r"(?<![\d.])(1[2-9]|2\d)大(?=$|[^量约概于小型])")


def fold(text: str) -> str:
    """Return the search form of `text`; offsets are not kept.

    Compatibility forms are unified (NFKC), characters simplified, letters lowered, figures written
    as plain Arabic numbers and days as 2023年12月16日, spaces removed except between two ASCII
    words. Line breaks stay.
    """
    from rag.chinese.numbers import rewrite_numbers

    text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text)
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = simplify_phrases(text).lower()
    text = _LINES.sub("\n", _BLANKS.sub(" ", text.strip()))
    text = _drop_blanks(text)
    text = _ISO_DAY.sub(_spelled_day, rewrite_numbers(_CONGRESS.sub(_congress, text)))
    return _DAY.sub(r"\1日", text)


def simplify(text: str) -> str:
    """Return `text` in simplified characters, one for one: every offset stays valid."""
    return text.translate(_simplified())


def simplify_phrases(text: str) -> str:
    """Return `text` in simplified characters by phrases (乾隆 keeps 乾); offsets may move."""
    return text if text.isascii() else _converter()(text)


def level(text: str) -> str:
    """Return `text` simplified, in half-width forms and lower case, with every offset kept."""
    levelled = text.translate(_levelled())
    lowered = levelled.lower()
    # A few letters (İ) become two when lowered.
    return lowered if len(lowered) == len(levelled) else levelled


def is_han(character: str) -> bool:
    """Return whether `character` is a Chinese character (the numeral 〇 included)."""
    code = ord(character)
    return (
        0x4E00 <= code <= 0x9FFF
        or code == 0x3007
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
    )


def _drop_blanks(text: str) -> str:
    parts = text.split(" ")
    joined = [parts[0]]
    for before, after in pairwise(parts):
        if before and after and _is_ascii_word(before[-1]) and _is_ascii_word(after[0]):
            joined.append(" ")
        joined.append(after)
    return "".join(joined)


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _spelled_day(match: re.Match[str]) -> str:
    return f"{match[1]}年{int(match[3])}月{int(match[4])}日"


def _congress(match: re.Match[str]) -> str:
    tens, ones = divmod(int(match[1]), 10)
    digits = "零一二三四五六七八九"
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "") + "大"


class _Simplified(dict[int, str]):
    """A translation table that asks the converter once for each character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        converted = simplify_phrases(character) if is_han(character) else character
        self[code] = converted if len(converted) == 1 else character
        return self[code]


class _Levelled(dict[int, str]):
    """A translation table to simplified characters in half-width forms."""

    def __missing__(self, code: int) -> str:
        self[code] = _simplified()[code].translate(_WIDE)
        return self[code]


@lru_cache(maxsize=1)
def _simplified() -> _Simplified:
    return _Simplified()


@lru_cache(maxsize=1)
def _levelled() -> _Levelled:
    return _Levelled()


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    return cast("Callable[[str], str]", OpenCC("t2s").convert)
