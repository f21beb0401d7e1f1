"""Lines of a document that marks its headings (web page, Word, Markdown) become articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, takewhile

from rag.corpus.bylines import is_byline_line, is_lead, parse_names, stated_authors
from rag.corpus.conclusion import Report, conclude
from rag.corpus.drafts import Draft
from rag.corpus.headlines import same_headline
from rag.corpus.kinds import Kind, kind_of
from rag.corpus.page_headers import section_of
from rag.corpus.pages import read_pages
from rag.corpus.publication import parse_day
from rag.corpus.results import ReadResult

_DROPPED = {
    Kind.RULE: "rule or ornament",
    Kind.HEADER: "page header",
    Kind.COLOPHON: "colophon or advertisement",
    Kind.COLUMN: "title of a column",
    Kind.CONTINUATION: "notice of another page",
}
_PAGE_LEADS = 2
"""News openings from which a document under one headline is a page and not an article."""
_NEAR = 3
"""Lines under a heading among which the reporters or the opening of the news are looked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: `level` is that of a heading, 0 for text.

    `strong` is true when all of it is bold, `caption` when it stands under a picture, `boundary`
    when a page starts with it, `row` when it is a row of a table.
    """

    text: str
    level: int = 0
    strong: bool = False
    caption: bool = False
    boundary: bool = False
    row: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """What a document says of itself outside its text; empty where it says nothing."""

    headline: str = ""
    kicker: str = ""
    byline: tuple[str, ...] = ()
    published: date | None = None
    section: str = ""
    url: str = ""


def read_outline(
    lines: Sequence[Line], source: str, published: date | None = None, matter: Matter | None = None
) -> ReadResult:
    """Return the articles of a document.

    Headings of the top level open articles, deeper ones are subheads; under a headline given by
    `matter` all are subheads. A document without headings, or with several news items under fewer
    headlines, is a page dump and is read as one.
    """
    matter = matter or Matter()
    top = 0 if matter.headline else _top_level(lines)
    headlines = sum(line.level == top for line in lines) if top else bool(matter.headline)
    leads = sum(is_lead(line.text) for line in lines)
    if not headlines or (leads >= _PAGE_LEADS and leads > headlines):
        dump = "\n\n".join(("\f" if line.boundary else "") + _dumped(line) for line in lines)
        found = read_pages(dump, source, matter.published or published)
        return ReadResult(found.articles, found.dropped, found.doubted)
    reader = _OutlineReader(Report(source), matter, top)
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    return reader.result(published)


def _dumped(line: Line) -> str:
    """A line as a page dump has it: tabs part the cells of a table."""
    return line.text.replace(" ", "\t") if line.row else line.text


def _top_level(lines: Sequence[Line]) -> int:
    """The level whose headings are headlines, 0 without headings.

    A lone heading over several is the name of the paper or page when it reads so, or when news
    opens under those.
    """
    levels = sorted({line.level for line in lines if line.level})
    for level, deeper in pairwise(levels):
        over = [line.text for line in lines if line.level == level]
        named = kind_of(over[0]) is Kind.HEADER
        if len(over) > 1 or not (named or opens_news(lines, deeper)):
            return level
    return levels[-1] if levels else 0


def opens_news(lines: Sequence[Line], level: int) -> bool:
    """Return whether news opens under several headings of a level: each is a headline."""
    headings = [at for at, line in enumerate(lines) if level and line.level == level]
    news = 0
    for at in headings:
        under = takewhile(lambda line: not line.level, lines[at + 1 : at + 1 + _NEAR])
        news += any(is_lead(line.text) or is_byline_line(line.text) for line in under)
    return news >= _PAGE_LEADS


@dataclass(slots=True)
class _OutlineReader:
    report: Report
    matter: Matter
    top: int
    section: str = ""
    printed: date | None = None
    drafts: list[Draft] = field(default_factory=list)

    def take(self, number: int, line: Line) -> None:
        """Take the next line of the document."""
        if line.level and line.level == self.top:
            self.drafts.append(Draft(headline=line.text, section=self.section, line=number))
        elif line.level and self.top and line.level < self.top:
            self.section = section_of(line.text)
            self.printed = self.printed or parse_day(line.text)
        else:
            self._inside(self._current(number), number, line)

    def result(self, published: date | None) -> ReadResult:
        """Return the articles of the lines taken."""
        for draft in self.drafts:
            draft.byline = draft.byline or list(self.matter.byline)
            draft.section = draft.section or self.matter.section
        day = self.matter.published or published or self.printed
        return conclude(self.drafts, self.report, day, url=self.matter.url)

    def _current(self, number: int) -> Draft:
        if not self.drafts:
            matter = self.matter
            self.drafts.append(Draft(matter.headline, matter.kicker, line=number))
        return self.drafts[-1]

    def _inside(self, draft: Draft, number: int, line: Line) -> None:
        kind = kind_of(line.text)
        if same_headline(draft.headline, line.text) and len(line.text) < 2 * len(draft.headline):
            self.report.drop(number, "headline repeated inside its article", line.text)
        elif line.caption or kind is Kind.CAPTION:
            draft.add_caption(line.text)
        elif line.row:
            draft.add_line(line.text)
        elif kind in _DROPPED:
            self.report.drop(number, _DROPPED[kind], line.text)
        elif kind is Kind.META:
            self.report.drop(number, "source and time of the item", line.text)
            draft.published = draft.published or parse_day(line.text)
            draft.byline += stated_authors(line.text)
        elif kind is Kind.BYLINE:
            draft.byline += parse_names(line.text)
        elif kind is Kind.SUBTITLE and not draft.has_text:
            draft.kicker = f"{draft.kicker} {line.text}".strip()
        elif line.level or (line.strong and kind in (Kind.SHORT, Kind.NUMBERED)):
            draft.add_subhead(line.text)
        else:
            draft.add_paragraph(line.text)
