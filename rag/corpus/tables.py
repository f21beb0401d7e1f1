"""Structured exports (JSON, JSON Lines, CSV) become articles, one a row, without page rules."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from html import unescape

from rag.chinese.normalise import level
from rag.corpus.blocks import clean
from rag.corpus.bylines import parse_names
from rag.corpus.drafts import Draft, derive_headline, finish
from rag.corpus.encodings import mended
from rag.corpus.html_lines import read_lines
from rag.corpus.publication import Published, parse_day
from rag.corpus.results import ReadResult
from rag.errors import CorpusError
from rag.types import FileProblem

_COLUMNS = {
    "id": ("id", "编号", "序号"),
    "title": ("title", "headline", "标题", "题目", "题名", "主标题", "正题", "篇名", "标题名称"),
    "text": ("text", "content", "body", "article", "articlebody", "maintext", "正文", "内容",
             "全文", "正文内容", "原文"),
    "date": ("date", "published", "publisheddate", "publishedat", "pubdate", "publishdate",
             "pubtime", "publishtime", "time", "datetime", "日期", "时间", "发布时间", "发布日期",
             "见报日期", "见报时间", "出版日期", "出版时间", "刊发日期", "刊发时间", "刊登日期",
             "发表日期", "发表时间"),
    "source": ("source", "来源", "媒体", "媒体名称", "报纸", "报纸名称", "稿源"),
    "url": ("url", "link", "链接", "网址"),
    "author": ("author", "authors", "byline", "作者", "作者姓名", "记者"),
    "section": ("section", "版面", "版面名称", "版次", "版号", "版名", "栏目", "栏目名称", "频道"),
    "kicker": ("kicker", "subtitle", "引题", "肩题", "眉题", "副标题", "副题"),
}  # fmt: skip
_OF_ARTICLES = re.compile(r"^(?:新闻|文章|稿件|报道|news|article|post)(?=.)")
"""What exports put before the name of a column: 稿件标题, news_title."""
_SEVERAL = ("section", "kicker")
"""Fields of which several columns may hold a part."""
_DEEPEST = 4
"""Objects and lists inside one another in which the articles of a JSON file are looked for."""
_MARKUP = re.compile(
    r"</(?:p|div|span|strong|b|em|a|table|h\d|font|section)\s*>|<br\s*/?>|<(?:p|img)\b[^<>]*>|&nbsp;",
    re.IGNORECASE,
)
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


def read_json(text: str, source: str, published: date | None = None) -> ReadResult:
    """Return one article for each object of a list, wherever in an object the list stands.

    Raises:
        CorpusError: the content is no JSON, or holds no list of objects.
    """
    try:
        found = list(_lists(json.loads(text)))
    except (ValueError, RecursionError) as error:
        # Exports of one object a line are given this suffix as well.
        result = read_jsonl(text, source, published)
        if result.articles:
            return result
        raise CorpusError(f"{source} is no JSON: {error}", remedy="export it again") from error
    if not found:
        raise CorpusError(f"{source} holds no list of objects", remedy="export a list of articles")
    rows = [row for objects in found if any(map(_is_article, objects)) for row in objects]
    if not rows:
        reason = lacking_text({name: "" for row in found[0] for name in row})
        return ReadResult((), (FileProblem(source, reason),))
    return read_rows(list(enumerate(rows, 1)), source, published, unit="entry")


def _lists(value: object, depth: int = 0) -> Iterator[list[dict[str, object]]]:
    """The lists of objects, each article that stands in none by itself; none inside an article.

    Exports put them into an object, by page ({"A01": […]}) or by number ({"1": {…}}).
    """
    if isinstance(value, dict) and _is_article(value):
        yield [value]
        return
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or depth > _DEEPEST:
        return
    objects = [item for item in items if isinstance(item, dict)]
    if objects and isinstance(value, list):
        yield objects
        if any(map(_is_article, objects)):
            return
    for item in items:
        yield from _lists(item, depth + 1)


def _is_article(fields: Mapping[str, object]) -> bool:
    return any(_field(str(name)) == "text" and _is_text(value) for name, value in fields.items())


def _is_text(value: object) -> bool:
    """Whether a value is a text or its paragraphs, or such as was left out."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str)


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


def lacking_text(names: Iterable[str]) -> str:
    """Return why columns of these names hold no articles, empty when one of them is the text."""
    names = list(names)
    if "text" in map(_field, names):
        return ""
    return f"no text column among {', '.join(names)}; name one text or 正文"


def _field(name: str) -> str:
    """The field that a column holds, empty for others: 稿件标题 and News_Title are titles."""
    plain = re.sub(r"[\W_]+", "", level(name))
    return _FIELD_OF.get(plain) or _FIELD_OF.get(_OF_ARTICLES.sub("", plain), "")


def read_rows(
    rows: Iterable[Row],
    source: str,
    published: date | None,
    problems: Iterable[FileProblem] = (),
    *,
    unit: str = "line",
) -> ReadResult:
    """Return one article for each row that has a text; `problems` are reported with the others.

    `unit` is what the number of a row counts.
    """
    dropped = list(problems)
    drafts = []
    for number, row in rows:
        fields = _fields(row)
        lines = _lines(fields.get("text", ""))
        if not lines:
            dropped.append(_bad(source, number, "no text", unit))
            continue
        draft = Draft(
            headline=" ".join(_lines(fields.get("title", ""))) or derive_headline(lines[0]),
            kicker=" ".join(_lines(fields.get("kicker", ""))),
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


def _lines(cell: str) -> list[str]:
    """The lines of a cell; what a content system exports with its markup is read as a page."""
    if "&lt;" in cell and not _MARKUP.search(cell):
        cell = unescape(cell)
    if _MARKUP.search(cell):
        from selectolax.lexbor import LexborHTMLParser

        broken = re.sub(r"\r\n|[\n\r]", "<br>", cell)
        return [line.text for line in read_lines(LexborHTMLParser(broken)).lines]
    return [line for raw in re.split(r"\r\n|[\n\r\f\u2028\u2029]", cell) if (line := clean(raw))]


def _as_printed(fields: Mapping[str, str]) -> tuple[str, ...]:
    author = fields.get("author", "").strip()
    return (author,) if author else ()


def _fields(row: Mapping[str, object]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in row.items():
        field = _field(str(name))
        if not field or value is None or (field == "text" and not _is_text(value)):
            continue
        if isinstance(value, list):
            value = ("\n" if field == "text" else "、").join(map(str, value))
        text = mended(str(value))
        if not fields.get(field, "").strip():
            fields[field] = text
        elif field in _SEVERAL and text.strip():
            fields[field] += f" {text}"
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


def _bad(source: str, number: int, reason: str, unit: str = "line") -> FileProblem:
    return FileProblem(source, f"{unit} {number}: {reason}")
