"""Markdown files become articles: `#` is a headline, deeper headings are subheads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus.blocks import clean, join
from rag.corpus.bylines import is_byline_line, parse_names
from rag.corpus.drafts import Draft, derive_headline, finish
from rag.corpus.publication import Published, infer_day, parse_day
from rag.corpus.results import ReadResult
from rag.types import FileProblem

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^\s*([\w-]+)\s*[:：]\s*(.*?)\s*$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_LIST = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_BULLET = re.compile(r"^\s*[-*+]\s+")
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
        text = text[match.end() :]
    drafts = _drafts(_HTML.sub("", _AUTOLINK.sub(r"\1", text)), matter)
    dropped = []
    doubted = []
    kept = []
    for draft in drafts:
        if not draft.has_text:
            lines = [draft.headline, *(part.text for part in draft.parts)]
            reason = f"line {draft.line}, headline without text：{' '.join(filter(None, lines))}"
            dropped.append(FileProblem(source, reason))
            continue
        if not draft.headline:
            draft.headline = matter.title or derive_headline(draft.last_paragraph)
            if not matter.title:
                reason = f"line {draft.line}, no headline; its opening words serve as one"
                doubted.append(FileProblem(source, reason))
        draft.section = draft.section or matter.section or matter.origin
        draft.byline = draft.byline or list(_authors(matter.author))
        kept.append(draft)
    day = parse_day(matter.date) or published
    if day:
        when = Published(day)
    else:
        inferred = infer_day(part.text for draft in kept for part in draft.parts)
        when = Published(inferred, inferred=inferred is not None)
    return ReadResult(finish(kept, source, when, url=matter.url), tuple(dropped), tuple(doubted))


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


def _drafts(text: str, matter: _FrontMatter) -> list[Draft]:
    draft = Draft(headline=clean(matter.title), kicker=clean(matter.kicker), line=1)
    drafts = [draft]
    paragraph = ""
    top = _top_level(text)

    def close() -> None:
        nonlocal paragraph
        plain = _plain(paragraph)
        paragraph = ""
        if not plain:
            return
        if not draft.has_text and is_byline_line(plain):
            draft.byline += parse_names(plain)
        else:
            draft.add_paragraph(plain)

    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        heading = _HEADING.match(line)
        underlined = bool(paragraph) and bool(_UNDERLINE.match(line))
        if heading or underlined:
            if heading:
                close()
                level, title = len(heading[1]), _plain(heading[2])
            else:
                level, title = (1 if "=" in line else 2), _plain(paragraph)
                paragraph = ""
            if level == top and not (title == draft.headline and not draft.parts):
                if draft.headline or draft.parts:
                    draft = Draft(line=number)
                    drafts.append(draft)
                draft.headline, draft.line = title, number
            elif level > top and title:
                draft.add_subhead(title)
            continue
        if not line.strip() or _RULE.match(line):
            close()
            continue
        body = re.sub(r"^\s*>\s?", "", line)
        if _LIST.match(body):
            close()
            body = _BULLET.sub("", body)
        # Two blanks or a backslash at the end of a line break it.
        broken = line.endswith(("  ", "\\"))
        paragraph = join(paragraph, clean(body.rstrip("\\")))
        if broken:
            close()
    close()
    return [draft for draft in drafts if draft.headline or draft.parts]


def _top_level(text: str) -> int:
    """The heading level that opens articles: 1, or 2 when only such headings are there."""
    levels = [len(match[1]) for line in text.split("\n") if (match := _HEADING.match(line))]
    if any(re.match(r"^ {0,3}=+[ \t]*$", line) for line in text.split("\n")):
        levels.append(1)
    return min(levels, default=1)


def _plain(text: str) -> str:
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    for _ in range(3):
        text = _UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    return clean(_ESCAPE.sub(r"\1", text))
