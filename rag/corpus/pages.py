"""A dump of newspaper pages becomes articles.

The page is read block by block (`blocks`), each of which has a kind by its own wording (`kinds`).
What the wording leaves open is decided by its neighbours: a run of short lines is a heading when
news opens after it, when the dump marks a break before it, or when it is too much for a subhead
(`headlines`); text that stops in mid-sentence goes on in the next text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.chinese.normalise import level
from rag.corpus.blocks import Block, join, read_blocks
from rag.corpus.bylines import (
    credit_names,
    is_credit_line,
    is_lead,
    lead_names,
    parse_names,
    stated_authors,
)
from rag.corpus.conclusion import Report, conclude
from rag.corpus.drafts import Draft, Role, derive_headline
from rag.corpus.entries import list_title_end, own_lines
from rag.corpus.headlines import (
    author_names,
    heading_end,
    is_signed_stretch,
    notice_lines,
    opens_article,
    read_heading,
)
from rag.corpus.kinds import (
    CONTINUATION,
    Kind,
    is_numbered,
    is_sidebar,
    opens_note,
    reads_as_text,
    starts_inside,
    without_bullet,
    without_notices,
)
from rag.corpus.neighbours import (
    heading_lines,
    is_cut,
    is_headline_in_two,
    is_long_headline,
    is_news,
    is_numbered_subhead,
    is_other_story,
    is_signature,
    repeats_heading,
)
from rag.corpus.page_headers import section_of
from rag.corpus.publication import parse_day
from rag.corpus.results import ReadResult
from rag.corpus.waiting import Waiting

_VIEW = 100
"""Blocks after a line that may decide what the line is."""
_LONGEST_NOTE = 3
"""Paragraphs of an editor's note up to which a heading must follow."""
_CONTENTS = re.compile("导读|看点|头条|编者按")


def read_pages(
    dump: str,
    source: str,
    published: date | None = None,
    *,
    sections: Sequence[str] = (),
    marked: bool = False,
) -> ReadResult:
    """Return the articles of `dump`, a text of newspaper pages.

    Args:
        dump: the whole text, in any of the layouts in which papers are exported.
        source: the path shown to users; it names the file in reports and enters the ids.
        published: the day of publication where the file gives it.
        sections: names of the pages between form feeds, for those that print none themselves.
        marked: whether the dump marks each headline by a break, so that other lines are subheads.
    """
    reader = _PageReader(Report(source), sections, marked)
    reader.read(read_blocks(dump))
    return reader.result(published)


@dataclass(slots=True)
class _PageReader:
    report: Report
    sections: Sequence[str] = ()
    marked: bool = False
    drafts: list[Draft] = field(default_factory=list)
    draft: Draft | None = None
    page: int = -1
    section: str = ""
    column: str = ""
    printed: date | None = None
    boundary: bool = False
    items: bool = False
    resumed: bool = False
    pending: tuple[str, ...] = ()
    note: list[str] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    def read(self, blocks: Sequence[Block]) -> None:
        at = 0
        while at < len(blocks):
            at = self._step(blocks, at)
        if self.note:
            self._keep_note(blocks[-1])

    def result(self, published: date | None) -> ReadResult:
        return conclude(self.drafts, self.report, published or self.printed)

    def _step(self, blocks: Sequence[Block], at: int) -> int:
        """Read the block at `at`, with as many after it as belong to it; return the next index."""
        block = blocks[at]
        if block.boundary:
            self.boundary = True
        if block.page != self.page and block.page < len(self.sections):
            self.page, self.section = block.page, self.sections[block.page]
        match block.kind:
            case Kind.RULE:
                self._drop(block, "rule or ornament")
                self.boundary = True
            case Kind.HEADER:
                self._header(block)
            case Kind.COLOPHON:
                self._drop(block, "colophon or advertisement")
            case Kind.CONTINUATION:
                self._turn(block)
            case Kind.COLUMN:
                self._column(block)
            case Kind.BYLINE | Kind.META:
                self._byline(block, blocks[at + 1 : at + _VIEW])
            case Kind.NOTICE:
                return self._notice(blocks, at)
            case Kind.CAPTION:
                self._caption(block)
            case Kind.ITEM:
                self._item(block)
            case Kind.ROW:
                self._current(block).add_line(block.text)
            case Kind.BODY if is_long_headline(self.draft, block, blocks[at + 1 : at + 2]):
                self._heading([block], blocks[at + 1 : at + _VIEW])
            case Kind.BODY if is_headline_in_two(self.draft, blocks[at : at + 3]):
                whole = replace(block, text=join(block.text, blocks[at + 1].text))
                self._heading([whole], blocks[at + 2 : at + _VIEW])
                return at + 2
            case Kind.BODY:
                self._body(block)
            case Kind.SHORT | Kind.SUBTITLE | Kind.NUMBERED:
                return self._short(blocks, at)
        return at + 1

    def _short(self, blocks: Sequence[Block], at: int) -> int:
        end = heading_end(blocks, at)
        end = at + (list_title_end(blocks[at:end]) or end - at)
        run, following = blocks[at:end], blocks[end : end + _VIEW]
        block, draft = run[0], self.draft
        kept = len(run)
        if draft and not self.boundary:
            kept = heading_lines(draft, run, following)
        if kept < len(run):
            end = at + max(kept, 1)
            run, following = blocks[at:end], blocks[end : end + _VIEW]
            if not kept:
                self._body(block)
                return end
        if draft and is_cut(draft, run, following):
            self._body(block)
            return at + 1
        if draft and draft.awaits_text and block.kind is Kind.SUBTITLE:
            draft.kicker = f"{draft.kicker} {block.text}".strip()
            return at + 1
        if draft and draft.has_text and is_sidebar(block.text):
            draft.add_subhead(block.text)
            self.boundary = False
            return at + 1
        if draft and is_signature(draft, run, following):
            self._byline(block, [*run[1:], *following])
            return at + 1
        if draft and repeats_heading(draft, block.text) and not is_news(run, following):
            self._drop(block, "running headline inside its article")
            self.boundary = False
            return at + 1
        # What a colon announces is no headline, also where the text above has none itself.
        listing = draft and (draft.headline or draft.last_paragraph.endswith(("：", ":")))
        if block.kind is Kind.NUMBERED and listing:
            self._numbered(block, following)
            return at + 1
        if len(run) == 1 and (earlier := self._continued(block, following)):
            self._drop(block, "headline repeated where its article goes on")
            self.draft = earlier
            self.resumed = True
            self.boundary = False
            return end
        if draft and (own := own_lines(draft, run, following)):
            for line in run[:own]:
                draft.add_line(line.text)
            self.boundary = False
            return at + own
        plain = not self.boundary and not is_news(run, following)
        if plain and draft and draft.has_text and len(run) == 1 and reads_as_text(block.text):
            self._body(block)
            return end
        if draft and draft.awaits_text and not is_news(run, following):
            self._subheads(draft, run)
            return end
        fresh = draft is None or not draft.headline or not draft.parts
        pictured = at > 0 and blocks[at - 1].kind is Kind.CAPTION
        signed = bool(draft and (draft.is_signed or is_signed_stretch(following)))
        if plain and draft and draft.is_open:
            self._rest(draft, run)
        elif (
            fresh
            or self.boundary
            or (self.marked and (signed or is_news(run, following)))
            or (not self.marked and opens_article(run, following, signed=signed))
            or (not self.marked and draft and pictured and " " in block.text)
            or (not self.marked and is_other_story(draft, block, following))
        ):
            self._heading(run, following)
        elif draft:
            self._subheads(draft, run)
        return end

    def _subheads(self, draft: Draft, run: Sequence[Block]) -> None:
        for line in run:
            draft.add_subhead(line.text)

    def _continued(self, block: Block, following: Sequence[Block]) -> Draft | None:
        """The earlier article whose headline stands again over the rest of its text."""
        notice = bool(following) and (
            following[0].kind is Kind.CONTINUATION
            or bool(CONTINUATION.match(level(following[0].text)))
        )
        news = bool(following) and is_lead(following[0].text)
        if notice:
            return self.waiting.announced(block.text)
        return None if news else self.waiting.unfinished(block.text, self.draft)

    def _heading(self, run: Sequence[Block], following: Sequence[Block]) -> None:
        heading = read_heading(run, following, typeset=self.marked)
        if self.items:
            # A headline after short items ends their column.
            self.column, self.items = "", False
        for line in heading.extra:
            self._drop(line, "teaser or headline without text")
        evident = self.boundary or not self.drafts or is_news(run, following)
        draft = self._start(heading.headline)
        draft.headline = heading.headline.text
        draft.kicker = " ".join(line.text for line in heading.kicker)
        draft.byline += author_names(heading)
        draft.awaits_text = heading.author is not None
        self.waiting.add(draft)
        if not evident and len(run) == 1:
            self.report.doubt(draft.line, "may be a subhead and not a headline", draft.headline)

    def _caption(self, block: Block) -> None:
        if not is_credit_line(block.text):
            self._current(block).add_caption(block.text)
        elif self.draft is None or not self.draft.add_credit(block.text):
            self._drop(block, "credit of a photograph")
            if self.draft and self.draft.is_bare:
                self.draft.byline += credit_names(block.text)

    def _notice(self, blocks: Sequence[Block], at: int) -> int:
        """Read a public notice or the weather: a title and the lines printed right under it."""
        own = notice_lines(blocks[at + 1 : at + _VIEW])
        draft = self._start(blocks[at])
        draft.headline = re.sub(r"\W+", "", blocks[at].text)
        for line in own:
            draft.add_line(line.text)
        self.boundary = bool(own)
        return at + 1 + len(own)

    def _rest(self, draft: Draft, run: Sequence[Block]) -> None:
        """A short line behind a cut paragraph is its rest."""
        for line in run:
            draft.continue_paragraph(line.text)
            self.report.doubt(line.line, "taken as the rest of the sentence before it", line.text)

    def _numbered(self, block: Block, following: Sequence[Block]) -> None:
        """A short line behind a number is a subhead over text, unless a list goes on in it."""
        draft = self._current(block)
        if is_numbered_subhead(draft, block, following):
            draft.add_subhead(block.text)
        else:
            draft.add_line(block.text)
        self.boundary = False

    def _body(self, block: Block) -> None:
        text = self._without_notice(block)
        if not text:
            return
        self.resumed = False
        draft = self.draft
        if draft and draft.last_paragraph and starts_inside(text):
            draft.continue_paragraph(text)
            return
        if opens_note(text) and draft and draft.headline and not draft.has_text:
            draft.add_note(text)
            return
        if (self.note or opens_note(text)) and not is_lead(text):
            self.note.append(text)
            self.boundary = True
            if len(self.note) > _LONGEST_NOTE:
                self._keep_note(block)
            return
        if draft and draft.has_news and is_lead(text):
            draft = None
        ended = draft and draft.is_signed and draft.has_text
        if draft is None or (ended and (self.boundary or self._lists_items(draft))):
            draft = self._start(block)
            # The next headline ends a column that holds such an item.
            self.items = self.items or bool(self.column)
        listed = is_numbered(text) and draft.last_paragraph[-1:] in tuple("；;：:，,、")
        if draft.is_open and not is_lead(text) and not listed:
            draft.continue_paragraph(text)
        else:
            draft.add_paragraph(text)
        self.boundary = False

    def _keep_note(self, block: Block) -> None:
        """No heading followed the editor's note: it is of what was read before it."""
        texts, self.note = self.note, []
        draft = self._current(block)
        for text in texts:
            draft.add_paragraph(text)
        self.boundary = False

    def _item(self, block: Block) -> None:
        """A bulleted paragraph is an item of its own under a column title, else a list entry."""
        draft = self.draft
        own = is_lead(block.text) or self._lists_items(draft)
        if own:
            item = self._start(block)
            item.add_paragraph(block.text)
            self.items = True
            item.headline = derive_headline(without_bullet(block.text))
            self.draft = None
        else:
            self._body(block)

    def _lists_items(self, draft: Draft | None) -> bool:
        """Whether items without headlines stand under the title of a column."""
        return bool(self.column) and (draft is None or not draft.headline)

    def _without_notice(self, block: Block) -> str:
        """The text of a paragraph without 下转/上接 at its end or start."""
        text, notices = without_notices(block.text)
        for notice in notices:
            self.report.drop(block.line, "notice of another page", notice)
            self._mark_turn(level(notice))
        return text

    def _turn(self, block: Block) -> None:
        self._drop(block, "notice of another page")
        self._mark_turn(level(block.text))

    def _mark_turn(self, notice: str) -> None:
        """下转 leaves the article waiting for its rest; 上接 takes up the one that waits."""
        if "接" in notice and "转" not in notice:
            if self.draft and not self.draft.has_text:
                return
            if self.waiting.turned and (self.draft is None or not self.draft.turned):
                self.draft = self.waiting.turned[-1]
            elif not (self.resumed or self.waiting.turned or (self.draft and self.draft.is_open)):
                # What was read of its article stands on a page that is not in this dump.
                self.draft = None
        elif self.draft:
            self.waiting.turn(self.draft)

    def _byline(self, block: Block, following: Sequence[Block]) -> None:
        draft = self.draft
        if draft and not draft.parts:
            draft.awaits_text = bool(draft.headline)
        if block.kind is Kind.META:
            self._drop(block, "source and time of the item")
            day = parse_day(block.text)
            if draft:
                draft.published = draft.published or day
                draft.byline += stated_authors(block.text)
            else:
                self.printed = self.printed or day
            return
        if draft is None:
            self._drop(block, "byline without an article")
            return
        names = parse_names(block.text)
        after = next((later.kind for later in following if later.kind is not Kind.CAPTION), None)
        heading_next = after in (Kind.SHORT, Kind.SUBTITLE)
        if draft.has_text and heading_next:
            # Between two articles: the signature of the first, unless that is signed already.
            self.boundary = True
            first = next(part.text for part in draft.parts if part.role is not Role.SUBHEAD)
            if draft.byline or lead_names(first):
                self.pending = names
                return
        draft.byline += names
        if self._lists_items(draft):
            # An item of a column of short news is signed at its end.
            self.draft = None
            self.items = True

    def _column(self, block: Block) -> None:
        self._drop(block, "title of a column")
        title = block.text.strip(" 【】[]()（）<>《》·|/■●◆▲▼\u3000")
        self.column = "" if _CONTENTS.search(level(title)) else title
        self.items = False
        self.draft = None
        self.boundary = True

    def _header(self, block: Block) -> None:
        self._drop(block, "page header")
        self.printed = self.printed or parse_day(block.text)
        section = section_of(block.text)
        if re.search(r"版|[a-z]\d|\d", level(section)):
            self.section, self.column = section, ""
            self.boundary = True

    def _current(self, block: Block) -> Draft:
        return self.draft or self._start(block)

    def _start(self, block: Block) -> Draft:
        section = self.column or self.section
        self.draft = Draft(section=section, byline=list(self.pending), line=block.line)
        self.pending = ()
        for text in self.note:
            self.draft.add_note(text)
        self.note = []
        self.drafts.append(self.draft)
        self.boundary = False
        return self.draft

    def _drop(self, block: Block, reason: str) -> None:
        self.report.drop(block.line, reason, block.text)
