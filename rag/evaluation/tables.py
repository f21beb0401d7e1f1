"""Rows of JSONL, CSV and XLSX test sets with their line numbers, by field."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import Any

from rag.errors import TestSetError
from rag.evaluation.cases import Problem
from rag.evaluation.columns import RowReader, field_of
from rag.evaluation.extra import needed

Row = tuple[int, dict[str, Any]]
_MANY_PROBLEMS = 50
_LITERAL = re.compile(r'"[^"]*"|\\.')
_DECIMALS = re.compile(r"\.([0#?]+)")


def read_text(path: Path) -> str:
    """The text of a file: gzip by its name, UTF-8 or the GB 18030 of Chinese Excel."""
    try:
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise TestSetError(
            f"{path} cannot be read: {why}", remedy="check the file, or copy it again"
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TestSetError(
        f"{path} is neither UTF-8 nor GB 18030 text", remedy="save it as XLSX or as CSV UTF-8"
    )


def rows_of_jsonl(text: str, reader: RowReader) -> Iterator[Row]:
    """Line number and fields of each JSON object; lines that are none become problems."""
    unknown: set[str] = set()
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        doubled: list[str] = []
        try:
            value = json.loads(content, object_pairs_hook=partial(_object, doubled))
        except json.JSONDecodeError as error:
            reader.errors += 1
            reader.problems.append(Problem(line, str(error.colno), f"not JSON: {error.msg}"))
            continue
        if not isinstance(value, dict):
            reader.report(line, "", "not a JSON object with fields such as question and answers")
            continue
        for name in doubled:
            reader.report(line, name, f"means the same as column {name}")
        yield line, _by_field(line, value, unknown, reader)


def rows_of_csv(text: str, reader: RowReader) -> Iterator[Row]:
    """Line number and fields of each CSV record; the first one names the columns."""
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    for start, record in _records(records, reader):
        if header is None:
            header = record
            _read_header(header, start, reader)
        elif any(cell.strip() for cell in record):
            if len(record) > len(header):
                reader.report(
                    start, "", f"{len(record)} cells, but the header has {len(header)} "
                    "(quote cells that hold a comma)",
                )  # fmt: skip
                continue
            yield start, _by_header(header, record)


def _records(records: Any, reader: RowReader) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each CSV record up to the first that the csv module refuses."""
    start = 1
    try:
        for record in records:
            yield start, record
            start = records.line_num + 1
    except csv.Error as error:
        # A quotation mark that nobody closed is found at the end of the file: say where it began.
        reader.report(
            start, "", f"not CSV: {error}. A cell with straight quotation marks stands in such "
            'marks itself, those inside are doubled: """不动摇""是谁说的？"',
        )  # fmt: skip


def rows_of_xlsx(path: Path, reader: RowReader) -> Iterator[Row]:
    """Row number and fields of each row of the first sheet that has a question column.

    Rows that share a merged question cell are one: their answers are alternatives.
    """
    openpyxl = needed("openpyxl")
    try:
        # Not `read_only`: it knows no merged cells, and believes the size that the file states.
        book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise TestSetError(
            f"{path} is not an XLSX workbook: {error}", remedy="save it as .xlsx or as CSV UTF-8"
        ) from error
    for sheet in book.worksheets:
        above = _merged(sheet)
        rows = (
            tuple(_shown(above.get(cell.coordinate, cell)) for cell in cells)
            for cells in sheet.iter_rows()
        )
        header_line, header = _find_header(rows)
        if header is None:
            continue
        _read_header(header, header_line, reader)
        place = next(i for i, name in enumerate(header) if field_of(name) == "question")
        merged = {cell.row for cell in map(sheet.__getitem__, above) if cell.column == place + 1}
        for line, cells in _joined(enumerate(rows, start=header_line + 1), merged):
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield line, _by_header(header, cells)
        return
    reader.report(0, "", "no sheet has a column 问题 (question)")


def too_many(problems: Sequence[Problem]) -> str:
    """The problems as lines, the first of them when there are many."""
    lines = [str(problem) for problem in problems[:_MANY_PROBLEMS]]
    if len(problems) > _MANY_PROBLEMS:
        lines.append(f"... and {len(problems) - _MANY_PROBLEMS} more")
    return "\n".join(lines)


def _find_header(rows: Iterator[tuple[Any, ...]]) -> tuple[int, list[str] | None]:
    """The first row among ten that has a question column: people put titles above tables."""
    for line, cells in zip(range(1, 11), rows, strict=False):
        names = [str(cell or "") for cell in cells]
        if any(field_of(name) == "question" for name in names):
            return line, names
    return 0, None


def _read_header(header: Sequence[str], line: int, reader: RowReader) -> None:
    fields: dict[str, str] = {}
    for index, name in enumerate(header):
        column = f"{_letters(index)} ({name})"
        found = field_of(name)
        if found is None:
            if name.strip():
                reader.problems.append(Problem(line, column, "unknown column, not used", "warning"))
        elif found in fields:
            reader.errors += 1
            reader.problems.append(
                Problem(line, column, f"means the same as column {fields[found]}")
            )
        else:
            fields[found] = column
    if "question" not in fields:
        reader.errors += 1
        reader.problems.append(Problem(line, "", "no column 问题 (question)"))
    reader.labels = fields


def _by_header(header: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    return {
        field: cell
        for name, cell in zip(header, cells, strict=False)
        if (field := field_of(name)) is not None
    }


def _by_field(
    line: int, value: dict[str, Any], unknown: set[str], reader: RowReader
) -> dict[str, Any]:
    """The row of a JSON object; each unknown name is warned of once in a file."""
    row: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name, content in value.items():
        field = field_of(name)
        if field is None:
            if name not in unknown:
                reader.report(line, name, "unknown column, not used", warning=True)
            unknown.add(name)
        elif field in names:
            reader.report(line, name, f"means the same as column {names[field]}")
        else:
            row[field], names[field] = content, name
    return row


def _merged(sheet: Any) -> dict[str, Any]:
    """The cell that holds the value of each cell merged with one above it, by coordinate."""
    return {
        sheet.cell(row, area.min_col).coordinate: sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row + 1, area.max_row + 1)
    }


def _joined(
    rows: Iterable[tuple[int, tuple[Any, ...]]], merged: Container[int]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows, those `merged` with the one before joined to it, a cell's values on lines."""
    group: list[tuple[Any, ...]] = []
    first = 0
    for line, cells in rows:
        if group and line not in merged:
            yield first, tuple(map(_one_cell, zip(*group, strict=True)))
            group = []
        first = first if group else line
        group.append(cells)
    if group:
        yield first, tuple(map(_one_cell, zip(*group, strict=True)))


def _one_cell(values: Sequence[Any]) -> Any:
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    # What is no text, such as a date, is left for its column to refuse.
    odd = [value for value in distinct if not isinstance(value, str | int | float)]
    if odd or len(distinct) < 2:
        return next(iter(odd or distinct), None)
    return "\n".join(map(str, distinct))


def _object(doubled: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; names that it holds twice, of which one would be lost, go to `doubled`."""
    counted = Counter(name for name, _ in pairs)
    doubled += [name for name, count in counted.items() if count > 1]
    return dict(pairs)


def _shown(cell: Any) -> Any:
    """A cell's value; a percentage, which Excel keeps as a fraction, as the text in the cell.

    Zeros at its end are left out: Excel shows a typed 12.5% as 12.50%.
    """
    value = cell.value
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    form = _LITERAL.sub("", cell.number_format)
    if "%" not in form:
        return value
    decimals = _DECIMALS.search(form)
    step = Decimal(1).scaleb(-len(decimals[1]) if decimals else 0)
    number = (Decimal(str(value)) * 100).quantize(step, ROUND_HALF_UP)
    return f"{number.normalize():f}%"


def _letters(index: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
