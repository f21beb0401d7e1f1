"""The printed lines of a web page, each with the elements it lies in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rag.corpus.blocks import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_SILENT = frozenset({
    "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed",
    "select", "button", "input", "textarea", "video", "audio", "head", "rp", "rt", "dialog",
})  # fmt: skip
_APART = frozenset({"nav", "footer", "aside", "form", "menu"})
_STRONG = frozenset({"b", "strong"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|crumbs?|footer|foot|copyright|sidebar"
    r"|related|recommend\w*|comments?|share|sharing|social|toolbar|ads?|advert\w*|banner|popup|modal"
    r"|qr-?code|login|search|hot-?news|rank\w*|pager?|pagination|prev|next|statement|disclaimer"
    r"|editor-?note|tags?)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_HOLDS_TEXT = re.compile(
    r"article|content|text|正文|zhengwen|(?:^|[\s_-])(?:zw|post|story|detail|entry|main|ozoom)"
    r"(?:$|[\s_-])|trs_|rm_txt|editor",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A line that the source wraps goes on without a space in Chinese.
_WRAPPED = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\r?\n\s*(?=[^\x00-\x7f])")
_KEPT_APART = 0.5
"""Share of the page's text from which an element is its text, whatever its name."""
_DEEPEST = 200
"""Elements inside one another; deeper ones are read as part of the one above."""
_CELL = 40


class Element(NamedTuple):
    """An element: its number on the page, its tag, and its classes and id in one string."""

    number: int
    tag: str
    name: str

    @property
    def holds_text(self) -> bool:
        """Whether tag or name say that the text of an article lies in it."""
        return (
            self.tag in ("article", "main")
            or "-content" in self.tag
            or bool(_HOLDS_TEXT.search(self.name))
        )


@dataclass(frozen=True, slots=True)
class PageLine:
    """One printed line: `elements` from the body's child inwards, `linked` characters in links.

    `level` is that of a heading, 0 for text; `day` is the machine-readable time inside the line,
    `inline` the classes and ids of the inline elements in it.
    """

    text: str
    elements: tuple[Element, ...]
    level: int = 0
    linked: int = 0
    strong: bool = False
    caption: bool = False
    preformatted: bool = False
    day: str = ""
    inline: str = ""

    @property
    def is_row(self) -> bool:
        """Whether the line is a row of a table."""
        return bool(self.elements) and self.elements[-1].tag == "tr"


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page, and how many characters stood in elements that are no text."""

    lines: list[PageLine]
    left_out: int


def read_lines(tree: LexborHTMLParser) -> PageLines:
    """Return the lines of a page without what is hidden, scripted, or named as navigation."""
    body = tree.body
    if body is None:
        return PageLines([], 0)
    walker = _Walker(len(clean(body.text())))
    walker.walk(body, (), 0)
    walker.flush((), 0)
    return PageLines(walker.lines, walker.left_out)


@dataclass(slots=True)
class _Walker:
    whole: int
    lines: list[PageLine] = field(default_factory=list)
    left_out: int = 0
    number: int = 0
    words: list[str] = field(default_factory=list)
    linked: int = 0
    plain: int = 0
    day: str = ""
    names: list[str] = field(default_factory=list)

    def walk(
        self, node: LexborNode, elements: tuple[Element, ...], level: int, marks: str = ""
    ) -> None:
        """Take the lines inside `node`; `marks` are the inline elements around it."""
        for child in _children(node):
            tag = child.tag or ""
            if tag == "-text":
                self._words(child.text(), elements, marks)
            elif tag in _SILENT or tag.startswith(("-", "!")):
                continue
            elif self._is_apart(child, tag):
                self.left_out += len(clean(child.text()))
            elif tag == "br":
                self.flush(elements, level)
            elif tag in _INLINE or (tag in ("td", "th") and self._is_cell(child)):
                if tag == "time":
                    self.day = self.day or child.attributes.get("datetime") or ""
                if name := _name(child):
                    self.names.append(name)
                if tag in ("td", "th"):
                    self.words.append(" ")
                mark = "a" if tag == "a" else "b" if tag in _STRONG else ""
                if len(elements) + len(marks) < _DEEPEST:
                    self.walk(child, elements, level, marks + (mark or "-"))
            else:
                self._block(child, tag, elements, level)

    def flush(self, elements: tuple[Element, ...], level: int) -> None:
        """End the line, if there is one."""
        text = clean(_WRAPPED.sub("", "".join(self.words)))
        if text:
            tags = [element.tag for element in elements]
            self.lines.append(
                PageLine(
                    text,
                    elements,
                    level,
                    self.linked,
                    strong=not self.plain,
                    caption="figcaption" in tags or "caption" in tags,
                    preformatted="pre" in tags,
                    day=self.day,
                    inline=" ".join(self.names),
                )
            )
        self.words, self.linked, self.plain, self.day, self.names = [], 0, 0, "", []

    def _block(self, node: LexborNode, tag: str, elements: tuple[Element, ...], level: int) -> None:
        self.flush(elements, level)
        if len(elements) >= _DEEPEST:
            self._words(node.text(), elements, "")
            return
        self.number += 1
        inner = (*elements, Element(self.number, tag, _name(node)))
        own = int(tag[1]) if re.fullmatch("h[1-6]", tag) else level
        self.walk(node, inner, own)
        self.flush(inner, own)

    def _words(self, text: str, elements: tuple[Element, ...], marks: str) -> None:
        preformatted = any(element.tag == "pre" for element in elements)
        for number, part in enumerate(text.split("\n") if preformatted else [text]):
            if number:
                self.flush(elements, 0)
            self.words.append(part)
            count = len(clean(part))
            self.linked += count if "a" in marks else 0
            self.plain += 0 if "b" in marks else count

    def _is_apart(self, node: LexborNode, tag: str) -> bool:
        given = node.attributes
        if "hidden" in given or _HIDDEN.search(given.get("style") or ""):
            return True
        named = tag in _APART or bool(_ASIDE.search(_name(node)))
        # Some sites wrap the whole page in a form, or name the article's own box so.
        return named and len(clean(node.text())) < _KEPT_APART * self.whole

    def _is_cell(self, node: LexborNode) -> bool:
        """Whether a cell is one of a table of figures and not of a page laid out in tables."""
        return len(clean(node.text())) <= _CELL and not any(
            (child.tag or "") not in _INLINE | {"-text"} for child in _children(node)
        )


def _children(node: LexborNode) -> Iterator[LexborNode]:
    return node.iter(include_text=True)


def _name(node: LexborNode) -> str:
    given = node.attributes
    return f"{given.get('class') or ''} {given.get('id') or ''}".strip()
