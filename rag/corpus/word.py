"""Word files (.docx) become articles: headings as headlines and subheads, else by page rules."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.corpus.archives import require_sane
from rag.corpus.blocks import clean
from rag.corpus.extras import load
from rag.corpus.outline import Line, read_outline
from rag.corpus.results import ReadResult
from rag.errors import CorpusError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING = re.compile(r"(?:heading|标题|標題)\s*(\d)?$")
_CAPTION = re.compile(r"caption|题注")
_BOX = "txbxContent"
_UNPRINTED = frozenset({_BOX, "Fallback", "moveFrom", "del", "rt"})
"""What a paragraph holds beside its words: boxes, what is there for old programs, what was moved
away or deleted, and the pinyin over characters."""
_AROUND = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"})
"""What may lie around paragraphs: content controls and marked changes."""
_TITLES = {"title": 1, "标题": 1, "subtitle": 0, "副标题": 0}


def read_docx(data: bytes, source: str, published: date | None = None) -> ReadResult:
    """Return the articles of a Word file, tables row by row in their place.

    Raises:
        CorpusError: the file is damaged, or the extra `formats` is not installed.
    """
    docx = load("docx", "formats", source)
    require_sane(data, source)
    try:
        document = docx.Document(io.BytesIO(data))
        lines = list(_lines(document))
    except Exception as error:
        # Damaged parts make the library and its XML parser fail in many ways of their own.
        raise CorpusError(
            f"{source} is no readable Word file: {error}", remedy="save it again as .docx"
        ) from error
    return read_outline(lines, source, published)


def _lines(document: Document) -> Iterator[Line]:
    from docx.table import Table

    boundary = False
    for item in _blocks(document.element.body, document):
        if isinstance(item, Table):
            yield from _rows(item)
            continue
        level = _level(item)
        strong = _is_strong(item)
        caption = bool(_CAPTION.search(_style(item)))
        boundary = boundary or item.paragraph_format.page_break_before is True
        for part in re.split("(\f)|[\n\r\v]", _text(item)):
            if part == "\f":
                boundary = True
            elif part and (text := clean(part)):
                yield Line(text, level, strong, caption, boundary)
                boundary = False


def _blocks(parent: Any, document: Document) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in their order; a paragraph is followed by the text boxes at it.

    The library knows those only that stand in no content control.
    """
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for node in parent:
        name = _tag(node)
        if name == "p":
            yield Paragraph(node, document._body)  # noqa: SLF001 - a paragraph wants its part
            for box in _inside(node, _UNPRINTED - {_BOX}):
                if _tag(box) == _BOX:
                    yield from _blocks(box, document)
        elif name == "tbl":
            yield Table(node, document._body)  # noqa: SLF001
        elif name in _AROUND:
            yield from _blocks(node, document)


def _inside(node: Any, left_out: frozenset[str]) -> Iterator[Any]:
    """What lies in a node of the file, in its order; in a text box nothing is looked for."""
    for child in node:
        name = _tag(child)
        if name not in left_out and not (name == "r" and _is_hidden(child)):
            yield child
            if name != _BOX:
                yield from _inside(child, left_out)


def _tag(node: Any) -> str:
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


def _is_hidden(run: Any) -> bool:
    """Whether a run is formatted as hidden text."""
    return any(
        _tag(form) == "vanish" and not {"0", "false", "off"}.intersection(form.attrib.values())
        for properties in run
        if _tag(properties) == "rPr"
        for form in properties
    )


def _text(paragraph: Paragraph) -> str:
    """The text of a paragraph; a page break is a form feed."""
    parts = []
    # The library has no call for page breaks.
    for node in _inside(paragraph._p, _UNPRINTED):  # noqa: SLF001
        name = _tag(node)
        if name == "t":
            parts.append(node.text or "")
        elif name == "tab":
            parts.append(" ")
        elif name in ("br", "cr"):
            kinds = [value for key, value in node.attrib.items() if key.endswith("}type")]
            parts.append("\f" if "page" in kinds else "\n")
    return "".join(parts)


def _rows(table: Table) -> Iterator[Line]:
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            text = clean(cell.text)
            # A merged cell is given once for each column that it covers.
            if text and (not cells or cells[-1] != text):
                cells.append(text)
        if cells:
            yield Line(" ".join(cells), row=True)


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "").strip().lower() if style is not None else ""


def _level(paragraph: Paragraph) -> int:
    """The heading level counted from 1 (a title), 0 for text."""
    name = _style(paragraph)
    if name in _TITLES:
        return _TITLES[name]
    match = _HEADING.match(name)
    return 1 + int(match[1] or 1) if match else 0


def _is_strong(paragraph: Paragraph) -> bool:
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(run.bold for run in runs)
