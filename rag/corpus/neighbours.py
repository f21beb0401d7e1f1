"""What a line of a page is where its own wording leaves that open: its neighbours tell."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.chinese.normalise import level
from rag.corpus.blocks import Block
from rag.corpus.bylines import is_lead, is_person
from rag.corpus.drafts import Draft, Role
from rag.corpus.headlines import changes_subject, may_be_subhead, same_headline
from rag.corpus.kinds import (
    LONGEST_HEADLINE,
    SHORT_LENGTH,
    Kind,
    cuts_quotation,
    is_finished,
    is_numbered_alike,
    opens_note,
    reads_as_text,
    starts_inside,
)

_SCRAP = 6
"""Characters up to which a finished line is the rest of a cut one."""
_HALF = 20
"""Characters of each half of a headline in two lines."""
_SIGNERS = 2
"""Names on lines of their own up to which they sign a text; more are a list."""
_PAUSES = tuple("，,、；;：:")
_ASKS = re.compile("[!?][”’」』]?$")


def is_news(run: Sequence[Block], following: Sequence[Block]) -> bool:
    """Return whether news opens after a run of short lines."""
    if any(line.kind is Kind.SUBTITLE for line in run):
        return True
    return bool(following) and (
        following[0].kind in (Kind.BYLINE, Kind.META)
        or (following[0].kind is Kind.BODY and _opens_news(following[0].text))
    )


def _opens_news(text: str) -> bool:
    return is_lead(text) or opens_note(text)


def is_long_headline(draft: Draft | None, block: Block, following: Sequence[Block]) -> bool:
    """Return whether a line as long as running text, or ending as such, is a headline."""
    text = block.text
    if draft is not None and draft.is_open:
        return False
    news = is_news([block], following[:1])
    if news and len(text) <= SHORT_LENGTH and _ASKS.search(level(text)):
        return True
    return (
        len(text) <= LONGEST_HEADLINE
        and not (is_finished(text) or is_lead(text) or text.endswith(_PAUSES))
        and (news or (block.boundary and not reads_as_text(text)))
    )


def is_headline_in_two(draft: Draft | None, blocks: Sequence[Block]) -> bool:
    """Return whether a headline that is one sentence was broken behind its comma or colon."""
    if len(blocks) < 3 or (draft is not None and draft.is_open):
        return False
    first, rest, *following = blocks
    return (
        first.text.endswith(tuple("，,：:"))
        and len(first.text) <= _HALF
        and rest.kind is Kind.SHORT
        and not rest.gap
        and len(rest.text) <= _HALF
        and is_news([rest], following)
    )


def is_cut(draft: Draft, run: Sequence[Block], following: Sequence[Block]) -> bool:
    """Return whether a short line is running text that a column or a line break cut."""
    text = run[0].text
    if not draft.last_paragraph:
        return False
    if starts_inside(text):
        return True
    if len(run) > 1 or not following or run[0].boundary or following[0].kind is not Kind.BODY:
        return False
    rest = following[0].text
    return starts_inside(rest) or (
        cuts_quotation(text) and not is_lead(rest) and not cuts_quotation(text + rest)
    )


def heading_lines(draft: Draft, run: Sequence[Block], following: Sequence[Block]) -> int:
    """Return how many lines of `run` may be one heading; 0 when the first is text of `draft`.

    A column break leaves text that it cut beside a running headline or a subhead.
    """
    if not draft.has_text or is_news(run, following):
        return len(run)
    if is_numbered_alike(run[0].text, draft.last_line):
        return len(run)
    for at, line in enumerate(run[1:], 1):
        if repeats_heading(draft, line.text):
            cut = draft.is_open or not may_be_subhead(run[0].text)
            return 0 if at == 1 and cut else at
    return len(run) - 1 if is_cut_short(run[-1], following) else len(run)


def repeats_heading(draft: Draft, text: str) -> bool:
    """Return whether a line prints headline or kicker of an article again over its text."""
    over = filter(None, (draft.headline, draft.kicker))
    return draft.has_text and any(same_headline(line, text) for line in over)


def is_numbered_subhead(draft: Draft, block: Block, following: Sequence[Block]) -> bool:
    """Return whether a short line behind a number stands over text, and is no entry of a list."""
    before = [part.text for part in draft.parts[-1:] if part.role is not Role.SUBHEAD]
    beside = [*before, *(later.text for later in following[:1])]
    entry = any(is_numbered_alike(block.text, text) for text in beside)
    return bool(following) and following[0].kind is Kind.BODY and not entry


def is_cut_short(line: Block, following: Sequence[Block]) -> bool:
    """Return whether a line in a run of short ones is text whose rest stands right under it.

    It reads as text, or the rest is too little to be a paragraph of its own: `正。`, `92%。`
    """
    if not following or following[0].boundary or following[0].kind is not Kind.BODY:
        return False
    rest = following[0].text
    scrap = len(rest) <= _SCRAP and is_finished(rest) and not cuts_quotation(line.text)
    return not is_lead(rest) and (reads_as_text(line.text) or (scrap and "。" in rest))


def is_signature(draft: Draft, run: Sequence[Block], following: Sequence[Block]) -> bool:
    """Return whether a short line is the name of the author under the text of `draft`."""
    if run[0].boundary or not draft.has_text or draft.is_open or not is_person(run[0].text):
        return False
    if len(run) > _SIGNERS and all(is_person(line.text) for line in run[: _SIGNERS + 1]):
        return False
    return len(run) > 1 or not following or following[0].kind is not Kind.BODY


def is_other_story(draft: Draft | None, block: Block, following: Sequence[Block]) -> bool:
    """Return whether the text under a short line is not of the article before it."""
    before = draft.ending if draft else ""
    after = itertools.takewhile(lambda later: later.kind is Kind.BODY, following)
    return changes_subject(before, block.text, "\n".join(later.text for later in after))
