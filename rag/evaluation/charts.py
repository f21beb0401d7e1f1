"""Charts as inline SVG that take their colours from the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 640


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: its title, its size, and the class that colours it."""

    title: str
    size: int
    kind: str


def stacked_bar(parts: Sequence[Part], label: str) -> str:
    """A bar whose parts are as wide as their sizes; `label` is read out by screen readers."""
    whole = sum(part.size for part in parts) or 1
    shapes, left = [], 0.0
    for part in parts:
        width = _WIDTH * part.size / whole
        shapes.append(
            f'<rect class="part-{escape(part.kind)}" x="{left:.2f}" y="0" width="{width:.2f}" '
            f'height="28"><title>{escape(part.title)} {part.size}</title></rect>'
        )
        left += width
    return _svg(28, "".join(shapes), label, "stacked", stretch=True)


def interval_bar(value: float, low: float, high: float, label: str, *, good: bool = True) -> str:
    """A bar for a share in [0, 1] with a whisker for its interval."""
    x, left, right = (max(0.0, min(1.0, number)) * _WIDTH for number in (value, low, high))
    kind = "good" if good else "bad"
    shapes = (
        f'<rect class="track" x="0" y="3" width="{_WIDTH}" height="12" rx="3"/>'
        f'<rect class="bar-{kind}" x="0" y="3" width="{x:.2f}" height="12" rx="3"/>'
        f'<path class="whisker" d="M{left:.2f} 9H{right:.2f}M{left:.2f} 3V15M{right:.2f} 3V15"/>'
    )
    return _svg(18, shapes, label, "interval", stretch=True)


def change_bar(change: float, low: float, high: float, label: str, *, better: bool) -> str:
    """A bar that leaves the middle to the right for more and to the left for less, in [-1, 1]."""
    middle = _WIDTH / 2
    x, left, right = (
        middle + max(-1.0, min(1.0, number)) * middle for number in (change, low, high)
    )
    kind = "good" if better else "bad"
    start, width = min(middle, x), abs(x - middle)
    shapes = (
        f'<rect class="track" x="0" y="3" width="{_WIDTH}" height="12" rx="3"/>'
        f'<rect class="bar-{kind}" x="{start:.2f}" y="3" width="{width:.2f}" height="12"/>'
        f'<path class="axis" d="M{middle:.2f} 0V18"/>'
        f'<path class="whisker" d="M{left:.2f} 9H{right:.2f}M{left:.2f} 3V15M{right:.2f} 3V15"/>'
    )
    return _svg(18, shapes, label, "interval", stretch=True)


def columns(values: Sequence[tuple[str, float]], label: str, unit: str = "") -> str:
    """Upright bars with their values above and names below, scaled to the highest."""
    height, base, top = 150, 122, 18
    highest = max([value for _, value in values] + [1e-9])
    step = _WIDTH / max(len(values), 1)
    shapes = []
    for index, (name, value) in enumerate(values):
        tall = (base - top) * value / highest
        centre = step * (index + 0.5)
        width = min(64.0, step * 0.6)
        shapes.append(
            f'<rect class="bar-good" x="{centre - width / 2:.2f}" y="{base - tall:.2f}" '
            f'width="{width:.2f}" height="{tall:.2f}" rx="3"/>'
            f'<text x="{centre:.2f}" y="{base - tall - 5:.2f}">{value:.2f}{escape(unit)}</text>'
            f'<text class="name" x="{centre:.2f}" y="{base + 18}">{escape(name)}</text>'
        )
    return _svg(height, "".join(shapes), label, "columns")


def _svg(height: int, shapes: str, label: str, kind: str, *, stretch: bool = False) -> str:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return (
        f'<svg class="{kind}" viewBox="0 0 {_WIDTH} {height}"{ratio} role="img" '
        f'aria-label="{escape(label)}">{shapes}</svg>'
    )
