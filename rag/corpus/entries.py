"""Short lines that are text and no heading: entries of a list, rows of a table, verse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from rag.chinese.normalise import level
from rag.corpus.blocks import Block
from rag.corpus.bylines import is_person
from rag.corpus.drafts import Draft, Role
from rag.corpus.headlines import looks_like_headline
from rag.corpus.kinds import Kind
from rag.corpus.neighbours import is_news

_LIST_TITLE = re.compile(r"(?:名单|一览表?|排行榜|得奖者|获奖者)(?:[(（].{1,12}[)）])?$")
_LIST_NAME = 20
"""Characters at the end of a text in which it calls itself a list."""
_FIGURE = re.compile(r"[-+¥$]?\d[\d,.:~-]*[%‰℃元万亿人个件户分次名岁级米吨亩]*")
_LEAST_ENTRIES = 3
_NAME = re.compile(r"[^\W\d_]{1,8}")
_NAMES = 5
_LEAST_VERSE = 4
_VERSE = 20
"""Characters that a line of verse has at most."""


def own_lines(draft: Draft, run: Sequence[Block], following: Sequence[Block]) -> int:
    """Return how many of the short lines of `run` are text of `draft`, line by line."""
    if is_verse := _opens_verse(draft, run, following):
        return is_verse
    if _is_announced(draft):
        return _before_heading(run, following)
    rows = _rows(run)
    return rows if rows and draft.headline else 0


def list_title_end(run: Sequence[Block]) -> int:
    """Return how many lines of `run` are the heading over a list or verse; 0 without such one.

    A list calls itself so; over verse stand its title and its author.
    """
    for at, line in enumerate(run[:3], 1):
        if len(run) - at >= _LEAST_ENTRIES and _LIST_TITLE.search(line.text):
            return at
    author = next((at for at, line in enumerate(run[1:3], 2) if is_person(line.text)), 0)
    verse = run[author : author + _LEAST_VERSE]
    short = all(len(line.text) <= _VERSE and not is_person(line.text) for line in verse)
    return author if author and short and len(verse) == _LEAST_VERSE else 0


def _is_announced(draft: Draft) -> bool:
    """Whether what was read last announces a list."""
    if not draft.parts:
        return bool(_LIST_TITLE.search(draft.headline))
    last = draft.parts[-1]
    return last.role is not Role.CAPTION and (
        last.text.endswith(("：", ":")) or bool(_LIST_TITLE.search(last.text[-_LIST_NAME:]))
    )


def _opens_verse(draft: Draft, run: Sequence[Block], following: Sequence[Block]) -> int:
    """How many lines of `run` are verse: under the name of a poet stand nothing but such lines."""
    if not (draft.headline and draft.byline) or (draft.parts and not _is_verse(draft)):
        return 0
    # A name in the second line is the author's of the next poem or essay.
    author = next((at for at, line in enumerate(run) if at and is_person(line.text)), 0)
    end = author - 1 if author else _before_heading(run, following)
    after = following if end == len(run) else ()
    verse = sum(
        1
        for _ in takewhile(
            lambda line: line.kind in (Kind.SHORT, Kind.BODY) and len(line.text) <= _VERSE,
            [*run[:end], *after],
        )
    )
    return min(end, verse) if verse >= (1 if draft.parts else _LEAST_VERSE) else 0


def _is_verse(draft: Draft) -> bool:
    return draft.parts[0].role is Role.LINE and all(len(p.text) <= _VERSE for p in draft.parts)


def _before_heading(run: Sequence[Block], following: Sequence[Block]) -> int:
    """How many lines of `run` stand before the heading of the next article in it."""
    last = _last_group(run)
    if is_news(run, following):
        return last
    long = bool(following) and following[0].kind is Kind.BODY and len(following[0].text) > _VERSE
    if not long:
        return len(run)
    apart = len(run) > 1 and run[last].gap > run[1].gap
    return last if apart or len(run) == 1 or looks_like_headline(run[-1].text) else len(run)


def _last_group(run: Sequence[Block]) -> int:
    """The index of the last line with more blank lines before it than the others, else the last."""
    gaps = [line.gap for line in run[1:]]
    usual = min(gaps, default=0)
    apart = [at for at, gap in enumerate(gaps, 1) if gap > usual]
    return apart[-1] if apart else len(run) - 1


def _is_row_of_names(cells: Sequence[str]) -> bool:
    return len(cells) >= _NAMES and all(_NAME.fullmatch(cell) for cell in cells)


def _rows(run: Sequence[Block]) -> int:
    """How many lines at the start of `run` are rows of a table, over which may stand its head.

    Rows of names or offices hold more words than a headline has parts; names may also stand on
    lines of their own.
    """
    people = sum(1 for _ in takewhile(lambda line: is_person(line.text), run))
    if people >= _NAMES:
        return people
    cells = [level(line.text).split() for line in run]
    if named := sum(1 for _ in takewhile(_is_row_of_names, cells)):
        return named
    width = len(cells[0])
    same = sum(1 for _ in takewhile(lambda row: len(row) == width, cells))
    figures = [any(_FIGURE.fullmatch(cell) for cell in row) for row in cells[:same]]
    return same if width > 1 and same > 1 and sum(figures) > 1 and all(figures[1:]) else 0
