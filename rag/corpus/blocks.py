"""Blocks of a page dump: printed lines joined where only the layout had broken them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.corpus.kinds import Kind, is_finished, kind_of

_INDENT = re.compile("^(?:\u3000{1,4}| {3,8}|\t+|[\u3000 ]{2,8})")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_BLANKS = re.compile(r"\s+")
_CELLS = re.compile(r"\S.*\t.*\S")
_IN_TABLES = (Kind.BODY, Kind.SHORT, Kind.NUMBERED, Kind.ITEM, Kind.BYLINE)
_MAX_WRAP = 60
"""Characters beyond which equal line lengths are no sign of hard wrapping."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, headline or mark as the dump has it, cleaned of layout whitespace.

    `line` counts from 1; `gap` is the number of blank lines before it; `page` counts the form
    feeds before it. `boundary` is true where the dump marks a break: a new page, a rule, or more
    blank lines than it uses between paragraphs.
    """

    text: str
    kind: Kind
    line: int
    gap: int = 0
    page: int = 0
    boundary: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int
    gap: int
    page: int
    indented: bool
    cells: bool = False

    @property
    def kind(self) -> Kind:
        kind = kind_of(self.text)
        return Kind.ROW if self.cells and kind in _IN_TABLES else kind


def read_blocks(dump: str) -> list[Block]:
    """Return the blocks of `dump` in order; every printed character lies in one of them."""
    lines = _lines(dump)
    if not lines:
        return []
    wrap = _wrap_width(lines)
    indenting = sum(line.indented for line in lines) >= 2
    runs: list[list[_Line]] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        if (
            runs
            and _continues(runs[-1][-1], line, wrap=wrap, indenting=indenting)
            and not (indenting and _is_heading(runs[-1][-1], line, following, wrap=wrap))
        ):
            runs[-1].append(line)
        else:
            runs.append([line])
    usual = _usual_gap(runs)
    blocks: list[Block] = []
    page = 0
    for run in runs:
        first = run[0]
        text = _join(run)
        boundary = first.page != page or (first.gap > usual and bool(blocks))
        page = first.page
        kind = kind_of(text) if len(run) > 1 else first.kind
        blocks.append(Block(text, kind, first.number, first.gap, page, boundary))
    return blocks


def clean(text: str) -> str:
    """Return `text` on one line, without control characters and layout whitespace."""
    text = _CONTROL.sub("", _INVISIBLE.sub("", text))
    return _BLANKS.sub(" ", text).strip()


def _lines(dump: str) -> list[_Line]:
    lines = []
    number = gap = 0
    for page, part in enumerate(dump.split("\f")):
        for raw in re.split("\r\n|[\n\r\v\x85\u2028\u2029]", part):
            number += 1
            text = clean(raw)
            if not text:
                gap += 1
                continue
            indented = bool(_INDENT.match(_INVISIBLE.sub("", raw)))
            cells = bool(_CELLS.search(raw))
            lines.append(_Line(text, number, gap, page, indented, cells))
            gap = 0
        number -= 1
    return _without_lone_tabs(lines)


def _without_lone_tabs(lines: list[_Line]) -> list[_Line]:
    """The lines, of which those are rows of a table that stand next to another with a tab."""
    return [
        line
        if any(other.cells for other in (*lines[max(at - 1, 0) : at], *lines[at + 1 : at + 2]))
        else replace(line, cells=False)
        for at, line in enumerate(lines)
    ]


def _wrap_width(lines: Sequence[_Line]) -> int:
    """The length at which the dump wraps its lines, 0 when it does not wrap."""
    lengths = Counter(_width(line) for line in lines if len(line.text) > 8)
    best, most = 0, 0
    for length in lengths:
        count = sum(lengths[length - less] for less in range(4))
        if count > most or (count == most and length > best):
            best, most = length, count
    if not best or best > _MAX_WRAP or most < 4 or most < 0.35 * sum(lengths.values()):
        return 0
    longer = sum(count for length, count in lengths.items() if length > best + 3)
    if longer > 0.1 * sum(lengths.values()):
        return 0
    # Lines that merely happen to be short and alike are whole paragraphs: they end as sentences.
    full = [line for line in lines if best - 3 <= _width(line) <= best]
    ended = sum(line.text[-1] in "。！？!?”" for line in full)
    return best - 3 if ended <= 0.5 * len(full) else 0


def _width(line: _Line) -> int:
    """Length in Chinese characters: two half-width ones take the place of one; indents count."""
    halves = len(line.text.encode("ascii", "ignore"))
    return len(line.text) - halves // 2 + (2 if line.indented else 0)


def _continues(before: _Line, line: _Line, *, wrap: int, indenting: bool) -> bool:
    """Whether `line` is the wrapped rest of the line before it."""
    if not wrap or line.gap or line.indented or line.page != before.page:
        return False
    if _width(before) < wrap and not (indenting and _is_loose(before, line)):
        return False
    marks = (before.kind, line.kind)
    return all(kind in (Kind.BODY, Kind.SHORT, Kind.CAPTION) for kind in marks)


def _is_heading(before: _Line, line: _Line, following: _Line | None, *, wrap: int) -> bool:
    """Whether a line without indent stands between indented paragraphs as a heading."""
    if not is_finished(before.text) or kind_of(line.text) is not Kind.SHORT:
        return False
    return _width(line) < wrap or following is None or following.indented


def _is_loose(before: _Line, line: _Line) -> bool:
    # Closing punctuation never starts a paragraph.
    return line.text[0] in "，。、；：！？”’）》,.;:!?)" and bool(before.text)


def _usual_gap(runs: Sequence[Sequence[_Line]]) -> int:
    gaps = Counter(run[0].gap for run in runs[1:])
    if not gaps:
        return 0
    total = sum(gaps.values())
    # A gap that a third of the blocks have is the ordinary one, not a mark of a new article.
    return max((gap for gap, count in gaps.items() if count >= total / 3), default=max(gaps))


def _join(run: Sequence[_Line]) -> str:
    text = run[0].text
    for line in run[1:]:
        text = join(text, line.text)
    return text


def join(before: str, after: str) -> str:
    """Return two parts of one paragraph joined: with nothing between, a space in English."""
    if not before or not after:
        return before + after
    english = before[-1].isascii() and before[-1].isalpha()
    english = english and after[0].isascii() and after[0].isalpha()
    return before + (" " if english else "") + after
