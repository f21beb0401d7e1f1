"""Which short lines of a page are headlines, and what the lines of one heading are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.chinese.normalise import fold, level
from rag.chinese.words import bigrams
from rag.corpus.blocks import Block
from rag.corpus.bylines import ending_names, is_lead, is_person, parse_names
from rag.corpus.kinds import Kind, opens_note, starts_inside

_PUNCTUATION = re.compile(r"[\W_]+")
_LONG_SUBHEAD = 18
"""Characters from which a lone line is a headline rather than a subhead."""
_SHORT_PARTS = 12
_LEAST_EVENT = 10
_EVENT = re.compile(
    r"(?:召开|举行|启动|发布|印发|开幕|闭幕|落幕|开工|动工|竣工|通车|播出|揭晓|签约|揭牌|挂牌|启用|投用|投产"
    r"|发行|上线|成立|开馆|开赛|获奖|获批|出台|实施|公布)$|^[^\W\d_]{2,5}(?:出席|会见|主持召开|主持会议)"
    r"|^[我全][省市县区镇乡州].*(?:荣获|喜获|获评|入选|上榜|获得|摘得|新增|举办|开展|召开|启动)"
)
"""Headlines say what happened, subheads what it is about."""
_ENOUGH = 60
"""Distinct bigrams that two texts need before their wording is compared."""
_OTHER_STORY = 0.06
_OTHER_HEADING = 0.15
LEAST_SHARED = 6
"""Characters that an abbreviated headline has at least."""
_CLEARLY = 0.25
"""How much more of its wording the news repeats when not the usual line is the headline."""
_LEAST_PAIRS = 4
_LABEL = 4
"""Characters up to which a line over the headline names a place or a column: ■东湖镇."""
_LEAD_IN = re.compile("^.{0,20}?[讯訊电電]")
_LEAD_LENGTH = 200
_COMPARED = 1500
"""Characters next to a heading whose wording is compared."""
_FIGURES = re.compile(r"\d")
_ATTENDED = re.compile(
    "^.{2,24}(?:参加|出席|讲话|主持|主持会议|致辞|致词|陪同|列席|作报告|见证|宣布开[工幕])$"
)
"""Who took part: what stands under a headline, not the headline."""
_OFFICE = re.compile(
    r"(?:公司|局|委|委员会|办|办公室|中心|政府|协会|[学法医]院|检察院|学校|中学|小学|大学|大队|支队|所|街道|社区"
    r"|厂|行|集团|报社)$"
)
_COMMENT = re.compile("^(?:短评|时评|快评|微评|评论)[:：]")
_ABBREVIATED = 0.6
"""Share of a headline that its abbreviation keeps."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The lines that stand over an article: `extra` lines belong to none."""

    headline: Block
    kicker: tuple[Block, ...] = ()
    extra: tuple[Block, ...] = ()
    author: Block | None = None


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return what makes two printings of one headline equal: no punctuation, no spaces."""
    return _PUNCTUATION.sub("", fold(text))


def same_headline(one: str, other: str) -> bool:
    """Return whether two lines are one headline, the shorter perhaps abbreviated."""
    first, second = sorted((key(one), key(other)), key=len)
    abbreviated = len(first) >= LEAST_SHARED and len(first) >= _ABBREVIATED * len(second)
    return bool(first) and (first == second or (abbreviated and first in second))


def heading_end(blocks: Sequence[Block], at: int) -> int:
    """Return the index after the run of short lines at `at`, which may be one heading.

    A line ending in ； belongs to it when another line and then news follow.
    """
    end = at + 1
    while end < len(blocks):
        block = blocks[end]
        if (block.boundary and block.gap > blocks[at].gap) or starts_inside(block.text):
            break
        if block.kind not in (Kind.SHORT, Kind.SUBTITLE) and not (
            _is_deck(block)
            and end + 2 < len(blocks)
            and blocks[end + 1].kind is Kind.SHORT
            and blocks[end + 2].kind is Kind.BYLINE
        ):
            break
        end += 1
    return end


def read_heading(
    lines: Sequence[Block], following: Sequence[Block] = (), *, typeset: bool = False
) -> Heading:
    """Return the heading in a run of short lines and subtitles, of which none may be left over.

    Two lines are kicker and headline, three are kicker, headline and subtitle, unless the news
    after them (`following`) clearly takes up another line, or figures mark the second line as the
    subtitle of the first. A line behind —— is a subtitle. A line that a later one repeats is a
    teaser; what stands before three lines is not of this article; a name at the end is the
    author's. Where the lines were placed by their type (`typeset`), wording counts for nothing.
    """
    author = None
    if len(lines) > 1 and following and is_person(lines[-1].text):
        author, lines = lines[-1], lines[:-1]
    # The place of a headline's last printing, so that no line is compared with all others.
    last = {key(line.text): at for at, line in enumerate(lines)}
    kept: list[Block] = []
    extra: list[Block] = []
    for at, line in enumerate(lines):
        (extra if last[key(line.text)] > at else kept).append(line)
    deck = next((at for at, line in enumerate(kept) if at and _is_deck(line)), len(kept))
    subtitles: list[Block] = []
    titles: list[Block] = []
    for at, line in enumerate(kept):
        (subtitles if line.kind is Kind.SUBTITLE or at >= deck else titles).append(line)
    if not titles:
        return Heading(subtitles[0], tuple(subtitles[1:]), tuple(extra), author)
    if len(titles) > 3:
        extra += titles[:-2]
        titles = titles[-2:]
    news = next((block.text[:_LEAD_LENGTH] for block in following if block.kind is Kind.BODY), "")
    above = [line for line in titles if not subtitles or line.line < subtitles[0].line]
    headline = _choose(above or titles, "" if typeset else news)
    kicker = sorted(
        [*(line for line in titles if line is not headline), *subtitles],
        key=lambda line: line.line,
    )
    return Heading(headline, tuple(kicker), tuple(extra), author)


def author_names(heading: Heading) -> tuple[str, ...]:
    """Return the name that stands as the last line of a heading."""
    return parse_names(heading.author.text) if heading.author else ()


def _is_deck(block: Block) -> bool:
    return block.text[-1:] in (";", "；")


def _choose(titles: Sequence[Block], news: str) -> Block:
    """The headline among at most three lines."""
    usual = titles[1] if len(titles) > 1 else titles[0]
    if len(titles) == 1 or not news:
        return usual
    named = [line for line in titles if not _ATTENDED.match(level(line.text))]
    if named and len(named) < len(titles):
        if len(named) == 1:
            return named[0]
        return _choose(named, news)
    told = set(bigrams(_LEAD_IN.sub("", news) if is_lead(news) else news))
    shares = [_share(line.text, told) for line in titles]
    best = max(range(len(titles)), key=lambda at: shares[at])
    if shares[best] >= shares[1] + _CLEARLY:
        return titles[best]
    figures = bool(_FIGURES.search(usual.text)) and not _FIGURES.search(titles[0].text)
    if len(titles) == 2 and figures and shares[1] < shares[0] + _CLEARLY:
        return titles[0]
    return usual


def _share(line: str, told: set[str]) -> float:
    """The share of the wording of `line` that the news repeats; a label of one word has none."""
    if len(key(line)) <= _LABEL:
        return 0.0
    pairs = set(bigrams(line))
    return len(pairs & told) / max(len(pairs), _LEAST_PAIRS)


def notice_lines(following: Sequence[Block]) -> Sequence[Block]:
    """Return the lines under the title of a notice that are its own.

    No blank line parts them, or the dump has such lines between all paragraphs: then text, the
    office that signs, and the day are its own.
    """
    kinds = (Kind.SHORT, Kind.NUMBERED, Kind.BODY, Kind.META)
    pitch = following[0].gap if following else 0
    end = 0
    while end < len(following):
        block = following[end]
        if block.boundary or block.kind not in kinds or is_lead(block.text):
            break
        if block.gap and not (block.gap <= pitch and _is_of_notice(following, end)):
            break
        end += 1
    if end < len(following) and not (following[end].gap or following[end].boundary):
        # Nothing parts the notice from what follows: the next short line is a headline again.
        texts = [at for at in range(end) if following[at].kind is Kind.BODY]
        first = texts[0] if texts else 0
        end = next((at for at in range(first, end) if following[at].kind is Kind.SHORT), end)
    return following[:end]


def _is_of_notice(following: Sequence[Block], at: int) -> bool:
    """Whether a line apart from the one before is of a notice: text, the office, or the day."""
    kinds = [block.kind for block in following[:at]]
    if following[at].kind is Kind.META:
        return Kind.BODY in kinds
    if following[at].kind is Kind.SHORT:
        after = following[at + 1].kind if at + 1 < len(following) else Kind.META
        signed = bool(_OFFICE.search(following[at].text)) and after not in (Kind.BODY, Kind.BYLINE)
        return Kind.BODY in kinds and signed
    return Kind.SHORT not in kinds and Kind.META not in kinds


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
        if after.kind is Kind.BODY and (is_lead(after.text) or opens_note(after.text)):
            return True
        if len(run) == 1 and after.kind is Kind.NUMBERED:
            return len(run[0].text) >= _LONG_SUBHEAD
    return len(run) > 1 or looks_like_headline(run[0].text)


def looks_like_headline(text: str) -> bool:
    """Return whether a lone line is too long, or too much of a headline, for a subhead."""
    length = len(key(text))
    if _COMMENT.match(text):
        return True
    if length >= _LEAST_EVENT and _EVENT.search(text):
        return True
    return length >= _LONG_SUBHEAD or (" " in text and length >= _SHORT_PARTS)


def may_be_subhead(text: str) -> bool:
    """Return whether a lone line is as short as a subhead."""
    return len(key(text)) < _LONG_SUBHEAD


def changes_subject(before: str, heading: str, after: str) -> bool:
    """Return whether `heading` opens another story: its text shares hardly a word with `before`.

    Shared character bigrams over the smaller set: halves of one news item share .15 (median; .09
    at the lowest tenth), two items of one broadcast .05 (.09 at the highest fifth).
    """
    new = set(bigrams(after[:_COMPARED]))
    if len(new) < _ENOUGH:
        return False
    old = set(bigrams(before[-_COMPARED:]))
    if len(old) < _ENOUGH:
        return False
    title = set(bigrams(heading))
    return len(old & new) < _OTHER_STORY * min(len(old), len(new)) and len(
        old & title
    ) <= _OTHER_HEADING * len(title)


def is_signed_stretch(blocks: Sequence[Block]) -> bool:
    """Return whether the text up to the next short line ends with its reporters' names."""
    last = ""
    for block in blocks:
        if block.kind is Kind.BYLINE and last and block.text[0] in "(（[【":
            return True
        if block.kind not in (Kind.BODY, Kind.CAPTION):
            break
        last = block.text
    return bool(last) and bool(ending_names(last))
