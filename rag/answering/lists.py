"""Lists that give each item a figure: 成人票40元、儿童票20元, or 两校分别有1200人和800人."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answering.facts import Fact, SourceText, holds_fact
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE, clause_with

_RESPECTIVELY = re.compile(r"(?P<of>.+?)分别(?P<each>.*)")
LABEL = re.compile(r"^第|等奖$|季度$|年级$|[期号届路]$")
"""What numbers a thing and counts nothing: it says of what the figures after it are."""
_AND = "[、和与及]"
_SHORTEST_NAME = 2


class _Item(NamedTuple):
    """An item of a list with its figure, by the shortest name that tells it from the others."""

    name: str
    text: str


def is_of_another_item(sentence: str, figure: Fact, sources: Sequence[SourceText]) -> bool:
    """Return whether a figure that a list gives to one item is told of another one of it."""
    around = clause_with(figure.text, sentence)
    said = fold(next((part for part in around.split("、") if figure.text in part), around))
    for source in sources:
        for clause in CLAUSE.findall(source.text):
            items = _items(clause)
            own = [one for one in items if holds_fact(SourceText(one.text), figure)]
            if own and not any(one.name in said for one in own):
                return any(one.name in said for one in items)
    return False


def _items(clause: str) -> list[_Item]:
    """The items of a list that counts each, those without a name of their own left out."""
    apart = _RESPECTIVELY.search(clause)
    texts = re.split(_AND, apart["each"]) if apart else clause.split("、")
    # 二等奖5名: what numbers an item is its name.
    figures = [[n for n in find_numbers(text) if not LABEL.search(n.text)] for text in texts]
    if len(texts) < 2 or not all(figures):
        return []
    # 2人死亡、5人受伤: the name stands behind the figure, and its beginning tells it apart.
    behind = not apart and figures[1][0].start == 0
    if apart:
        names = re.split(_AND, apart["of"])
    elif behind:
        names = [text[found[-1].end :] for text, found in zip(texts, figures, strict=True)]
    else:
        names = [text[: found[0].start] for text, found in zip(texts, figures, strict=True)]
    if len(names) != len(texts):
        return []
    told = [_telling(at, names, from_start=behind) for at in range(len(names))]
    return [_Item(fold(name), text) for name, text in zip(told, texts, strict=True) if name]


def _telling(at: int, names: Sequence[str], *, from_start: bool) -> str:
    """The shortest end (or beginning) of a name that no other one has, "" where all have it."""
    name, others = names[at], [*names[:at], *names[at + 1 :]]
    for length in range(_SHORTEST_NAME, len(name) + 1):
        short = name[:length] if from_start else name[-length:]
        if not any(short in other for other in others):
            return short
    return ""
