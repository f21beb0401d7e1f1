"""Which short lines of a page are headlines, and what the lines of one heading are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.chinese.normalise import fold
from rag.chinese.words import bigrams
from rag.corpus.blocks import Block
from rag.corpus.bylines import ending_names, is_lead
from rag.corpus.kinds import Kind

_PUNCTUATION = re.compile(r"[\W_]+")
_LONG_SUBHEAD = 18
"""Characters from which a lone line is a headline rather than a subhead."""
_SHORT_PARTS = 12
_ENOUGH = 60
"""Distinct bigrams that two texts need before their wording is compared."""
_OTHER_STORY = 0.06
_OTHER_HEADING = 0.15
_ABBREVIATED = 0.6
"""Share of a headline that its abbreviation keeps."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The lines that stand over an article: `extra` lines belong to none."""

    headline: Block
    kicker: tuple[Block, ...] = ()
    extra: tuple[Block, ...] = ()


def key(text: str) -> str:
    """Return what makes two printings of one headline equal: no punctuation, no spaces."""
    return _PUNCTUATION.sub("", fold(text))


def same_headline(one: str, other: str) -> bool:
    """Return whether two lines are one headline, the shorter perhaps abbreviated."""
    first, second = sorted((key(one), key(other)), key=len)
    abbreviated = len(first) >= 6 and len(first) >= _ABBREVIATED * len(second)
    return bool(first) and (first == second or (abbreviated and first in second))


def read_heading(lines: Sequence[Block]) -> Heading:
    """Return the heading in a run of short lines and subtitles, of which none may be left over.

    Two lines are kicker and headline, three are kicker, headline and subtitle. A line behind ——
    is a subtitle. A line that a later one repeats is a teaser; what stands before three lines is
    not of this article.
    """
    kept: list[Block] = []
    extra: list[Block] = []
    for index, line in enumerate(lines):
        repeated = any(key(line.text) == key(later.text) for later in lines[index + 1 :])
        (extra if repeated else kept).append(line)
    subtitles = [line for line in kept if line.kind is Kind.SUBTITLE]
    titles = [line for line in kept if line.kind is not Kind.SUBTITLE]
    if not titles:
        return Heading(subtitles[0], tuple(subtitles[1:]), tuple(extra))
    if len(titles) > 3:
        extra += titles[:-2]
        titles = titles[-2:]
    if len(titles) == 3:
        headline, others = titles[1], [titles[0], titles[2]]
    else:
        headline, others = titles[-1], titles[:-1]
    if subtitles and len(titles) > 1:
        # The line over the subtitle is the headline it belongs to.
        above = [line for line in titles if line.line < subtitles[0].line]
        headline = above[-1] if above else titles[-1]
        others = [line for line in titles if line is not headline]
    kicker = sorted([*others, *subtitles], key=lambda line: line.line)
    return Heading(headline, tuple(kicker), tuple(extra))


def opens_article(run: Sequence[Block], following: Sequence[Block], *, signed: bool) -> bool:
    """Return whether a run of short lines is a heading and not a subhead or a cut rest.

    `following` are the blocks after the run; `signed` says that the text before it ended with its
    reporters' names.
    """
    if signed or any(block.boundary for block in run):
        return True
    if any(block.kind is Kind.SUBTITLE for block in run):
        return True
    if following:
        after = following[0]
        if after.kind in (Kind.BYLINE, Kind.META):
            return True
        if after.kind is Kind.BODY and is_lead(after.text):
            return True
        if len(run) == 1 and after.kind is Kind.NUMBERED:
            return len(run[0].text) >= _LONG_SUBHEAD
    return len(run) > 1 or looks_like_headline(run[0].text)


def looks_like_headline(text: str) -> bool:
    """Return whether a lone line is too long, or too much of a headline, for a subhead."""
    length = len(key(text))
    return length >= _LONG_SUBHEAD or (" " in text and length >= _SHORT_PARTS)


def changes_subject(before: str, heading: str, after: str) -> bool:
    """Return whether `heading` opens another story: its text shares hardly a word with `before`.

    Shared character bigrams over the smaller set: halves of one news item share .15 (median; .09
    at the lowest tenth), two items of one broadcast .05 (.09 at the highest fifth).
    """
    old, new = set(bigrams(before)), set(bigrams(after))
    if min(len(old), len(new)) < _ENOUGH:
        return False
    title = set(bigrams(heading))
    return len(old & new) < _OTHER_STORY * min(len(old), len(new)) and len(
        old & title
    ) <= _OTHER_HEADING * len(title)


def is_signed_stretch(blocks: Sequence[Block]) -> bool:
    """Return whether the text up to the next short line ends with its reporters' names."""
    last = ""
    for block in blocks:
        if block.kind not in (Kind.BODY, Kind.CAPTION):
            break
        last = block.text
    return bool(last) and bool(ending_names(last))
