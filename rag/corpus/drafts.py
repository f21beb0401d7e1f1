"""An article in the making: headline, bylines and paragraphs, until it becomes an `Article`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rag.corpus.blocks import join
from rag.corpus.bylines import ending_names, is_lead, lead_names
from rag.corpus.kinds import is_closed, is_finished
from rag.corpus.publication import Published
from rag.types import Article, Paragraph

_LEAD_IN = re.compile(r"^.{0,12}?(?:讯|訊|电|電|消息)[】\])）]?\s*(?:[(（【][^)）】]*[)）】])?\s*")
_CLAUSE_END = re.compile("[。！？!?；;]|(?<=.{8})[，,]")
_MAX_DERIVED = 30
_TELLING = 1500
"""Characters that suffice to tell what a text is about."""


class Role(StrEnum):
    """What a part of an article's text is."""

    PARAGRAPH = "paragraph"
    SUBHEAD = "subhead"
    CAPTION = "caption"
    NOTE = "note"
    """The editor's, before the article itself."""
    LINE = "line"
    """A line that is whole without final punctuation: of the weather, under a notice, of a list."""


_APART = (Role.SUBHEAD, Role.CAPTION, Role.NOTE)
"""What the text of the article never goes on in."""


class Part(NamedTuple):
    """One line of an article's text."""

    text: str
    role: Role


@dataclass(slots=True)
class Draft:
    """What has been read of one article so far.

    `parts` are in reading order. `turned` is true when a notice sent the reader
    to another page for the rest, `awaits_text` when headline and reporters or source were read.
    """

    headline: str = ""
    kicker: str = ""
    section: str = ""
    url: str = ""
    byline: list[str] = field(default_factory=list)
    published: date | None = None
    parts: list[Part] = field(default_factory=list)
    turned: bool = False
    awaits_text: bool = False
    line: int = 0
    _last: dict[Role, int] = field(default_factory=dict, init=False, repr=False)
    """The place of the last part of each role, so that no reading walks back over all parts."""

    @property
    def has_text(self) -> bool:
        """Whether any paragraph was read."""
        return any(role is not Role.SUBHEAD for role in self._last)

    @property
    def has_news(self) -> bool:
        """Whether any text but the editor's note was read."""
        return any(role not in (Role.SUBHEAD, Role.NOTE) for role in self._last)

    @property
    def is_open(self) -> bool:
        """Whether the last paragraph stops in mid-sentence; a line after it closes it."""
        at = self._last_text()
        if at < 0 or self.parts[at].role is Role.LINE:
            return False
        return not is_finished(self.parts[at].text)

    @property
    def last_paragraph(self) -> str:
        """The paragraph that a following block may continue, empty when there is none."""
        at = self._last.get(Role.PARAGRAPH)
        return "" if at is None else self.parts[at].text

    @property
    def last_line(self) -> str:
        """What was read last when it is a line that stands for itself, else empty."""
        line = self.parts[-1] if self.parts else None
        return line.text if line and line.role is Role.LINE else ""

    @property
    def ending(self) -> str:
        """The last lines read, as many as show what the text is about."""
        lines: list[str] = []
        length = 0
        for part in reversed(self.parts):
            lines.append(part.text)
            length += len(part.text)
            if length >= _TELLING:
                break
        return "\n".join(reversed(lines))

    @property
    def is_signed(self) -> bool:
        """Whether the text ends with its reporters or its origin in brackets: nothing follows."""
        return bool(ending_names(self.last_paragraph)) or is_closed(self.last_paragraph)

    @property
    def is_bare(self) -> bool:
        """Whether the text is one paragraph that names no reporter, as over or under a picture."""
        return len(self.parts) == 1 and not _byline(self)

    def add_subhead(self, text: str) -> None:
        """Put a subhead after what was read."""
        self._add(text, Role.SUBHEAD)

    def add_paragraph(self, text: str) -> None:
        """Put a paragraph after what was read."""
        self._add(text, Role.PARAGRAPH)

    def add_note(self, text: str) -> None:
        """Put a paragraph of the editor's note after what was read."""
        self._add(text, Role.NOTE)

    def add_caption(self, text: str) -> None:
        """Put the words under a picture after what was read; they never go on in other text."""
        self._add(text, Role.CAPTION)

    def add_credit(self, text: str) -> bool:
        """Put the credit of a photograph behind its caption; return whether one stands last."""
        if not self.parts or self.parts[-1].role is not Role.CAPTION:
            return False
        self.parts[-1] = Part(f"{self.parts[-1].text} {text}", Role.CAPTION)
        return True

    def add_line(self, text: str) -> None:
        """Put a line that stands for itself after what was read."""
        self._add(text, Role.LINE)

    def continue_paragraph(self, text: str) -> None:
        """Put `text` straight behind the last paragraph or line, which a column break had cut."""
        at = self._last_text()
        if at < 0:
            self.add_paragraph(text)
        else:
            part = self.parts[at]
            self.parts[at] = Part(join(part.text, text), part.role)

    def _add(self, text: str, role: Role) -> None:
        self._last[role] = len(self.parts)
        self.parts.append(Part(text, role))
        self.awaits_text = False

    def _last_text(self) -> int:
        """The index of the last paragraph or line, below 0 when there is none."""
        return max((at for role, at in self._last.items() if role not in _APART), default=-1)


def finish(
    drafts: Iterable[Draft], source: str, published: Published, *, url: str = ""
) -> tuple[Article, ...]:
    """Return the articles of `drafts`; an identical twin in the same file gets its own id."""
    seen: dict[str, int] = {}
    articles = []
    for draft in drafts:
        draft.url = draft.url or url
        articles.append(_article(draft, source, published, seen))
    return tuple(articles)


def article_id(source: str, headline: str, text: str, *, twin: int = 0) -> str:
    """Return the digest of source, headline and text; `twin` counts identical items before it."""
    parts = [source, headline, text, *([str(twin)] if twin else [])]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def derive_headline(text: str) -> str:
    """Return the opening clause of `text`, for an item that has no headline."""
    opening = _LEAD_IN.sub("", text.split("\n", 1)[0]) if is_lead(text) else text.split("\n", 1)[0]
    end = _CLAUSE_END.search(opening)
    clause = opening[: end.start()] if end else opening
    return clause if len(clause) <= _MAX_DERIVED else clause[:_MAX_DERIVED] + "…"


def _article(draft: Draft, source: str, published: Published, seen: dict[str, int]) -> Article:
    lines: list[str] = []
    paragraphs: list[Paragraph] = []
    at = 0
    subhead = ""
    for part in draft.parts:
        if part.role is Role.SUBHEAD:
            subhead = part.text
        else:
            paragraphs.append(Paragraph(part.text, at, at + len(part.text), subhead))
        lines.append(part.text)
        at += len(part.text) + 1
    text = "\n".join(lines)
    identity = article_id(source, draft.headline, text)
    twin = seen.get(identity, 0)
    seen[identity] = twin + 1
    return Article(
        id=article_id(source, draft.headline, text, twin=twin),
        headline=draft.headline,
        text=text,
        source=source,
        kicker=draft.kicker,
        byline=_byline(draft),
        published=draft.published or published.day,
        published_inferred=not draft.published and published.inferred,
        section=draft.section,
        url=draft.url,
        complete=not draft.is_open,
        paragraphs=tuple(paragraphs),
    )


def _byline(draft: Draft) -> tuple[str, ...]:
    names = list(draft.byline)
    texts = [part.text for part in draft.parts if part.role not in (Role.SUBHEAD, Role.NOTE)]
    for text in texts[:1]:
        names += lead_names(text)
    for text in texts[-2:]:
        names += ending_names(text)
    return tuple(dict.fromkeys(names))
