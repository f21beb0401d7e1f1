"""Markdown files become articles: `#` is a headline, deeper headings are subheads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus.blocks import clean, join
from rag.corpus.bylines import parse_names
from rag.corpus.outline import Line, Matter, opens_news, read_outline
from rag.corpus.publication import parse_day
from rag.corpus.results import ReadResult

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^\s*([\w-]+)\s*[:：]\s*(.*?)\s*$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_LIST = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_BULLET = re.compile(r"^\s*[-*+]\s+")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_DIVIDER = re.compile(r"^[\s|:-]+$")
_STRONG = re.compile(r"^(\*\*|__)(?:(?!\1).)+\1$")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|\*|~~|`)(?=\S)(.+?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(__|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!~>-])")

_NAMES = {
    "title": "title", "标题": "title", "date": "date", "日期": "date", "author": "author",
    "authors": "author", "作者": "author", "记者": "author", "byline": "author",
    "section": "section", "版面": "section", "source": "origin", "来源": "origin",
    "url": "url", "kicker": "kicker", "引题": "kicker", "发布时间": "date", "published": "date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _FrontMatter:
    title: str = ""
    date: str = ""
    author: str = ""
    section: str = ""
    origin: str = ""
    url: str = ""
    kicker: str = ""


def read_markdown(text: str, source: str, published: date | None = None) -> ReadResult:
    """Return the articles of a Markdown text; each `#` heading opens one.

    Front matter gives title, date, author and section. Markup is stripped; pictures leave their
    description.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    matter = _FrontMatter()
    if match := _FRONT_MATTER.match(text):
        matter = _front_matter(match[1])
        # The lines of the report are those of the file.
        text = "\n" * match[0].count("\n") + text[match.end() :]
    lines = _lines(_HTML.sub("", _AUTOLINK.sub(r"\1", text)))
    title = clean(matter.title)
    levels = [line.level for line in lines if line.level]
    # Under the title of the front matter stand subheads, or articles: then news opens under them.
    articles = 1 in levels or opens_news(lines, min(levels, default=0))
    if title and articles and lines[0].level != min(levels):
        lines = [Line(title, min(levels)), *lines]
    about = Matter(
        headline="" if articles else title,
        kicker=clean(matter.kicker),
        byline=_authors(matter.author),
        published=parse_day(matter.date),
        section=clean(matter.section or matter.origin),
        url=matter.url,
    )
    return read_outline(lines, source, published, about)


def _front_matter(block: str) -> _FrontMatter:
    fields: dict[str, str] = {}
    last = ""
    for line in block.splitlines():
        if (item := _BULLET.match(line)) and last:
            fields[last] = f"{fields[last]} {line[item.end() :].strip()}".strip()
        elif match := _FIELD.match(line):
            last = _NAMES.get(match[1].lower(), "")
            if last:
                fields[last] = match[2].strip("\"'[]")
    return _FrontMatter(**fields)


def _authors(text: str) -> tuple[str, ...]:
    return parse_names(text) or tuple(
        name for part in re.split("[,，、;；]", text) if (name := part.strip(" \"'"))
    )


def _lines(text: str) -> list[Line]:
    """The headings, paragraphs, entries and rows of the text, each as one line."""
    found: list[Line] = []
    paragraph = ""

    def close() -> None:
        nonlocal paragraph
        plain = _plain(paragraph)
        if plain:
            strong = bool(_STRONG.match(paragraph.strip()))
            caption = bool(_IMAGE.fullmatch(paragraph.strip()))
            found.append(Line(plain, strong=strong, caption=caption))
        paragraph = ""

    for line in text.split("\n"):
        if heading := _HEADING.match(line):
            close()
            if title := _plain(heading[2]):
                found.append(Line(title, len(heading[1])))
        elif paragraph and _UNDERLINE.match(line):
            found.append(Line(_plain(paragraph), 1 if "=" in line else 2))
            paragraph = ""
        elif _ROW.match(line):
            close()
            cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
            if not _DIVIDER.match(line):
                found.append(Line(" ".join(filter(None, cells)), row=True))
        elif not line.strip() or _RULE.match(line):
            close()
        else:
            body = re.sub(r"^\s*>\s?", "", line)
            if _LIST.match(body):
                close()
                body = _BULLET.sub("", body)
            paragraph = join(paragraph, clean(body.rstrip("\\")))
            # Two blanks or a backslash at the end of a line break it.
            if line.endswith(("  ", "\\")):
                close()
    close()
    return found


def _plain(text: str) -> str:
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    for _ in range(3):
        text = _UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    return clean(_ESCAPE.sub(r"\1", text))
