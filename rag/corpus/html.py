"""Saved web pages become articles: the headline, its date and reporters, and the body alone.

The text of the page is walked once into lines, each with the elements it lies in. The body is the
innermost element that still holds most of the running text; the headline is the heading that the
page's own title repeats; date and reporters stand between the two or in the page's metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rag.corpus.blocks import clean
from rag.corpus.bylines import is_byline_line, parse_names, stated_authors
from rag.corpus.encodings import decode_page
from rag.corpus.headlines import key, same_headline
from rag.corpus.html_lines import PageLine, read_lines
from rag.corpus.kinds import LONGEST_MARK, Kind, is_finished, kind_of
from rag.corpus.outline import Line, Matter, read_outline
from rag.corpus.pages import read_pages
from rag.corpus.publication import parse_day
from rag.corpus.results import ReadResult, joined
from rag.types import FileProblem

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SITE = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|(?<=[^\W\d_a-zA-Z])[-–—]+(?=[^\W\d_])")
_DAY_METAS = ("article:published_time", "og:published_time", "og:release_date", "datepublished",
              "pubdate", "publishdate", "publish_date", "publishtime", "weibo:article:create_at",
              "dc.date", "dc.date.issued", "date")  # fmt: skip
_LINKED_DATA_DAY = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_NO_PERSON = re.compile(r"[网报社台部]$|新闻|日报|晚报|编辑")
_KICKER = re.compile(r"yinti|intro-?_?title|kicker|pre-?_?title|shoulder|引题", re.IGNORECASE)
_TITLE = re.compile(r"title|headline|标题", re.IGNORECASE)
_SUBTITLE = re.compile(r"futi|sub-?_?title|subhead|副题|副标题", re.IGNORECASE)
_PRINTED_PAGE = re.compile(
    r"(?:第\s*[A-Za-z]?\d{1,3}\s*版|[A-Z]\d{1,2}\s*版?)\s*(?:[:：]\s*[^\W\d_]{2,8}|(?=$|[\s|]))"
)
_LONGEST_TITLE = 60
_ARTICLE_CHARS = 60
_DOMINANT = 0.85
_LIKELY = 0.5
_LINKED = 0.5
_NEAR = 4
"""Lines before a headline among which its kicker, date and reporters are looked for."""
_DUMP = 0.6
"""Share of the text that lies in preformatted blocks when a page is a dump in HTML clothes."""


def read_html(data: bytes, source: str, published: date | None = None) -> ReadResult:
    """Return the article of a saved web page, or its articles where it holds several.

    Navigation, links, scripts, forms and advertisements are left out; the report says how much.

    Raises:
        CorpusError: the bytes are no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    text, problems = decode_page(data, source)
    tree = LexborHTMLParser(text)
    page = read_lines(tree)
    lines = page.lines
    if not lines:
        return ReadResult((), tuple(problems))
    preformatted = sum(len(line.text) for line in lines if line.preformatted)
    if preformatted >= _DUMP * sum(len(line.text) for line in lines):
        dump = "\n".join(node.text() for node in tree.css("pre"))
        found = read_pages(dump, source, _stated_day(tree) or published)
        return joined([ReadResult((), tuple(problems)), found])
    parts = _parts(lines) or [lines]
    alone = len(parts) == 1
    results = []
    taken = 0
    for part in parts:
        matter, around, body = _article(part, _Page(tree) if alone else None)
        taken += sum(len(line.text) for line in [*around, *body])
        outline = [
            Line(line.text, line.level, line.strong, line.caption, row=line.is_row) for line in body
        ]
        results.append(read_outline(outline, source, published, matter))
    left = page.left_out + sum(len(line.text) for line in lines) - taken
    if left > 0:
        reason = f"{left} characters of navigation, links and other matter around the text"
        problems.append(FileProblem(source, reason))
    return joined([*results, ReadResult((), tuple(problems))])


class _Page:
    """What the page says of itself outside its text."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self.titles = [
            clean(text)
            for text in (_meta(tree, "og:title"), *(node.text() for node in tree.css("head title")))
            if clean(text)
        ]
        self.day = _stated_day(tree)
        self.url = _meta(tree, "og:url") or _canonical(tree)
        self.author = _meta(tree, "author") or _meta(tree, "article:author")


def _meta(tree: LexborHTMLParser, name: str) -> str:
    for node in tree.css("meta"):
        given = node.attributes
        names = {(given.get(field) or "").lower() for field in ("name", "property", "itemprop")}
        if name in names and (content := clean(given.get("content") or "")):
            return content
    return ""


def _canonical(tree: LexborHTMLParser) -> str:
    node = tree.css_first("link[rel=canonical]")
    return clean(node.attributes.get("href") or "") if node else ""


def _stated_day(tree: LexborHTMLParser) -> date | None:
    for name in _DAY_METAS:
        if day := parse_day(_meta(tree, name)):
            return day
    for node in tree.css("script[type='application/ld+json']"):
        if match := _LINKED_DATA_DAY.search(node.text()):
            return parse_day(match[1])
    return None


def _parts(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """The lines of each article element, when several of them hold a headline and a text."""
    parts: dict[int, list[PageLine]] = {}
    for line in lines:
        if outer := next((e.number for e in line.elements if e.tag == "article"), 0):
            parts.setdefault(outer, []).append(line)
    whole = [
        part
        for part in parts.values()
        if any(line.level for line in part) and sum(map(_running, part)) >= _ARTICLE_CHARS
    ]
    return whole if len(whole) > 1 else []


def _article(
    lines: list[PageLine], page: _Page | None
) -> tuple[Matter, list[PageLine], list[PageLine]]:
    """What is said of an article, the lines around its headline that say so, and its body."""
    start, end = _body(lines)
    head = _headline(lines, page.titles if page else [], end)
    # A headline inside the body opens it: what stands before it is not of the article.
    first = max(start, head + 1) if start <= head < end else start
    around = [] if head < 0 else [*lines[max(0, head - _NEAR) : head], *lines[head + 1 : first]]
    body = [line for line in lines[first:end] if not _is_link(line)]
    title = lines[head].text if head >= 0 else _without_site(page.titles if page else [])
    day, byline = _stated(around)
    kicker = [
        line.text
        for line in around
        if any(_KICKER.search(e.name) or _SUBTITLE.search(e.name) for e in line.elements[-2:])
        or kind_of(line.text) is Kind.SUBTITLE
    ]
    if page and not byline and not _NO_PERSON.search(page.author):
        byline = parse_names(page.author)
    timed = next((moment for line in around if (moment := parse_day(line.day))), None)
    matter = Matter(
        headline=title,
        kicker=" ".join(text for text in kicker if not same_headline(text, title)),
        byline=byline,
        published=(page.day if page else None) or timed or day,
        section=_section(around),
        url=page.url if page else "",
    )
    return matter, [*around, *(lines[head : head + 1] if head >= 0 else [])], body


def _running(line: PageLine) -> int:
    """Characters of running text: a line with a sentence's punctuation that is no link."""
    if line.level or _is_link(line) or not re.search("[，。；！？,;]", line.text):
        return 0
    return len(line.text) if len(line.text) >= 15 else 0


def _is_link(line: PageLine) -> bool:
    return line.linked > _LINKED * len(line.text)


def _body(lines: Sequence[PageLine]) -> tuple[int, int]:
    """The range of the lines in the innermost element that holds most of the running text."""
    depth = 0
    inside = list(range(len(lines)))
    while True:
        total = sum(_running(lines[at]) for at in inside)
        children: dict[int, int] = {}
        likely: set[int] = set()
        for at in inside:
            elements = lines[at].elements
            if len(elements) > depth:
                child = elements[depth]
                children[child.number] = children.get(child.number, 0) + _running(lines[at])
                if child.holds_text:
                    likely.add(child.number)
        best = max(children, key=lambda number: children[number], default=0)
        share = children[best] / total if best and total else 0.0
        if share < (_LIKELY if best in likely else _DOMINANT):
            break
        narrowed = [
            at
            for at in inside
            if len(lines[at].elements) > depth and lines[at].elements[depth].number == best
        ]
        inside, depth = narrowed, depth + 1
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _headline(lines: Sequence[PageLine], titles: Sequence[str], end: int) -> int:
    """The place of the headline: the heading that the page's title repeats, else the first one."""
    wanted = [key(title) for title in titles]
    best, length = -1, 3
    for at, line in enumerate(lines[:end]):
        own = key(line.text)
        if (
            (line.level or _is_titled(line))
            and len(own) > length
            and any(own in title for title in wanted)
        ):
            best, length = at, len(own)
    if best >= 0:
        return best
    # Pages laid out in tables mark no heading: the line is a part of the page's title.
    parts = {key(part) for title in titles for part in _SITE.split(title)}
    owns = [(key(line.text), at) for at, line in enumerate(lines[:end])]
    bare = max(((len(own), at) for own, at in owns if own in parts), default=(0, -1))
    if bare[0] > length:
        return bare[1]
    headings = [(line.level, at) for at, line in enumerate(lines[:end]) if line.level]
    if headings and (not wanted or min(headings)[0] == 1):
        return min(headings)[1]
    titled = [at for at, line in enumerate(lines[:end]) if _is_titled(line) and not _is_link(line)]
    return titled[0] if titled else -1


def _is_titled(line: PageLine) -> bool:
    """Whether the names of a short line's elements say that it is a title, and no other line."""
    names = " ".join([*(element.name for element in line.elements[-2:]), line.inline])
    other = _KICKER.search(names) or _SUBTITLE.search(names)
    return len(line.text) <= _LONGEST_TITLE and bool(_TITLE.search(names)) and not other


def _without_site(titles: Sequence[str]) -> str:
    """The page's title without the names of site and section."""
    parts = [part for title in titles[:1] for part in _SITE.split(title) if part]
    return max(parts, key=lambda part: len(key(part)), default="")


def _stated(lines: Sequence[PageLine]) -> tuple[date | None, tuple[str, ...]]:
    """Date and reporters in the lines around a headline."""
    day: date | None = None
    byline: list[str] = []
    for text in _short(lines):
        day = day or parse_day(text)
        byline += parse_names(text) if is_byline_line(text) else stated_authors(text)
    return day, tuple(dict.fromkeys(byline))


def _section(lines: Sequence[PageLine]) -> str:
    """The printed page that an electronic paper names beside the headline: 第01版：要闻."""
    return next((match[0] for text in _short(lines) if (match := _PRINTED_PAGE.search(text))), "")


def _short(lines: Sequence[PageLine]) -> Iterator[str]:
    # 字体：[大 中 小] ends like a sentence.
    return (
        line.text
        for line in lines
        if len(line.text) <= LONGEST_MARK
        and (kind_of(line.text) is Kind.META or not is_finished(line.text))
    )
