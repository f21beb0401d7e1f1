"""Lines placed on a printed page become text in reading order, as the page rules expect it.

Reading order is found by cutting the page recursively at its white gaps (the XY-cut of Nagy and
Seth, 1984): between columns where a gap runs through the whole region, else across, best where the
size of the type changes. Lengths are in units of the page; `top` grows downwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.corpus.blocks import join
from rag.corpus.kinds import is_finished

HEADLINE_GAP = "\n\n\n\n"
"""Blank lines before a headline in large type, more than between paragraphs."""
_COLUMN_GAP = 0.6
"""White space between columns, in characters of the running text."""
_MODULE_GAP = 1.2
"""White space between articles one above the other, in characters of the running text."""
_HEADING = 1.15
_HEADLINE = 1.45
"""Size of type, in that of the running text, from which a line is a heading or a headline."""
_SAME_SIZE = 0.08
_INDENT = 1.2
"""Characters from which a line is indented, or ends before its column does."""
_LEADING = 1.6
"""Height of a gap between two lines, in that of a line, from which it parts paragraphs."""
_SIZE_CHANGES = 3.0


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A printed line and its place; `size` is the height of its type."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def page_text(lines: Sequence[PlacedLine]) -> str:
    """Return the paragraphs and headings of a page, with a blank line between two.

    More blank lines stand before a headline in large type: a new article starts there.
    """
    kept = [line for line in lines if line.text.strip()]
    if not kept:
        return ""
    usual = _usual_size(kept)
    blocks: list[tuple[str, float]] = []
    for region in _regions(kept, usual):
        blocks += _paragraphs(region, usual)
    return _written(blocks, usual)


def _usual_size(lines: Sequence[PlacedLine]) -> float:
    """The size of the type in which most characters are set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes.most_common(1)[0][0], 0.1)


def _regions(lines: list[PlacedLine], usual: float) -> list[list[PlacedLine]]:
    """The columns of the page in reading order, each with its lines from top to bottom."""
    waiting = [lines]
    regions = []
    while waiting:
        region = waiting.pop()
        parts = _modules(region, usual) or _columns(region, usual) or _across(region, usual)
        if parts:
            waiting += reversed(parts)
        else:
            regions.append(sorted(region, key=lambda line: (line.top, line.left)))
    return regions


def _modules(lines: list[PlacedLine], usual: float) -> list[list[PlacedLine]]:
    """The lines over and under white gaps across with a headline below, empty without one.

    Articles side by side end there together: columns do not run through such a gap.
    """
    ordered = sorted(lines, key=lambda line: line.top)
    parts = [[ordered[0]]]
    bottom = ordered[0].bottom
    for line in ordered[1:]:
        if line.top - bottom >= _MODULE_GAP * usual and line.size >= _HEADLINE * usual:
            parts.append([])
        parts[-1].append(line)
        bottom = max(bottom, line.bottom)
    return parts if len(parts) > 1 else []


def _columns(lines: list[PlacedLine], usual: float) -> list[list[PlacedLine]]:
    """The lines left and right of every white gap that runs through, empty without one."""
    ordered = sorted(lines, key=lambda line: line.left)
    parts = [[ordered[0]]]
    edge = ordered[0].right
    for line in ordered[1:]:
        if line.left - edge >= _COLUMN_GAP * usual:
            parts.append([])
        parts[-1].append(line)
        edge = max(edge, line.right)
    # Parts of one line, with blanks between, are no columns.
    if len(parts) < 2 or all(len(_rows(part)) < 2 for part in parts):
        return []
    return parts


def _rows(lines: Sequence[PlacedLine]) -> set[int]:
    return {round(line.top) for line in lines}


def _across(lines: list[PlacedLine], usual: float) -> list[list[PlacedLine]]:
    """The lines over and under the best gap across, empty when cutting there parts no columns."""
    ordered = sorted(lines, key=lambda line: line.top)
    best: tuple[float, int] = (0.0, 0)
    bottom = ordered[0].bottom
    for at, (before, line) in enumerate(pairwise(ordered), 1):
        bottom = max(bottom, before.bottom)
        gap = line.top - bottom
        if gap <= -0.2 * usual:
            continue
        large = max(before.size, line.size) / max(min(before.size, line.size), 0.1)
        score = gap / usual + (_SIZE_CHANGES if large > _HEADING else 0) + 0.2
        if score > best[0]:
            best = score, at
    if not best[1]:
        return []
    parts = [ordered[: best[1]], ordered[best[1] :]]
    # One column needs no cut: its lines stand in order already.
    overlapping = any(
        line.top < before.bottom - 0.5 * usual and line.left >= before.right
        for before, line in pairwise(ordered)
    )
    return parts if overlapping else []


def _paragraphs(lines: list[PlacedLine], usual: float) -> list[tuple[str, float]]:
    """The paragraphs and headings of one column with the size of their type."""
    left = _edge([line.left for line in lines])
    right = max(line.right for line in lines)
    found: list[tuple[str, float]] = []
    before: PlacedLine | None = None
    for line in lines:
        if before is not None and _continues(before, line, left, right, usual):
            text, size = found[-1]
            found[-1] = join(text, line.text.strip()), size
        else:
            found.append((line.text.strip(), line.size))
        before = line
    return found


def _edge(lefts: Sequence[float]) -> float:
    """The left edge of a column: the least one that more than one line has."""
    counted = Counter(round(left) for left in lefts)
    shared = [left for left, count in counted.items() if count > 1]
    return min(shared, default=min(lefts))


def _continues(
    before: PlacedLine, line: PlacedLine, left: float, right: float, usual: float
) -> bool:
    if abs(before.size - line.size) > _SAME_SIZE * max(before.size, line.size):
        return False
    if line.top < before.bottom - 0.5 * line.size:
        # Parts of one printed line.
        return line.left >= before.left
    if line.top - before.bottom > _LEADING * line.size:
        return False
    if line.size > _HEADING * usual:
        return True
    indented = line.left - left > _INDENT * line.size
    ends_early = right - before.right > _INDENT * before.size
    return (
        not indented
        and not (ends_early and is_finished(before.text))
        and not (ends_early and line.left - left < 0.5 * line.size and len(before.text) < 12)
    )


def _written(blocks: list[tuple[str, float]], usual: float) -> str:
    """The blocks as text; a run of headings with a headline in it opens with a wide gap."""
    written: list[str] = []
    heading = False
    for at, (text, size) in enumerate(blocks):
        if size <= _HEADING * usual:
            heading = False
        elif not heading:
            heading = True
            run = []
            for _, other in blocks[at:]:
                if other <= _HEADING * usual:
                    break
                run.append(other)
            if max(run) >= _HEADLINE * usual and written:
                written.append(HEADLINE_GAP)
        written.append(text + "\n\n")
    return "".join(written)
