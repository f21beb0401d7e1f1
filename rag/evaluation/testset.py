"""Test sets from files and to files: JSONL, CSV, XLSX and public formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import TestSetError
from rag.evaluation import tables
from rag.evaluation.cases import Case, Problem, TestSet
from rag.evaluation.columns import RowReader
from rag.evaluation.extra import needed
from rag.evaluation.public import (
    closed_context_warning,
    is_rgb,
    read_public_json,
    read_rgb,
    sibling_corpus,
)
from rag.types import Turn

SUFFIXES = (".jsonl", ".jsonl.gz", ".json", ".csv", ".tsv", ".xlsx")
HEADERS = {
    "id": "编号",
    "question": "问题",
    "answers": "答案",
    "points": "要点",
    "relevant": "出处",
    "quotes": "原文",
    "answerable": "是否可答",
    "tags": "标签",
    "history": "上文",
    "note": "备注",
    "status": "审核",
}
"""Field → the column name that is written."""
_TEXT_FORMAT = "@"


def read_test_set(path: str | Path) -> TestSet:
    """The test set of a file, whatever its format.

    Raises:
        TestSetError: the file cannot be read or has errors; each is listed with line and column.
    """
    path = Path(path)
    test_set, problems = _read(path)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise TestSetError(
            f"{path} has {len(errors)} problem(s):\n{tables.too_many(errors)}",
            remedy=f"correct them and run `wenbao testset check {path}`",
        )
    if not test_set.cases and any(problem.column == "审核" for problem in problems):
        raise TestSetError(
            f"every question of {path} is a draft or rejected (column 审核)",
            remedy="correct the rows and clear the cells that say 草稿",
        )
    if not test_set.cases:
        raise TestSetError(
            f"{path} holds no question", remedy="run `wenbao testset template set.xlsx` and fill it"
        )
    warnings = tuple(problems) + closed_context_warning(test_set.cases)
    return replace(test_set, warnings=warnings)


def check_test_set(path: str | Path) -> tuple[TestSet, tuple[Problem, ...]]:
    """The usable cases of a file and everything that is wrong or doubtful in it."""
    test_set, problems = _read(Path(path))
    return test_set, tuple(problems) + closed_context_warning(test_set.cases)


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case as it is written for a person to edit; `status` is the review column's content."""

    case: Case
    status: str = ""


def write_test_set(
    path: str | Path,
    cases: Iterable[Case | WrittenCase],
    *,
    notes: Iterable[str] = (),
) -> int:
    """The number of cases written to a JSONL, CSV or XLSX file, replacing it.

    `notes` become a second sheet of an XLSX file. A review column is written when any case has
    a status.
    """
    path = Path(path)
    written = [case if isinstance(case, WrittenCase) else WrittenCase(case) for case in cases]
    with_status = any(item.status for item in written)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        lines = [json.dumps(_json_row(item), ensure_ascii=False) + "\n" for item in written]
        path.write_text("".join(lines), encoding="utf-8")
    elif path.suffix in {".csv", ".xlsx"}:
        names = [name for name in HEADERS if name != "status" or with_status]
        rows = [[HEADERS[name] for name in names]]
        rows += [[_cell(item, name) for name in names] for item in written]
        if path.suffix == ".csv":
            _write_csv(path, rows)
        else:
            _write_xlsx(path, rows, list(notes))
    else:
        raise TestSetError(f"{path.name}: a test set is written as .jsonl, .csv or .xlsx")
    return len(written)


def _read(path: Path) -> tuple[TestSet, list[Problem]]:
    if not path.name.lower().endswith(SUFFIXES):
        raise TestSetError(
            f"{path.name}: unknown kind of test set", remedy=f"use one of {', '.join(SUFFIXES)}"
        )
    if not path.is_file():
        raise TestSetError(f"{path} does not exist", remedy="check the path")
    reader = RowReader()
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        rows = tables.rows_of_xlsx(path, reader)
    else:
        text = tables.read_text(path)
        if suffix in {".json", ".jsonl"}:
            public = _read_public(path, text)
            if public is not None:
                return public, []
        if suffix in {".csv", ".tsv"}:
            rows = tables.rows_of_csv(text, reader)
        else:
            rows = tables.rows_of_jsonl(text, reader)
    cases = [case for line, row in rows if (case := reader.read(line, row)) is not None]
    if reader.skipped:
        message = f"{reader.skipped} rows are drafts or rejected (column 审核) and are left out"
        reader.problems.append(Problem(0, "审核", message, "warning"))
    name = path.name.split(".")[0]
    return TestSet(name, tuple(cases), sibling_corpus(path)), reader.problems


def _read_public(path: Path, text: str) -> TestSet | None:
    if is_rgb(text):
        return read_rgb(path, text)
    if path.suffix == ".json":
        found = read_public_json(path, text)
        if found is None and not text.lstrip().startswith("{"):
            raise TestSetError(
                f"{path.name} is none of the known JSON formats (SQuAD, CMRC, CRUD-RAG, RGB)",
                remedy="write one JSON object a line into a .jsonl file",
            )
        return found
    return None


def _json_row(item: WrittenCase) -> dict[str, Any]:
    fields = asdict(item.case)
    fields["history"] = [list(turn) for turn in item.case.history]
    row = {name: value for name, value in fields.items() if value or name == "answerable"}
    if item.status:
        row["status"] = item.status
    return row


def _cell(item: WrittenCase, name: str) -> str:
    if name == "status":
        return item.status
    value = getattr(item.case, name)
    if name == "answerable":
        return "是" if value else "否"
    if name == "points":
        return "|".join("/".join(point) for point in value)
    if name == "history":
        return "\n".join(_spoken(turn) for turn in value)
    if isinstance(value, tuple):
        if any("|" in text or "\n" in text for text in value):
            return json.dumps(value, ensure_ascii=False)
        return "|".join(value)
    return str(value)


def _spoken(turn: Turn) -> str:
    return f"问：{turn.question}\n答：{turn.answer}".replace("\n\n", "\n")


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_harmless(cell) for cell in row] for row in rows)
    # The byte order mark makes Excel read the file as UTF-8.
    path.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")


def _write_xlsx(path: Path, rows: list[list[str]], notes: list[str]) -> None:
    openpyxl = needed("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "测试集"
    illegal = needed("openpyxl.cell.cell").ILLEGAL_CHARACTERS_RE
    for row in rows:
        sheet.append([illegal.sub("", cell) for cell in row])
    for cell in sheet[1]:
        cell.font = openpyxl.styles.Font(bold=True)
        cell.fill = openpyxl.styles.PatternFill("solid", fgColor="E8EEF7")
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = openpyxl.styles.Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s"  # a question that begins with "=" is no formula
            cell.number_format = _TEXT_FORMAT
    for letter, name in zip("ABCDEFGHIJK", rows[0], strict=False):
        wide = name in {"问题", "答案", "出处", "原文", "上文", "备注"}
        sheet.column_dimensions[letter].width = 36 if wide else 12
        # Else Excel makes a date of a typed 12月16日, and 0.125 of 12.5%.
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
    sheet.freeze_panes = "A2"
    if notes:
        page = book.create_sheet("说明")
        page.column_dimensions["A"].width = 100
        for note in notes:
            page.append([note])
            page.cell(page.max_row, 1).alignment = openpyxl.styles.Alignment(wrap_text=True)
    book.save(path)


def _harmless(cell: str) -> str:
    """The cell as Excel may open it: text of users that begins like a formula is not run."""
    return "\t" + cell if cell[:1] in {"=", "+", "-", "@"} else cell
