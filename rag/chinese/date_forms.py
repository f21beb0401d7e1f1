"""The forms in which Chinese text names a date, and the days that each means."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from rag.chinese.numbers import SHORT_YEAR, parse_number, whole_year

FUTURE_DAYS = 92
"""How far in the future a month and day without a year may lie."""
NEAR_FUTURE_DAYS = 10
"""How far in the future a day without a month may lie."""

Days = tuple[date, date]
"""The first and the last day, inclusive."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a date may leave unsaid: the base day, and what was named before it in its line.

    `before` are the days named last with their month, `year` the year that was named last (同年).
    """

    base: date
    before: Days | None
    before_has_year: bool
    year: int | None = None


Resolver = Callable[[re.Match[str], Context], Days | None]
"""Returns the days of a match, None where it names none; ValueError where there is no such day."""

_YEAR_WORDS = {"今年": 0, "本年": 0, "去年": -1, "明年": 1, "前年": -2, "后年": 2}
_SAME_YEAR_WORDS = {"同年": 0, "当年": 0, "次年": 1, "翌年": 1}
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
_REL = "|".join((*_YEAR_WORDS, *_SAME_YEAR_WORDS))
_M = r"(?<![\d.])(?:1[0-2]|0?[1-9])|十[一二]?|[一二三四五六七八九]"
_D = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_YEAR = rf"(?:(?P<year>{_Y}|{SHORT_YEAR})\s*年|(?P<rel>{_REL}))\s*"
_TO = r"\s*(?:[-—–~～]{1,2}|至|到)\s*"
_AND_DAYS = rf"(?=(?:\s*[、,和及]\s*(?:{_D}))+\s*[日号](?!元|均|内|游))"
_MONTH = rf"(?P<month>{_M})\s*月"
_COUNT = r"(?P<count>\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"


def part_of(match: re.Match[str], name: str) -> str:
    """Return what a match has for a part (year, month2, …), "" where it has no such part."""
    return (match.groupdict().get(name) or "").strip()


def _number(text: str) -> int:
    if len(text) == 1 and text in "一二三四五六七八九":
        return "一二三四五六七八九".index(text) + 1
    if text == "两":
        return 2
    value = parse_number(text)
    if value is None:
        raise ValueError(text)
    return int(value)


def _year_of(match: re.Match[str], context: Context) -> int | None:
    if year := part_of(match, "year"):
        return whole_year(_number(year))
    rel = part_of(match, "rel")
    if rel in _YEAR_WORDS:
        return context.base.year + _YEAR_WORDS[rel]
    if not rel:
        return None
    named = context.year or (context.before[1].year if context.before else None)
    if named is None:
        raise ValueError(f"{rel} of no year")
    return named + _SAME_YEAR_WORDS[rel]


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _shift_month(day: date, months: int) -> date:
    """The first day of the month that lies `months` away from that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _nearest_year(month: int, day: int | None, context: Context) -> int:
    """The year in which month and day lie nearest to the base and not far in its future."""
    if context.before and context.before_has_year:
        return context.before[1].year
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


def _iso(match: re.Match[str], _: Context) -> Days | None:
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return day, day


def _full(match: re.Match[str], context: Context) -> Days | None:
    """12月16日, 今年12月16日, 12月13日—15日, 12月30日至2024年1月2日."""
    month_text, month_word = part_of(match, "month"), part_of(match, "month_word")
    day = _number(match["day"])
    year = _year_of(match, context)
    if month_word:
        start = _shift_month(context.base, _MONTH_WORDS[month_word])
        first = start.replace(day=day)
    else:
        month = _number(month_text)
        first = date(year or _nearest_year(month, day, context), month, day)
    if not part_of(match, "day2"):
        return first, first
    month2 = _number(match["month2"]) if part_of(match, "month2") else first.month
    year2 = _number(match["year2"]) if part_of(match, "year2") else first.year
    last = date(year2, month2, _number(match["day2"]))
    if last < first and not part_of(match, "year2"):
        last = last.replace(year=last.year + 1)
    return first, last


def _day(match: re.Match[str], context: Context) -> Days | None:
    """16日, 13—15日: in the month named before, else the nearest such day."""
    day = _number(match["day"])
    if context.before and context.before[0].month == context.before[1].month:
        first = context.before[1].replace(day=day)
    else:
        candidates = []
        for months in (-1, 0, 1):
            start = _shift_month(context.base, months)
            if day <= _end_of_month(start.year, start.month).day:
                candidates.append(start.replace(day=day))
        near = [day for day in candidates if (day - context.base).days <= NEAR_FUTURE_DAYS]
        first = min(near, key=lambda candidate: abs((candidate - context.base).days))
    last = first.replace(day=_number(match["day2"])) if part_of(match, "day2") else first
    if last < first:
        last = _shift_month(first, 1).replace(day=_number(match["day2"]))
    return first, last


def _month(match: re.Match[str], context: Context) -> Days | None:
    """今年4月, 4月份, 3月至5月, 12月上旬."""
    month = _number(match["month"])
    month2 = _number(part_of(match, "month2")) if part_of(match, "month2") else month
    # 1至11月 is printed when November is over.
    year = _year_of(match, context) or _nearest_year(max(month, month2), None, context)
    first, last = date(year, month, 1), _end_of_month(year + (month2 < month), month2)
    if part := part_of(match, "part"):
        return _part_of_month(first, part)
    return first, last


def _part_of_month(first: date, part: str) -> Days | None:
    start, end = _PARTS_OF_MONTH[part]
    final = _end_of_month(first.year, first.month)
    return first.replace(day=start), first.replace(day=min(end, final.day))


def _month_word(match: re.Match[str], context: Context) -> Days | None:
    first = _shift_month(context.base, _MONTH_WORDS[match["month_word"]])
    if part := part_of(match, "part"):
        return _part_of_month(first, part)
    return first, _end_of_month(first.year, first.month)


def _year(match: re.Match[str], context: Context) -> Days | None:
    year = _year_of(match, context)
    if year is None:
        return None
    last = _number(match["year2"]) if part_of(match, "year2") else year
    return date(year, 1, 1), date(last, 12, 31)


def _decade(match: re.Match[str], context: Context) -> Days | None:
    """1950年代, 上世纪五十年代, 90年代: of the last century where none is named."""
    if year := part_of(match, "year"):
        first = _number(year)
    else:
        before = {"本": 0, "上": 1}.get(match["century"] or "上")
        this = context.base.year // 100
        centuries = this - before if before is not None else _number(match["century"]) - 1
        first = 100 * centuries + _number(match["decade"])
    return date(first, 1, 1), date(first + 9, 12, 31)


def _part_of_year(match: re.Match[str], context: Context) -> Days | None:
    year = _year_of(match, context) or context.base.year
    first, last = _PARTS_OF_YEAR[match["part"]]
    return date(year, first, 1), _end_of_month(year, last)


def _quarter(match: re.Match[str], context: Context) -> Days | None:
    first = 3 * _number(match["quarter"]) - 2
    year = _year_of(match, context) or _nearest_year(first, None, context)
    return date(year, first, 1), _end_of_month(year, first + 2)


def _quarters(match: re.Match[str], context: Context) -> Days | None:
    """前三季度: from January on."""
    last = 3 * _number(match["quarters"])
    year = _year_of(match, context) or _nearest_year(last, None, context)
    return date(year, 1, 1), _end_of_month(year, last)


def _day_word(match: re.Match[str], context: Context) -> Days | None:
    day = context.base + timedelta(days=_DAY_WORDS[match["word"]])
    return day, day


def _week(match: re.Match[str], context: Context) -> Days | None:
    monday = context.base - timedelta(days=context.base.weekday())
    monday += timedelta(weeks=_WEEK_WORDS[part_of(match, "week") or "本"])
    if weekday := part_of(match, "weekday"):
        if weekday == "末":
            return monday + timedelta(days=5), monday + timedelta(days=6)
        day = monday + timedelta(days=_WEEKDAYS[weekday])
        return day, day
    return monday, monday + timedelta(days=6)


def _stretch(match: re.Match[str], context: Context) -> Days | None:
    """近三年, 过去3个月, 未来五天: the time up to the base day, or from it on."""
    base = context.base
    count = 0.5 if match["count"] == "半" else float(_number(match["count"]))
    ahead = match["way"] in ("未来", "今后", "接下来")
    there = _moved(base, count if ahead else -count, match["unit"])
    return (base, there) if ahead else (there, base)


def _ago(match: re.Match[str], context: Context) -> Days | None:
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
FORMS: tuple[tuple[re.Pattern[str], Resolver], ...] = (
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
    # 12月16、17、18日: all but the last.
    (
        re.compile(
            rf"(?:{_YEAR})?(?:{_MONTH}|(?P<month_word>[上本这当下])个?月)\s*(?P<day>{_D}){_AND_DAYS}"
        ),
        _full,
    ),
    (re.compile(rf"(?<=[、,和及])(?P<day>{_D}){_AND_DAYS}"), _day),
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
        re.compile(rf"(?:{_YEAR})?的?前(?P<quarters>[二两三四2-4])个?季度"),
        _quarters,
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
            r"(?<![\d大])(?P<part>上半年|下半年|年初|年中|年底|年末|岁末)(?![央国心共小学断端])"
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
    (re.compile(rf"(?<![哪第]){_COUNT}{_SPAN_UNIT}(?:之)?前(?![往来去]|[^\W\d_]?后)"), _ago),
)
"""Patterns, longer ones first, with what resolves their matches."""
IN_FIGURES: tuple[Resolver, ...] = (_full, _day, _iso)
"""What tells a day in figures."""
SPOKEN: tuple[Resolver, ...] = (_day_word, _week)
"""What tells it as one speaks: 昨天, 周五."""
NAMES_MONTH: tuple[Resolver, ...] = (_full, _month, _iso)
"""What names the month that days after it are of."""
LEAVES_YEAR: tuple[Resolver, ...] = (_full, _month, _quarter, _quarters)
"""What may leave out its year."""
