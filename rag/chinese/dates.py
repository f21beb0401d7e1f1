"""Dates in Chinese text as calendar days: 12月16日, 13日—15日, 今年4月, 昨日, 上周五, 90年代.

A date without a year is the occurrence nearest to the base day that is not far in its future;
a day without a month takes the month named before it in the same line. Vague words (近日, 日前)
are no dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.chinese.normalise import level
from rag.chinese.numbers import parse_number

FUTURE_DAYS = 92
"""How far in the future a month and day without a year may lie."""
NEAR_FUTURE_DAYS = 10
"""How far in the future a day without a month may lie."""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date named in a text: `text == original[start:end]`, from `first` to `last` inclusive.

    `yearless` is true where month and day, or a month, are named and the year was concluded.
    """

    start: int
    end: int
    text: str
    first: date
    last: date
    yearless: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """What a date may leave unsaid: the base day, and the date named before it in its line."""

    base: date
    before: DateMention | None
    before_has_year: bool


_Days = tuple[date, date] | None
_Resolver = Callable[[re.Match[str], _Context], _Days]

_YEAR_WORDS = {"今年": 0, "本年": 0, "去年": -1, "明年": 1, "前年": -2, "后年": 2}
_DAY_WORDS = {"今": 0, "昨": -1, "前": -2, "明": 1, "后": 2, "大前": -3, "大后": 3}
_WEEKDAYS = {character: index for index, character in enumerate("一二三四五六日")}
_WEEKDAYS |= {str(number): number - 1 for number in range(1, 8)} | {"天": 6}
_WEEK_WORDS = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}
_MONTH_WORDS = {"上": -1, "本": 0, "这": 0, "当": 0, "下": 1}
_PARTS_OF_MONTH = {"初": (1, 5), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_PARTS_OF_MONTH |= {"底": (25, 31), "末": (25, 31)}
_PARTS_OF_YEAR = {"初": (1, 1), "年初": (1, 1), "年中": (6, 7), "中": (6, 7)}
_PARTS_OF_YEAR |= dict.fromkeys(("底", "末", "年底", "年末", "岁末"), (12, 12))
_PARTS_OF_YEAR |= {"上半年": (1, 6), "下半年": (7, 12)}

_Y = r"(?<!\d)(?:19|20)\d\d(?!\d)|[一二][九〇零][〇零一二三四五六七八九]{2}"
_REL = "|".join(_YEAR_WORDS)
_YEAR = rf"(?:(?P<year>{_Y})\s*年|(?P<rel>{_REL}))\s*"
_M = r"(?<![\d.])(?:1[0-2]|0?[1-9])|十[一二]?|[一二三四五六七八九]"
_D = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_TO = r"\s*(?:[-—–~～]{1,2}|至|到)\s*"
_MONTH = rf"(?P<month>{_M})\s*月"
_COUNT = r"(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"


def find_dates(text: str, base: date) -> list[DateMention]:
    """Return the dates of `text` in order, resolved against `base` (the day it was printed)."""
    levelled = level(text)
    matches = _matches(levelled)
    mentions: list[DateMention] = []
    before: DateMention | None = None
    before_has_year = False
    resolved_by: _Resolver | None = None
    for match, resolve in matches:
        start, end = match.span()
        if before and "\n" in levelled[before.end : start]:
            before = None
        if before and re.search("[。！？!?]", levelled[before.end : start]):
            before_has_year = False
        try:
            days = resolve(match, _Context(base, before, before_has_year))
        except (ValueError, OverflowError):
            # 2月30日 and the like name no day.
            continue
        if days is None or days[0] > days[1]:
            continue
        yearless = resolve in (_full, _month) and _is_yearless(match)
        # After 2022年12月3日, the year of 16日 and 12月16日 in the same sentence is known.
        yearless = yearless and not (before and before_has_year)
        mention = DateMention(start, end, text[start:end], *days, yearless)
        if mentions and levelled[mentions[-1].end : start].strip() == "(":
            mentions[-1], mention = _as_one_day((mentions[-1], resolved_by), (mention, resolve))
        mentions.append(mention)
        resolved_by = resolve
        if resolve in (_full, _month, _iso):
            before_has_year = bool(_group(match, "year")) or (
                before_has_year and before is not None
            )
            before = mention
    return mentions


def _as_one_day(
    outer: tuple[DateMention, _Resolver | None], inner: tuple[DateMention, _Resolver | None]
) -> tuple[DateMention, DateMention]:
    """The two mentions of 今天（8月30日） or 8月30日（周日）: the date says which day is meant."""
    told = [mention for mention, resolve in (outer, inner) if resolve in (_full, _day, _iso)]
    spoken = [mention for mention, resolve in (outer, inner) if resolve in (_day_word, _week)]
    if len(told) != 1 or len(spoken) != 1:
        return outer[0], inner[0]
    (day,) = told
    first, second = (
        replace(mention, first=day.first, last=day.last, yearless=day.yearless)
        for mention in (outer[0], inner[0])
    )
    return first, second


def _matches(text: str) -> list[tuple[re.Match[str], _Resolver]]:
    """Matches that do not overlap, longer forms first, in order of place."""
    taken: list[tuple[re.Match[str], _Resolver]] = []
    used = bytearray(len(text))
    for pattern, resolve in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(used[start:end]):
                used[start:end] = b"\x01" * (end - start)
                taken.append((match, resolve))
    return sorted(taken, key=lambda item: item[0].start())


def _group(match: re.Match[str], name: str) -> str:
    return (match.groupdict().get(name) or "").strip()


def _is_yearless(match: re.Match[str]) -> bool:
    return not any(_group(match, name) for name in ("year", "rel", "month_word", "year2"))


def _number(text: str) -> int:
    if len(text) == 1 and text in "一二三四五六七八九":
        return "一二三四五六七八九".index(text) + 1
    if text == "两":
        return 2
    value = parse_number(text)
    if value is None:
        raise ValueError(text)
    return int(value)


def _year_of(match: re.Match[str], context: _Context) -> int | None:
    if year := _group(match, "year"):
        return _number(year)
    if rel := _group(match, "rel"):
        return context.base.year + _YEAR_WORDS[rel]
    return None


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _shift_month(day: date, months: int) -> date:
    """The first day of the month that lies `months` away from that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _nearest_year(month: int, day: int | None, context: _Context) -> int:
    """The year in which month and day lie nearest to the base and not far in its future."""
    if context.before and context.before_has_year:
        return context.before.last.year
    base = context.base
    best: tuple[int, int] | None = None
    for year in (base.year - 1, base.year, base.year + 1):
        try:
            first = date(year, month, day or 1)
        except ValueError:
            continue
        last = first if day else _end_of_month(year, month)
        ahead = (first - base).days
        distance = max(ahead, (base - last).days, 0)
        if ahead <= FUTURE_DAYS and (best is None or distance < best[0]):
            best = distance, year
    if best is None:
        raise ValueError(f"{month}-{day}")
    return best[1]


def _iso(match: re.Match[str], _: _Context) -> _Days:
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return day, day


def _full(match: re.Match[str], context: _Context) -> _Days:
    """12月16日, 今年12月16日, 12月13日—15日, 12月30日至2024年1月2日."""
    month_text, month_word = _group(match, "month"), _group(match, "month_word")
    day = _number(match["day"])
    year = _year_of(match, context)
    if month_word:
        start = _shift_month(context.base, _MONTH_WORDS[month_word])
        first = start.replace(day=day)
    else:
        month = _number(month_text)
        first = date(year or _nearest_year(month, day, context), month, day)
    if not _group(match, "day2"):
        return first, first
    month2 = _number(match["month2"]) if _group(match, "month2") else first.month
    year2 = _number(match["year2"]) if _group(match, "year2") else first.year
    last = date(year2, month2, _number(match["day2"]))
    if last < first and not _group(match, "year2"):
        last = last.replace(year=last.year + 1)
    return first, last


def _day(match: re.Match[str], context: _Context) -> _Days:
    """16日, 13—15日: in the month named before, else the nearest such day."""
    day = _number(match["day"])
    if context.before and context.before.first.month == context.before.last.month:
        first = context.before.last.replace(day=day)
    else:
        candidates = []
        for months in (-1, 0, 1):
            start = _shift_month(context.base, months)
            if day <= _end_of_month(start.year, start.month).day:
                candidates.append(start.replace(day=day))
        near = [day for day in candidates if (day - context.base).days <= NEAR_FUTURE_DAYS]
        first = min(near, key=lambda candidate: abs((candidate - context.base).days))
    last = first.replace(day=_number(match["day2"])) if _group(match, "day2") else first
    if last < first:
        last = _shift_month(first, 1).replace(day=_number(match["day2"]))
    return first, last


def _month(match: re.Match[str], context: _Context) -> _Days:
    """今年4月, 4月份, 3月至5月, 12月上旬."""
    month = _number(match["month"])
    year = _year_of(match, context) or _nearest_year(month, None, context)
    first, last = date(year, month, 1), _end_of_month(year, month)
    if part := _group(match, "part"):
        return _part_of_month(first, part)
    if month2 := _group(match, "month2"):
        number = _number(month2)
        last = _end_of_month(year + (number < month), number)
    return first, last


def _part_of_month(first: date, part: str) -> _Days:
    start, end = _PARTS_OF_MONTH[part]
    final = _end_of_month(first.year, first.month)
    return first.replace(day=start), first.replace(day=min(end, final.day))


def _month_word(match: re.Match[str], context: _Context) -> _Days:
    first = _shift_month(context.base, _MONTH_WORDS[match["month_word"]])
    if part := _group(match, "part"):
        return _part_of_month(first, part)
    return first, _end_of_month(first.year, first.month)


def _year(match: re.Match[str], context: _Context) -> _Days:
    year = _year_of(match, context)
    if year is None:
        return None
    last = _number(match["year2"]) if _group(match, "year2") else year
    return date(year, 1, 1), date(last, 12, 31)


def _decade(match: re.Match[str], context: _Context) -> _Days:
    """1950年代, 上世纪五十年代, 90年代: of the last century where none is named."""
    if year := _group(match, "year"):
        first = _number(year)
    else:
        before = {"本": 0, "上": 1}.get(match["century"] or "上")
        this = context.base.year // 100
        centuries = this - before if before is not None else _number(match["century"]) - 1
        first = 100 * centuries + _number(match["decade"])
    return date(first, 1, 1), date(first + 9, 12, 31)


def _part_of_year(match: re.Match[str], context: _Context) -> _Days:
    year = _year_of(match, context) or context.base.year
    first, last = _PARTS_OF_YEAR[match["part"]]
    return date(year, first, 1), _end_of_month(year, last)


def _quarter(match: re.Match[str], context: _Context) -> _Days:
    first = 3 * _number(match["quarter"]) - 2
    year = _year_of(match, context) or _nearest_year(first, None, context)
    return date(year, first, 1), _end_of_month(year, first + 2)


def _day_word(match: re.Match[str], context: _Context) -> _Days:
    day = context.base + timedelta(days=_DAY_WORDS[match["word"]])
    return day, day


def _week(match: re.Match[str], context: _Context) -> _Days:
    monday = context.base - timedelta(days=context.base.weekday())
    monday += timedelta(weeks=_WEEK_WORDS[_group(match, "week") or "本"])
    if weekday := _group(match, "weekday"):
        if weekday == "末":
            return monday + timedelta(days=5), monday + timedelta(days=6)
        day = monday + timedelta(days=_WEEKDAYS[weekday])
        return day, day
    return monday, monday + timedelta(days=6)


def _stretch(match: re.Match[str], context: _Context) -> _Days:
    """近三年, 过去3个月, 未来五天: the time up to the base day, or from it on."""
    base = context.base
    count = 0.5 if match["count"] == "半" else float(_number(match["count"]))
    ahead = match["way"] in ("未来", "今后", "接下来")
    there = _moved(base, count if ahead else -count, match["unit"])
    return (base, there) if ahead else (there, base)


def _ago(match: re.Match[str], context: _Context) -> _Days:
    """三天前 is a day, 两个月前 a month, 十年前 a year."""
    count = 0.5 if match["count"] == "半" else float(_number(match["count"]))
    unit = match["unit"]
    there = _moved(context.base, -count, unit)
    if unit == "年" and count >= 1:
        return date(there.year, 1, 1), date(there.year, 12, 31)
    if "月" in unit or unit == "年":
        return there.replace(day=1), _end_of_month(there.year, there.month)
    if unit in ("周", "星期", "个星期"):
        monday = there - timedelta(days=there.weekday())
        return monday, monday + timedelta(days=6)
    return there, there


def _moved(day: date, count: float, unit: str) -> date:
    if unit in ("天", "日"):
        return day + timedelta(days=count)
    if unit in ("周", "星期", "个星期"):
        return day + timedelta(weeks=count)
    months = count * 12 if unit == "年" else count
    first = _shift_month(day, int(months))
    return first.replace(day=min(day.day, _end_of_month(first.year, first.month).day))


_SPAN_UNIT = r"(?P<unit>个月|天|日|周|个?星期|年)"
_PATTERNS: tuple[tuple[re.Pattern[str], _Resolver], ...] = (
    (
        re.compile(
            r"(?<![\d.-])(?P<year>(?:19|20)\d\d)(?P<s>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=s)"
            r"(?P<day>[12]\d|3[01]|0?[1-9])(?![\d.])"
        ),
        _iso,
    ),
    (
        re.compile(
            r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
        ),
        _iso,
    ),
    (
        re.compile(
            rf"(?:{_YEAR})?(?:{_MONTH}|(?P<month_word>[上本这当下])个?月)\s*(?P<day>{_D})"
            rf"(?:\s*[日号])?{_TO}(?:(?P<year2>{_Y})\s*年\s*)?(?:(?P<month2>{_M})\s*月\s*)?"
            rf"(?P<day2>{_D})\s*[日号]"
        ),
        _full,
    ),
    (
        re.compile(
            rf"(?:{_YEAR})?(?:{_MONTH}|(?P<month_word>[上本这当下])个?月)\s*(?P<day>{_D})\s*[日号]"
        ),
        _full,
    ),
    (
        re.compile(rf"(?<![\d.月])(?P<day>{_D})\s*日?{_TO}(?P<day2>{_D})\s*日(?!元|均|内|游)"),
        _day,
    ),
    (
        re.compile(r"(?<![\d.月])(?P<day>3[01]|[12]\d|0?[1-9])\s*日(?!元|均|内|游|报(?!道)|后|前)"),
        _day,
    ),
    (
        re.compile(rf"(?P<year>{_Y})\s*年?\s*(?:度)?{_TO}(?P<year2>{_Y})\s*年(?:度)?"),
        _year,
    ),
    (
        re.compile(rf"(?:{_YEAR})?{_MONTH}?份?{_TO}(?P<month2>{_M})\s*月(?:份)?"),
        _month,
    ),
    (
        re.compile(
            rf"(?:{_YEAR})?{_MONTH}(?:(?P<part>[上中下]旬|[初底末])|份)?(?![^\W\d_]{{0,1}}球|饼)"
        ),
        _month,
    ),
    (
        re.compile(rf"(?:{_YEAR})?第?(?P<quarter>[一二三四1-4])季度"),
        _quarter,
    ),
    (
        re.compile(rf"(?:{_YEAR})(?P<part>上半年|下半年|年?[初底末中](?![央国心共小学期断端]))"),
        _part_of_year,
    ),
    (
        re.compile(
            r"(?<!\d)(?P<part>上半年|下半年|年初|年中|年底|年末|岁末)(?![央国心共小学断端])"
        ),
        _part_of_year,
    ),
    (
        re.compile(
            r"(?P<year>(?<!\d)(?:19|20)\d0|[一二][九〇零][一二三四五六七八九〇零][〇零])\s*年代"
            r"(?![表理替价码办言])"
        ),
        _decade,
    ),
    (
        re.compile(
            r"(?:(?P<century>上|本|1\d|2[01]|十[一二三四五六七八九]|二十一?)个?世纪)?(?<![\d.])"
            r"(?P<decade>[2-9]0|[二三四五六七八九]十)年代"
        ),
        _decade,
    ),
    (re.compile(rf"{_YEAR}(?:度)?"), _year),
    (
        re.compile(r"(?P<word>大前|大后|今|昨|前|明|后)(?:天|日(?!报|新|常|前|后|本|历))"),
        _day_word,
    ),
    (re.compile(r"(?P<word>今|昨|明|前)(?:晚|夜|早|晨)(?!报|会)"), _day_word),
    (
        re.compile(
            r"(?P<week>上上|下下|上|本|这|下)个?(?:周|星期|礼拜)"
            r"(?P<weekday>[一二三四五六日天末](?!年|个|期|次|届))?"
        ),
        _week,
    ),
    (
        re.compile(r"(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天](?!年|个|期|次|届|边))"),
        _week,
    ),
    (re.compile(r"(?P<month_word>[上本这下])个?月(?P<part>[上中下]旬|[初底末])?"), _month_word),
    (
        re.compile(
            rf"(?P<way>最近|近|过去|未来|今后|接下来)的?{_COUNT}"
            rf"{_SPAN_UNIT}"
        ),
        _stretch,
    ),
    (re.compile(rf"{_COUNT}{_SPAN_UNIT}(?:之)?前(?![^\W\d_]?后)"), _ago),
)
