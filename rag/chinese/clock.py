"""Times of day in Chinese text: 8:30, 8点半, 上午8时30分, 9时至17时, and the parts of a day.

A time is in minutes after midnight, two of them where it may be of either half of the day (a bare
8点). Durations (8小时, 30分钟) are no times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rag.chinese.normalise import level
from rag.chinese.numbers import parse_number

_HALF_DAY, _DAY = 12, 24
# Words for a part of the day, from and to which hour it lasts; those after midnight go on from 24.
_PARTS: tuple[tuple[str, int, int], ...] = (
    ("凌晨", 0, 6),
    (r"清晨|清早|早晨|早上|早间|[今昨明]早|(?<=[日号天])早(?![已就在])|早(?=\d)", 4, 10),
    ("上午", 6, 12),
    ("中午|正午|午间", 11, 14),
    ("下午|午后", 13, 18),
    ("傍晚|黄昏", 16, 20),
    (
        r"晚上|晚间|夜晚|[今昨明当每前]晚|(?<=[日号天一二三四五六])晚(?![点于报会育婚年])|晚(?=\d)",
        *(17, 24),
    ),
    ("夜里|夜间|深夜|半夜|午夜|[当昨今]夜", 18, 30),
    ("白天|日间", 6, 18),
)
# Words whose parts have fewer hours in common are not used for one another.
_COMMON_HOURS = 2
_PART = "|".join(words for words, _, _ in _PARTS)
# The same for a word by itself, without what has to stand around it.
_WORDS = [(re.compile(re.sub(r"\(\?[^)]*\)", "", words)), a, b) for words, a, b in _PARTS]
_HOUR = r"(?:2[0-4]|[01]?\d|二十[一二三四]?|十[一二三四五六七八九]?|[零两一二三四五六七八九])"
_SPELLED = "[零〇一二三四五六七八九十]"
_TO = r"\s*(?:[-—–~～]{1,2}|至|到)\s*(?:次日|翌日|第二天|当[天日])?\s*"
# 涨了3点, 百分之三点零五, 3点建议 and 21:15获胜 tell no time.
_ALONE = r"(?<![\d.:/零〇一二三四五六七八九十第涨跌升降])(?<![涨跌]了)(?<!分之)"
_COUNTED = "要求|意见|建议|希望|体会|启示|原因|理由|看法|共识|说明|内容|措施|不同"
_SCORED = r"\s*的?(?:比分|[力险获完]?[胜负平]|战[胜平]|击败|领先|落后|逆转|大胜)"
_TIME = re.compile(
    rf"(?P<part>{_PART})?\s*{_ALONE}(?P<hour>{_HOUR})\s*"
    rf"(?::(?P<digits>[0-5]\d)(?![\d:.]|{_SCORED})"
    rf"|[点时](?!{_COUNTED}|[代段期速差间候])"
    rf"(?:(?P<half>半)|(?P<quarters>[一三])刻"
    rf"|(?P<minute>[0-5]?\d|{_SPELLED}{{1,3}})分(?![之钟])"
    rf"|(?P<bare>[0-5]\d(?![\d%])|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?))?(?:钟|整)?)"
    # 9—17时: the first hour borrows the word of the second.
    rf"|(?P<of>{_PART})?{_ALONE}(?P<head>{_HOUR})(?={_TO}(?:{_PART})?{_HOUR}[点时])"
)
_MARK = re.compile(r"[\d一二两三四五六七八九十]\s*[:点时]")
_RANGE = re.compile(_TO)
# 三点 may be three points: a numeral with 点 alone is a time where what follows shows it.
_SHOWS_TIME = re.compile(rf"[许前后起]|左右|开始|开[门放馆会]|结束|准时|{_TO}{_HOUR}[点时]")


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time of day, or a span of two: `text == original[start:end]`, 上午 and the like included.

    Each of `times` holds the minutes after midnight that may be meant.
    """

    start: int
    end: int
    text: str
    times: tuple[frozenset[int], ...]


@lru_cache(maxsize=4096)
def find_times(text: str) -> tuple[TimeMention, ...]:
    """Return the times of day of `text` in order; a span (9时至17时) is one mention."""
    levelled = level(text)
    if not _MARK.search(levelled):
        return ()
    groups: list[list[re.Match[str]]] = []
    for match in _single_times(levelled):
        last = groups[-1] if groups else []
        if len(last) == 1 and _RANGE.fullmatch(levelled, last[0].end(), match.start()):
            last.append(match)
        else:
            groups.append([match])
    return tuple(
        TimeMention(start, end, text[start:end], _times(group))
        for group in groups
        for start, end in [(group[0].start(), group[-1].end())]
    )


def same_time(wanted: TimeMention, text: str) -> bool:
    """Return whether a text names a time, or both times of a span in their order."""
    there = [time for mention in find_times(text) for time in mention.times]
    for time in wanted.times:
        place = next((place for place, one in enumerate(there) if one & time), None)
        if place is None:
            return False
        there = there[place + 1 :]
    return True


def other_parts_of_day(text: str, source: str) -> list[str]:
    """Return the words of `text` for a part of the day, where `source` names other parts alone.

    Times count for the part that they are of; a part that goes with a time of `text` is its own.
    """
    levelled = level(text)
    taken = [(time.start, time.end) for time in find_times(text)]
    words = [
        match
        for match in re.finditer(_PART, levelled)
        if not any(start <= match.start() < end for start, end in taken)
    ]
    printed = [_hours(match[0]) for match in re.finditer(_PART, level(source))]
    times = [mention.times for mention in find_times(source)]
    if not printed and not times:
        return []
    return [
        match[0]
        for match in words
        if not any(_common(_hours(match[0]), hours) >= _COMMON_HOURS for hours in printed)
        and not any(_lies_in(_hours(match[0]), span) for span in times)
    ]


def _single_times(text: str) -> Iterator[re.Match[str]]:
    for match in _TIME.finditer(text):
        hour = match["hour"]
        said = match["part"] or match["half"] or match["quarters"] or match["minute"]
        said = said or match["bare"]
        # 一时 and 三点 may be a moment and three points.
        shown = said or match[0][-1] in "钟整" or _SHOWS_TIME.match(text, match.end())
        if match["head"] or hour.isdigit() or shown:
            yield match


def _times(group: Sequence[re.Match[str]]) -> tuple[frozenset[int], ...]:
    """The minutes of one or two times: the second may leave 上午, or that it is of 24 hours."""
    hours = [_number(match["hour"] or match["head"]) for match in group]
    # 08:30, and 8:30 in 8:30—17:30, is of the morning.
    written = [match["hour"] or match["head"] for match in group]
    of_24 = any(hour > _HALF_DAY for hour in hours) or any(one[0] in "0零" for one in written)
    found: list[frozenset[int]] = []
    part = ""
    for match, hour in zip(group, hours, strict=True):
        own = match["part"] or match["of"] or ""
        minute = _minute(match)
        times = _resolved(hour, minute, own, of_24=of_24)
        if not own and part:
            inherited = _resolved(hour, minute, part, of_24=of_24)
            times = inherited if min(inherited) > max(found[-1]) else times
        found.append(times)
        part = own
    return tuple(found)


def _resolved(hour: int, minute: int, part: str, *, of_24: bool) -> frozenset[int]:
    if hour > _HALF_DAY or (of_24 and not part):
        hours = {hour}
    elif part:
        first, last = _hours(part)
        # 晚上1点 lies after the evening, and nearer to it than 13点.
        either = range(hour % _HALF_DAY, 3 * _HALF_DAY, _HALF_DAY)
        hours = {min(either, key=lambda one: max(first - one, one - last, 0))}
    else:
        hours = {hour, hour + _HALF_DAY}
    return frozenset(60 * (one % _DAY) + minute for one in hours)


def _minute(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarters"]:
        return 15 * _number(match["quarters"])
    return _number(match["digits"] or match["minute"] or match["bare"] or "0")


def _number(text: str) -> int:
    value = parse_number(text.lstrip("零〇") or "0")
    return 0 if value is None else int(value)


def _hours(part: str) -> tuple[int, int]:
    """From and to which hour a part of the day lasts."""
    return next((first, last) for word, first, last in _WORDS if word.fullmatch(part))


def _common(first: tuple[int, int], second: tuple[int, int]) -> int:
    """How many hours two parts of the day have in common."""
    return max(
        min(first[1], second[1] + shift) - max(first[0], second[0] + shift)
        for shift in (-_DAY, 0, _DAY)
    )


def _lies_in(hours: tuple[int, int], times: tuple[frozenset[int], ...]) -> bool:
    """Whether a time, or one between two times, is in a part of the day."""
    first, last = (60 * hour for hour in hours)
    # A time by itself lasts for its minute.
    alone = [(time, time + 1) for time in times[0]]
    spans = product(*times) if len(times) > 1 else alone
    return any(
        start + shift < last and start + shift + (end - start) % (60 * _DAY) > first
        for start, end in spans
        for shift in (-60 * _DAY, 0, 60 * _DAY)
    )
