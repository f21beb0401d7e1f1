"""HTML of the panel: what was found, and an article with its cited sentences marked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from rag.types import Article, Source, Span
from ui import texts
from ui.conversation import Exchange, Found
from ui.markup import button, escape, published


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked range of an article; the one in focus is scrolled to."""

    span: Span
    focus: bool = False


def render_sources(exchange: Exchange | None, index: int) -> str:
    """Return the HTML of an exchange's cited sentences and of the articles found for it."""
    if exchange is None:
        return f'<p class="hint">{texts.SOURCES_EMPTY}</p>'
    cited = _cited(exchange, index)
    found = _found_list(exchange, index)
    if exchange.refused:
        return f'<p class="hint">{texts.NOTHING_CITED}</p>'
    if not cited and not found:
        return f'<p class="hint">{texts.NOTHING_FOUND}</p>'
    return cited + found


def render_article(
    article: Article, exchange: Exchange, index: int, focus: Span, *, number: int = 0, opened: int
) -> str:
    """Return the HTML of an article with `focus` marked and the other citations marked faintly.

    `number` is the citation that was opened, 0 when it was not opened from one. `opened` differs
    each time, so that the page scrolls to the mark even when the same sentence is opened again.
    """
    spans = [
        Mark(Span(source.start, source.end), focus=source.number == number)
        for source in exchange.sources
        if source.article_id == article.id
    ]
    if not any(mark.focus for mark in spans):
        spans.append(Mark(focus, focus=True))
    kicker = f'<p class="kicker">{escape(article.kicker)}</p>' if article.kicker else ""
    incomplete = "" if article.complete else f'<p class="incomplete">{texts.INCOMPLETE}</p>'
    return (
        f'<article class="clipping" data-opened="{opened}" aria-label="{escape(article.headline)}">'
        f"{_bar(exchange, index, number)}"
        f"<header>{kicker}<h2>{escape(article.headline)}</h2>{_dateline(article)}</header>"
        f'<div class="text">{_body(article, spans)}</div>'
        f"{incomplete}{_imprint(article)}</article>"
    )


def render_gone(quote: str, exchange: Exchange, index: int, *, number: int = 0, opened: int) -> str:
    """Return the HTML for an article that the collection no longer has."""
    return (
        f'<article class="clipping" data-opened="{opened}">{_bar(exchange, index, number)}'
        f'<p>{texts.GONE}</p><blockquote class="text"><mark class="focus" tabindex="-1">'
        f"{escape(quote)}</mark></blockquote></article>"
    )


def _cited(exchange: Exchange, index: int) -> str:
    if not exchange.sources:
        return ""
    items = "".join(_cited_item(source, index) for source in exchange.sources)
    return f'<section><h3>{texts.CITED}</h3><ol class="cited">{items}</ol></section>'


def _cited_item(source: Source, index: int) -> str:
    title = texts.CHIP.format(number=source.number, headline=source.headline)
    number = button(
        str(source.number), "cite", css="cite", title=title, turn=index, number=source.number
    )
    opener = button(source.headline, "cite", css="headline", turn=index, number=source.number)
    day = published(source.published, inferred=source.published_inferred)
    return (
        f"<li>{number}<div>{opener}<p class='meta'>{day}</p>"
        f"<blockquote>{escape(source.quote)}</blockquote></div></li>"
    )


def _found_list(exchange: Exchange, index: int) -> str:
    cited = {source.article_id for source in exchange.sources}
    items = "".join(
        _found_item(item, index, place)
        for place, item in enumerate(exchange.found)
        if item.article_id not in cited
    )
    if not items:
        return ""
    title = texts.ALSO_FOUND if exchange.sources else texts.FOUND
    return f'<section><h3>{title}</h3><ul class="found">{items}</ul></section>'


def _found_item(item: Found, index: int, place: int) -> str:
    opener = button(item.headline, "found", css="headline", turn=index, place=place)
    day = published(item.published, inferred=item.published_inferred)
    more = texts.MORE_PLACES.format(count=item.places - 1) if item.places > 1 else ""
    why = "；".join((*item.reasons, more) if more else item.reasons)
    reasons = f'<p class="why">{escape(why)}</p>' if why else ""
    return (
        f"<li>{opener}<p class='meta'>{day}</p>"
        f"<p class='snippet'>{escape(item.snippet)}</p>{reasons}</li>"
    )


def _bar(exchange: Exchange, index: int, number: int) -> str:
    back = (
        f'<button type="button" class="to-answer" data-back>{texts.BACK_TO_ANSWER}</button>'
        + button(texts.BACK_TO_SOURCES, "sources", css="to-sources")
    )
    return (
        f'<nav class="bar">{back}<span class="gap"></span>{_places(exchange, index, number)}</nav>'
    )


def _places(exchange: Exchange, index: int, number: int) -> str:
    numbers = [source.number for source in exchange.sources]
    if number not in numbers or len(numbers) < 2:
        return ""
    at = numbers.index(number)
    place = texts.PLACE.format(number=at + 1, count=len(numbers))

    def step(label: str, arrow: str, target: int) -> str:
        if 0 <= target < len(numbers):
            return button(arrow, "cite", title=label, turn=index, number=numbers[target])
        return f'<button type="button" disabled aria-label="{label}">{arrow}</button>'

    return (
        f'{step(texts.PREVIOUS, "‹", at - 1)}<span class="place">{place}</span>'
        f"{step(texts.NEXT, '›', at + 1)}"
    )


def _dateline(article: Article) -> str:
    byline = (
        f'<span class="byline">{escape(" ".join(article.byline))}</span>' if article.byline else ""
    )
    return (
        f'<p class="meta">{published(article.published, inferred=article.published_inferred)}'
        f"{byline}</p>"
    )


def _imprint(article: Article) -> str:
    section = (
        f"<div><dt>{texts.SECTION}</dt><dd>{escape(article.section)}</dd></div>"
        if article.section
        else ""
    )
    return (
        f'<dl class="imprint">{section}<div><dt>{texts.SOURCE_FILE}</dt>'
        f"<dd>{escape(article.source)}</dd></div></dl>"
    )


def _body(article: Article, marks: list[Mark]) -> str:
    paragraphs = {paragraph.start for paragraph in article.paragraphs}
    parts: list[str] = []
    start = 0
    for line in article.text.split("\n"):
        end = start + len(line)
        if line.strip():
            # Without paragraphs from the reader every line counts as one.
            tag = "p" if not paragraphs or start in paragraphs else "h3"
            parts.append(f"<{tag}>{_marked(article.text, Span(start, end), marks)}</{tag}>")
        start = end + 1
    return "".join(parts)


def _marked(text: str, line: Span, marks: list[Mark]) -> str:
    """Return the line's HTML; overlapping marks are cut at each other's edges."""
    edges = {line.start, line.end}
    for mark in marks:
        edges |= {edge for edge in mark.span if line.start < edge < line.end}
    cuts = sorted(edges)
    parts: list[str] = []
    for start, end in pairwise(cuts):
        piece = escape(text[start:end])
        covering = [mark for mark in marks if mark.span.start <= start and end <= mark.span.end]
        if any(mark.focus for mark in covering):
            parts.append(f'<mark class="focus" tabindex="-1">{piece}</mark>')
        elif covering:
            parts.append(f"<mark>{piece}</mark>")
        else:
            parts.append(piece)
    return "".join(parts)
