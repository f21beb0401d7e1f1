"""Scanned pages become placed lines through OCR (the extra `ocr`, which carries its models)."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rag.corpus.extras import is_installed
from rag.corpus.layout import PlacedLine

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_DPI = 200
_LONGEST_SIDE = 4000
"""Pixels up to which a page is rendered: a broadsheet at 200 dpi."""
_SURE = 0.5


def is_available() -> bool:
    """Return whether scanned pages can be read."""
    return is_installed("rapidocr")


def read_page(page: PdfPage) -> list[PlacedLine]:
    """Return the lines that stand on the picture of a page, in units of the page."""
    width, height = page.get_size()
    scale = min(_DPI / 72, _LONGEST_SIDE / max(width, height, 1))
    picture = page.render(scale=scale, grayscale=False).to_numpy()
    found = _engine()(picture)
    if found.boxes is None or found.txts is None:
        return []
    lines = []
    for box, text in zip(found.boxes, found.txts, strict=True):
        across = sorted(float(x) / scale for x, _ in box)
        down = sorted(float(y) / scale for _, y in box)
        # A slightly turned line has a taller frame than its type.
        top, bottom = (down[0] + down[1]) / 2, (down[2] + down[3]) / 2
        lines.append(PlacedLine(text, across[0], top, across[3], bottom, bottom - top))
    return _evened(lines)


def _evened(lines: list[PlacedLine]) -> list[PlacedLine]:
    """The lines with sizes in steps: frames around one size of type differ by a pixel or two."""
    from dataclasses import replace

    sizes = sorted(line.size for line in lines)
    if not sizes:
        return []
    usual = sizes[len(sizes) // 2]
    return [
        replace(line, size=usual) if 0.8 * usual < line.size < 1.2 * usual else line
        for line in lines
    ]


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={"Global.max_side_len": _LONGEST_SIDE, "Global.text_score": _SURE,
                "Global.log_level": "error"}
    )  # fmt: skip
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return engine
