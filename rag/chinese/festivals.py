"""Days of festivals that questions name: 春节前后, 国庆期间, 中秋.

They are understood in questions only. In an article 春节 is mostly a word for the season.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.chinese.normalise import level
from rag.chinese.numbers import SHORT_YEAR, whole_year

_FIRST_YEAR = 2015
# Days (month·100 + day) from 2015 on. ICU computes the same, but for the new years of 2027 and
# 2030, which it has a day beside the official ones.
_NEW_YEAR = (
    *(219, 208, 128, 216, 205, 125, 212, 201, 122, 210),
    *(129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208),
)
_DRAGON_BOAT = (
    *(620, 609, 530, 618, 607, 625, 614, 603, 622, 610),
    *(531, 619, 609, 528, 616, 605, 624, 612, 601, 620, 610),
)
_MID_AUTUMN = (
    *(927, 915, 1004, 924, 913, 1001, 921, 910, 929, 917),
    *(1006, 925, 915, 1003, 922, 912, 1001, 919, 908, 927, 916),
)
_LUNAR = {
    # festival: its table, days until it begins, days until it ends
    "春节": (_NEW_YEAR, -1, 6),
    "除夕": (_NEW_YEAR, -1, -1),
    "大年三十": (_NEW_YEAR, -1, -1),
    "大年初一": (_NEW_YEAR, 0, 0),
    "正月初一": (_NEW_YEAR, 0, 0),
    "正月十五": (_NEW_YEAR, 14, 14),
    "元宵节": (_NEW_YEAR, 14, 14),
    "元宵": (_NEW_YEAR, 14, 14),
    "端午": (_DRAGON_BOAT, -1, 1),
    "中秋": (_MID_AUTUMN, -1, 1),
}
_SOLAR = {
    "元旦": (1, 1, 3),
    "清明": (4, 4, 3),
    "五一": (5, 1, 5),
    "劳动节": (5, 1, 5),
    "国庆": (10, 1, 7),
    "妇女节": (3, 8, 1),
    "植树节": (3, 12, 1),
    "儿童节": (6, 1, 1),
    "建党节": (7, 1, 1),
    "建军节": (8, 1, 1),
    "教师节": (9, 10, 1),
}
_AROUND = {"前后": (-10, 10), "前夕": (-7, 0), "之前": (-10, 0), "之后": (0, 10)}
_NAMES = "|".join(sorted((*_LUNAR, *_SOLAR), key=len, reverse=True))
_MENTION = re.compile(
    rf"(?:(?P<year>(?:19|20)\d\d|{SHORT_YEAR})年|(?P<rel>今年|去年|前年|明年))?的?"
    rf"[“\"]?(?P<name>{_NAMES})[”\"]?(?:节|假期|长假|小长假|期间|当天)*(?P<around>{'|'.join(_AROUND)})?"
)
_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}


@dataclass(frozen=True, slots=True)
class FestivalMention:
    """A festival named in a text, from its first to its last day."""

    start: int
    end: int
    first: date
    last: date


def find_festivals(text: str, today: date) -> list[FestivalMention]:
    """Return the festivals of `text` in order; without a year the one that lies nearest."""
    found = []
    for match in _MENTION.finditer(level(text)):
        if match["year"]:
            years = [whole_year(int(match["year"]))]
        elif match["rel"]:
            years = [today.year + _YEARS[match["rel"]]]
        else:
            years = [today.year - 1, today.year, today.year + 1]
        days = [day for year in years if (day := _days(match["name"], year))]
        if not days:
            continue
        first, last = min(days, key=lambda day: abs((day[0] - today).days))
        before, after = _AROUND.get(match["around"] or "", (0, 0))
        first, last = first + timedelta(days=before), last + timedelta(days=after)
        found.append(FestivalMention(*match.span(), first, last))
    return found


def _days(name: str, year: int) -> tuple[date, date] | None:
    if name in _SOLAR:
        month, day, length = _SOLAR[name]
        first = date(year, month, day)
        return first, first + timedelta(days=length - 1)
    table, begins, ends = _LUNAR[name]
    if not _FIRST_YEAR <= year < _FIRST_YEAR + len(table):
        return None
    feast = date(year, *divmod(table[year - _FIRST_YEAR], 100))
    return feast + timedelta(days=begins), feast + timedelta(days=ends)
