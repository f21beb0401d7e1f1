"""The day a newspaper was published: given by file or page header, or inferred from its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rag.chinese.dates import find_dates
from rag.chinese.normalise import level
from rag.chinese.sentences import split_sentences

# A month of two digits is no month and day of one digit each: 2023-12 names no day.
_WRITTEN = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*(?:年|[-/._])?\s*(?P<month>1[0-2]|0[1-9]|[1-9](?!\d))\s*"
    r"(?:月|[-/._])?\s*(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s*日?"
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_CHINESE = re.compile(
    r"(?P<year>[一二][九〇零][〇零一二三四五六七八九]{2})年(?P<month>[一二三四五六七八九十]{1,2})月"
    r"(?P<day>[一二三四五六七八九十]{1,3})日"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")
_MONTH_DAY = re.compile(
    r"(?<![\d年])(1[0-2]|0?[1-9])\s*月\s*(3[01]|[12]\d|0?[1-9])\s*日(?:\s*[-—–~至到]{1,2}\s*(\d{1,2})\s*日)?"
)
_AHEAD = re.compile(
    r"将|拟|定于|计划|预计|截止|截至|之前|前完成|明年|下月|届时|有望|力争|即将|报名|起至|为期|起施行|起实施"
)
_AHEAD_YEAR = re.compile(
    r"明年|到(?:19|20)\d\d年|[-—–~至](?:19|20)\d\d年|规划|目标|力争|争取|有望|预计|将于?|计划|方案"
)
# A year for which tasks are set is the next one in winter, and the present one from January on.
_TASKS_BEFORE = re.compile(r"(?:部署|谋划|研究|安排|展望|迎接|做好)[^,，。]{0,8}$")
_TASKS_AFTER = re.compile(r"(?:19|20)\d\d年[^,，。]{0,10}(?:工作|任务|思路|目标|计划)")
_TASKS_TITLE = re.compile(r"(?:19|20)\d\d年[^,，。—–~-]{0,16}(?:方案|要点|清单|计划)》")
_YEARS_END = {11, 12}
_NEW_YEAR = {1, 2}
# Closures, displays and the like are announced from day to day: no event yet.
_ANNOUNCED = re.compile(
    r"[自从](?:[\d年月 ]{1,10}日).{0,8}?(?:至|到|[-—–~]).{0,20}?日"
    r"|\d\s*日.{0,3}(?:至|到|[-—–~]+).{0,16}?日.{0,8}"
    r"(?:施工|封闭|封路|停水|停电|停气|停运|绕行|管制|公示|报名|办理|展出|征集)"
)
_CLOSES = re.compile(
    r"施工|封闭|封路|停水|停电|停气|停运|暂停|绕行|管制|公示|报名|办理|展出|征集|招聘|征求意见"
)


@dataclass(frozen=True, slots=True)
class Published:
    """A day of publication and whether it was concluded from the text."""

    day: date | None = None
    inferred: bool = False


def parse_day(text: str) -> date | None:
    """Return the first whole date written in `text` (2023-12-20, 20231220, 2023年12月20日)."""
    levelled = level(text)
    for pattern in (_COMPACT, _WRITTEN, _CHINESE):
        for match in pattern.finditer(levelled):
            if pattern is _CHINESE:
                mentions = find_dates(match[0], date(2000, 1, 1))
                return mentions[0].first if mentions else None
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                continue
    return None


def infer_day(texts: Iterable[str]) -> date | None:
    """Return the day on which a paper with these articles most likely appeared, else None.

    A paper appears on the day of the latest event that it reports, or shortly after. Days without
    a year take the latest year that the texts name as present or past. What lies ahead (将于,
    计划, 截止) is no event.
    """
    sentences = _dated_sentences(texts)
    year, tasks = _present_year(sentences)
    days: set[date] = set()
    bare: set[tuple[int, int]] = set()
    for sentence in sentences:
        if _ANNOUNCED.search(sentence) and _CLOSES.search(sentence):
            continue
        if day := _whole_day(sentence):
            days.add(day)
        for match in _MONTH_DAY.finditer(sentence):
            clause = re.split("[,;，；。]", sentence[max(0, match.start() - 12) : match.start()])[
                -1
            ]
            after = re.split("[,;，；。]", sentence[match.end() : match.end() + 14])[0]
            if not _AHEAD.search(clause + after):
                bare.add((int(match[1]), int(match[3] or match[2])))
    if year is None:
        return max(days, default=None)
    months = {month for month, _ in bare}
    if tasks and months & _YEARS_END and not months & _NEW_YEAR:
        year -= 1
    days = {day for day in days if abs(day.year - year) <= 1}
    days |= _dated(bare, year)
    return max(days) if days else None


def _dated_sentences(texts: Iterable[str]) -> list[str]:
    """The levelled sentences of the texts that may name a date: others need not be cut."""
    sentences: list[str] = []
    for text in texts:
        levelled = level(text)
        if "年" in levelled or "月" in levelled:
            sentences += (levelled[start:end] for start, end in split_sentences(text))
    return sentences


def _whole_day(sentence: str) -> date | None:
    if _AHEAD.search(sentence):
        return None
    match = re.search(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日", sentence)
    return parse_day(match[0]) if match else None


def _present_year(sentences: Iterable[str]) -> tuple[int | None, bool]:
    """The latest year named, unless only plans name it, and whether only tasks are set for it."""
    present: set[int] = set()
    tasks: set[int] = set()
    ahead: set[int] = set()
    for sentence in sentences:
        next_year = "明年" in sentence
        for match in _YEAR.finditer(sentence):
            clause = re.split("[,;，；。、]", sentence[: match.start()])[-1]
            rest = re.split("[,;，；。]", sentence[match.start() :])[0]
            planned = _AHEAD_YEAR.search(clause + rest) or re.match(
                r"(?:19|20)\d\d年(?:要|将|的?重点工作|工作(?:安排|计划|思路)|目标)", rest
            )
            set_by = _TASKS_BEFORE.search(clause) and _TASKS_AFTER.match(rest)
            if set_by or _TASKS_TITLE.match(rest):
                tasks.add(int(match[1]))
            elif planned or (next_year and "明年" in rest):
                ahead.add(int(match[1]))
            else:
                present.add(int(match[1]))
    if present | tasks:
        latest = max(present | tasks)
        return latest, latest not in present
    return (min(ahead) - 1 if ahead else None), False


def _dated(days: set[tuple[int, int]], year: int) -> set[date]:
    """Month-days in `year`, those of a winter paper in the year before where they fit better."""
    months = {month for month, _ in days}
    turn = bool(months & _YEARS_END) and bool(months & _NEW_YEAR)
    dated = set()
    for month, day in days:
        try:
            # Around New Year the old year's last months were named beside the new year's first.
            dated.add(date(year - 1 if turn and month > 6 else year, month, day))
        except ValueError:
            continue
    return dated
