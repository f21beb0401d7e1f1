"""Passages: runs of whole sentences, short enough to embed, with exact offsets.

Passages follow the paragraphs: short neighbours under one subhead are joined, a long paragraph is
cut between sentences into parts of like length. No passage crosses a subhead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.chinese.sentences import split_sentences
from rag.types import Article, Paragraph, Passage, Span

# 本报讯(记者 王芳)…: who reported says nothing about the matter, and it is the same in every item.
_DATELINE = re.compile(
    r"\s*(?:本报|本台|[一-鿿]{2,6}社)[^\s，。（()）]{0,10}[讯电]\s*(?:[（(][^（()）]{0,60}[)）])?\s*"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage that has no number yet: `text == article.text[start:end]`."""

    text: str
    start: int
    end: int
    subhead: str = ""


def split_article(article: Article, passage_chars: int) -> list[Draft]:
    """Return the passages of an article in reading order, each about `passage_chars` long.

    A sentence that is longer stands alone. An article without text has no passages.
    """
    drafts: list[Draft] = []
    for subhead, block in groupby(_paragraphs(article), key=lambda paragraph: paragraph.subhead):
        drafts += [
            Draft(article.text[span.start : span.end], span.start, span.end, subhead)
            for span in _pack(list(block), passage_chars)
        ]
    return drafts


def embedding_text(article: Article, passage: Passage | Draft, headline_context: bool) -> str:
    """Return what is embedded for a passage: headline and subhead (if wanted), then its text."""
    body = _DATELINE.sub("", passage.text, count=1) if _starts_article(article, passage) else ""
    parts = [article.headline, passage.subhead] if headline_context else []
    return "\n".join(part for part in (*parts, body or passage.text) if part)


def heading(article: Article, subhead: str = "") -> str:
    """Return what stands over a passage: kicker, headline, subhead and byline, one a line."""
    return "\n".join((article.kicker, article.headline, subhead, *article.byline))


def _starts_article(article: Article, passage: Passage | Draft) -> bool:
    match = _DATELINE.match(passage.text)
    return match is not None and not article.text[: passage.start].strip()


def _paragraphs(article: Article) -> tuple[Paragraph, ...]:
    if article.paragraphs:
        return article.paragraphs
    return tuple(
        Paragraph(match.group(), match.start(), match.end())
        for match in re.finditer(r"[^\n]+", article.text)
    )


def _pack(paragraphs: list[Paragraph], target: int) -> Iterator[Span]:
    """Join short paragraphs and cut long ones."""
    current: Span | None = None
    for paragraph in paragraphs:
        sentences = [
            Span(paragraph.start + span.start, paragraph.start + span.end)
            for span in split_sentences(paragraph.text)
        ]
        if not sentences:
            continue
        whole = Span(sentences[0].start, sentences[-1].end)
        if current and whole.end - current.start <= target:
            current = Span(current.start, whole.end)
            continue
        if current:
            yield current
        *full, current = _balanced(sentences, target)
        yield from full
    if current:
        yield current


def _balanced(sentences: list[Span], target: int) -> list[Span]:
    """Cut one paragraph into as few parts as fit the target, all of like length.

    Filling each part to the brim would leave a stump of a few words at the end.
    """
    length = sentences[-1].end - sentences[0].start
    goal = length / math.ceil(length / target)
    parts: list[Span] = []
    start = sentences[0].start
    for here, following in pairwise(sentences):
        with_next = following.end - start
        if with_next > target or abs(with_next - goal) > abs(here.end - start - goal):
            parts.append(Span(start, here.end))
            start = following.start
    parts.append(Span(start, sentences[-1].end))
    return parts
