"""PDF files become articles: the text layer in reading order, scanned pages by OCR."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.corpus import ocr
from rag.corpus.blocks import clean
from rag.corpus.extras import load, pip_line
from rag.corpus.layout import HEADLINE_GAP, PlacedLine, page_text
from rag.corpus.pages import read_pages
from rag.corpus.results import ReadResult, joined
from rag.errors import CorpusError
from rag.types import FileProblem

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_FEW = 10
"""Characters up to which a page with pictures counts as scanned."""
_UNREADABLE = 0.2
"""Share of characters without meaning from which a text layer is worth nothing."""
_BLANK = " \t\u3000\u00a0"


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def read_pdf(data: bytes, source: str, published: date | None = None) -> ReadResult:
    """Return the articles of a PDF file; their section is the page they stand on.

    A page without text layer is read by OCR where the extra `ocr` is installed, else reported.

    Raises:
        CorpusError: the file is damaged or encrypted, or the extra `formats` is not installed.
    """
    pdfium = load("pypdfium2", "formats", source)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise CorpusError(
                f"{source} needs a password", remedy="save it again without protection"
            ) from error
        raise CorpusError(
            f"{source} is no readable PDF: {error}",
            remedy="fetch it again from where it came, or print it anew from a PDF viewer",
        ) from error
    try:
        texts, dropped, doubted = _read(document, source)
    finally:
        document.close()
    sections = [f"第{number}页" for number in range(1, len(texts) + 1)]
    dump = "\f".join(texts)
    result = read_pages(dump, source, published, sections=sections, marked=HEADLINE_GAP in dump)
    return joined([ReadResult((), tuple(dropped), tuple(doubted)), result])


def _read(
    document: PdfDocument, source: str
) -> tuple[list[str], list[FileProblem], list[FileProblem]]:
    texts: list[str] = []
    dropped: list[FileProblem] = []
    doubted: list[FileProblem] = []
    for number in range(len(document)):
        try:
            page = document[number]
        except RuntimeError as error:
            dropped.append(FileProblem(source, f"page {number + 1}: damaged: {error}"))
            texts.append("")
            continue
        characters = _characters(page)
        lines = _lines(characters)
        if _is_scanned(page, characters):
            lines = []
            if ocr.is_available():
                lines = ocr.read_page(page)
                reason = "scanned; its text was recognised and may hold errors"
                doubted.append(FileProblem(source, f"page {number + 1}: {reason}"))
            else:
                reason = f"scanned, without text to be read → {pip_line('ocr')}"
                dropped.append(FileProblem(source, f"page {number + 1}: {reason}"))
        texts.append(page_text(lines))
        page.close()
    return texts, dropped, doubted


def _is_scanned(page: PdfPage, characters: list[_Character]) -> bool:
    """Whether the page is a picture of text, or its text layer is without meaning."""
    printed = [character for character in characters if character.text not in _BLANK]
    if len(printed) > _FEW:
        strange = sum(_is_strange(character.text) for character in printed)
        return strange > _UNREADABLE * len(printed)
    import pypdfium2.raw as raw

    kinds = (raw.FPDF_PAGEOBJ_IMAGE,)
    return next(iter(page.get_objects(filter=kinds, max_depth=4)), None) is not None


def _is_strange(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < " "


def _characters(page: PdfPage) -> list[_Character]:
    """The characters of the text layer in the order in which the file has them."""
    import pypdfium2.raw as raw

    height = page.get_height()
    text_page = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    place = raw.FS_RECTF()
    found: list[_Character] = []
    for at in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, at)
        raw.FPDFText_GetCharBox(text_page, at, left, right, bottom, top)
        # The ink of a quotation mark or comma fills half of its place in the line.
        if raw.FPDFText_GetLooseCharBox(text_page, at, place):
            left.value, right.value = place.left, place.right
        size = raw.FPDFText_GetFontSize(text_page, at) * _scale(raw, text_page, at)
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        # The lower half of a surrogate pair follows on some builds as a character of its own.
        if text and text not in "\r\n\ufffe\uffff":
            box = left.value, height - top.value, right.value, height - bottom.value
            found.append(_Character(text, *box, size))
    text_page.close()
    return found


def _scale(raw: Any, text_page: Any, at: int) -> float:
    """How much the page enlarges the type beyond its nominal size."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(text_page, at, matrix):
        return 1.0
    scale = float((matrix.b**2 + matrix.d**2) ** 0.5)
    return scale if 0.01 < scale < 1000 else 1.0


def _lines(characters: list[_Character]) -> list[PlacedLine]:
    return [_line(run) for run in _runs(characters)]


def _runs(characters: list[_Character]) -> Iterator[list[_Character]]:
    """Characters that stand side by side in one line of one size of type."""
    run: list[_Character] = []
    last: _Character | None = None
    for character in characters:
        if character.text in _BLANK:
            if run:
                run.append(character)
            continue
        if last is not None and not _follows(last, character):
            yield run
            run = []
        run.append(character)
        last = character
    if run:
        yield run


def _follows(before: _Character, after: _Character) -> bool:
    size = max(before.size, after.size)
    # Punctuation has small boxes: the lines' places are compared by the size of the type.
    level = (
        abs(after.bottom - before.bottom) < 0.6 * size or abs(after.top - before.top) < 0.3 * size
    )
    near = -0.5 * size < after.left - before.right < 1.5 * size
    alike = abs(before.size - after.size) < 0.3 * size
    return level and near and alike


def _line(run: list[_Character]) -> PlacedLine:
    printed = [character for character in run if character.text not in _BLANK]
    size = max(sorted(character.size for character in printed)[len(printed) // 2], 0.1)
    bottom = max(character.bottom for character in printed)
    top = min(character.top for character in printed)
    return PlacedLine(
        clean("".join(character.text for character in run)),
        min(character.left for character in printed),
        min(top, bottom - 0.8 * size),
        max(character.right for character in printed),
        bottom,
        size,
    )
