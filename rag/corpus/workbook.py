"""Excel exports (.xlsx) become articles, one a row of each sheet."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime

from rag.corpus.archives import require_sane
from rag.corpus.extras import load
from rag.corpus.results import ReadResult
from rag.corpus.tables import Row, lacking_text, read_rows
from rag.errors import CorpusError
from rag.types import FileProblem


def read_xlsx(data: bytes, source: str, published: date | None = None) -> ReadResult:
    """Return the articles of a workbook; the first row of each sheet names its columns.

    Raises:
        CorpusError: the file is damaged, or the extra `formats` is not installed.
    """
    openpyxl = load("openpyxl", "formats", source)
    require_sane(data, source)
    try:
        with warnings.catch_warnings():
            # Styles and extensions that the library does not know hold no text.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book]
            book.close()
    except Exception as error:
        # Damaged parts make the library and its XML parser fail in many ways of their own.
        raise CorpusError(
            f"{source} is no readable workbook: {error}", remedy="save it again as .xlsx"
        ) from error
    return _read(sheets, source, published)


def _read(
    sheets: list[tuple[str, list[tuple[object, ...]]]], source: str, published: date | None
) -> ReadResult:
    """The articles of all sheets together, so that twins among them are told apart."""
    rows: list[Row] = []
    problems: list[FileProblem] = []
    for title, cells in sheets:
        filled = [(number, row) for number, row in enumerate(cells, 1) if any(row)]
        if not filled:
            continue
        names = [str(cell or "").strip() for cell in filled[0][1]]
        if reason := lacking_text([name for name in names if name]):
            problems.append(FileProblem(source, f"sheet {title}: {reason}"))
            continue
        rows += (
            (number, {name: _plain(cell) for name, cell in zip(names, row, strict=False)})
            for number, row in filled[1:]
        )
    return read_rows(rows, source, published, problems)


def _plain(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, (date, datetime)) else cell
