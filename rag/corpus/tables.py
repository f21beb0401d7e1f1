"""Structured exports (JSON Lines, CSV) become articles, one a row; page rules do not apply."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

from rag.corpus.blocks import clean
from rag.corpus.bylines import parse_names
from rag.corpus.drafts import Draft, derive_headline, finish
from rag.corpus.encodings import mended
from rag.corpus.publication import Published, parse_day
from rag.corpus.results import ReadResult
from rag.types import FileProblem

_COLUMNS = {
    "id": ("id", "编号", "序号"),
    "title": ("title", "headline", "标题", "题目", "标题名称"),
    "text": ("text", "content", "body", "正文", "内容", "全文"),
    "date": ("date", "published", "pubdate", "publish_date", "time", "日期", "时间", "发布时间",
             "发布日期", "见报日期"),
    "source": ("source", "来源", "媒体", "报纸"),
    "url": ("url", "link", "链接", "网址"),
    "author": ("author", "authors", "byline", "作者", "记者"),
    "section": ("section", "版面", "版次", "栏目"),
    "kicker": ("kicker", "引题"),
}  # fmt: skip
_CHINA = timezone(timedelta(hours=8))
_FIELD_OF = {name: field for field, names in _COLUMNS.items() for name in names}


Row = tuple[int, Mapping[str, object]]
"""A row by the names of its columns, with the number of the line it stands in."""


def read_jsonl(text: str, source: str, published: date | None = None) -> ReadResult:
    """Return one article for each line that is a JSON object with a text."""
    rows: list[Row] = []
    dropped = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            dropped.append(_bad(source, number, f"no JSON: {error}"))
            continue
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            dropped.append(_bad(source, number, "no JSON object"))
    return read_rows(rows, source, published, dropped)


def read_csv(text: str, source: str, published: date | None = None) -> ReadResult:
    """Return one article for each row; the first row names the columns."""
    header = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    dropped: list[FileProblem] = []
    names: list[str] = []
    # A field of any length is somebody's article.
    limit = csv.field_size_limit(max(len(text), 131_072))
    number = 1
    try:
        for row in reader:
            start, number = number, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [cell.strip() for cell in row]
            elif len(row) != len(names):
                reason = f"{len(row)} fields where the first row names {len(names)}"
                dropped.append(_bad(source, start, reason))
            else:
                rows.append((start, dict(zip(names, row, strict=True))))
    except csv.Error as error:
        dropped.append(_bad(source, number, f"no CSV from here on: {error}"))
    finally:
        csv.field_size_limit(limit)
    if names and (reason := lacking_text(names)):
        return ReadResult((), (_bad(source, 1, reason),))
    return read_rows(rows, source, published, dropped)


def lacking_text(names: Sequence[str]) -> str:
    """Return why columns of these names hold no articles, empty when one of them is the text."""
    if "text" in {_FIELD_OF.get(name.strip().lower()) for name in names}:
        return ""
    return f"no text column among {', '.join(names)}; name one text or 正文"


def read_rows(
    rows: Iterable[Row], source: str, published: date | None, problems: Iterable[FileProblem] = ()
) -> ReadResult:
    """Return one article for each row that has a text; `problems` are reported with the others."""
    dropped = list(problems)
    drafts = []
    for number, row in rows:
        fields = _fields(row)
        body = fields.get("text", "")
        lines = [
            line for raw in re.split(r"\r\n|[\n\r\f\u2028\u2029]", body) if (line := clean(raw))
        ]
        if not lines:
            dropped.append(_bad(source, number, "no text"))
            continue
        draft = Draft(
            headline=clean(fields.get("title", "")) or derive_headline(lines[0]),
            kicker=clean(fields.get("kicker", "")),
            section=clean(fields.get("section", "") or fields.get("source", "")),
            url=fields.get("url", "").strip(),
            line=number,
        )
        draft.byline += parse_names(fields.get("author", "")) or _as_printed(fields)
        draft.published = _day(fields.get("date", ""))
        for line in lines:
            draft.add_paragraph(line)
        drafts.append(draft)
    return ReadResult(finish(drafts, source, Published(published)), tuple(dropped))


def _as_printed(fields: Mapping[str, str]) -> tuple[str, ...]:
    author = fields.get("author", "").strip()
    return (author,) if author else ()


def _fields(row: Mapping[str, object]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in row.items():
        field = _FIELD_OF.get(str(name).strip().lower())
        if field and field not in fields and value is not None:
            if isinstance(value, list):
                value = ("\n" if field == "text" else "、").join(map(str, value))
            fields[field] = mended(str(value))
    return fields


def _day(text: str) -> date | None:
    """The day that a cell names, or that it was in China (UTC+8) at the moment it gives."""
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            return moment.astimezone(_CHINA).date()
    if day := parse_day(text):
        return day
    # Exports of content systems give seconds or milliseconds since 1970.
    if re.fullmatch(r"\d{10}|\d{13}", text.strip()):
        return datetime.fromtimestamp(int(text.strip()[:10]), tz=_CHINA).date()
    return None


def _bad(source: str, number: int, reason: str) -> FileProblem:
    return FileProblem(source, f"line {number}: {reason}")
