"""Dates in Chinese text as calendar days: 12月16日, 13日—15日, 今年4月, 昨日, 上周五, 90年代.

A date without a year is the occurrence nearest to the base day that is not far in its future;
a day without a month takes the month named before it in the same line. Vague words (近日, 日前)
are no dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from rag.chinese.date_forms import (
    FORMS,
    IN_FIGURES,
    LEAVES_YEAR,
    NAMES_MONTH,
    SPOKEN,
    Context,
    Resolver,
    part_of,
)
from rag.chinese.normalise import level

_WEEKDAY = re.compile("(?:周|星期|礼拜)[一二三四五六日天]")


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


def find_dates(text: str, base: date) -> list[DateMention]:
    """Return the dates of `text` in order, resolved against `base` (the day it was printed)."""
    levelled = level(text)
    matches = _matches(levelled)
    mentions: list[DateMention] = []
    before: DateMention | None = None
    before_has_year = False
    year: int | None = None
    resolved_by: Resolver | None = None
    for match, resolve in matches:
        start, end = match.span()
        if before and "\n" in levelled[before.end : start]:
            before = None
        if mentions and "\n" in levelled[mentions[-1].end : start]:
            year = None
        if before and re.search("[。！？!?]", levelled[before.end : start]):
            before_has_year = False
        try:
            named = (before.first, before.last) if before else None
            days = resolve(match, Context(base, named, before_has_year, year))
        except (ValueError, OverflowError):
            # 2月30日 and the like name no day.
            continue
        if days is None or days[0] > days[1]:
            continue
        yearless = resolve in LEAVES_YEAR and _is_yearless(match)
        # After 2022年12月3日, the year of 16日 and 12月16日 in the same sentence is known.
        yearless = yearless and not (before and before_has_year)
        mention = DateMention(start, end, text[start:end], *days, yearless)
        if mentions and levelled[mentions[-1].end : start].strip() == "(":
            mentions[-1], mention = _as_one_day((mentions[-1], resolved_by), (mention, resolve))
        mentions.append(mention)
        resolved_by = resolve
        if part_of(match, "year") or part_of(match, "rel"):
            year = mention.last.year
        if resolve in NAMES_MONTH:
            before_has_year = bool(part_of(match, "year")) or (
                before_has_year and before is not None
            )
            before = mention
    return mentions


def is_weekday(text: str) -> bool:
    """Return whether a date is a day of the week alone: who asks of 周一 may mean any of them."""
    return bool(_WEEKDAY.fullmatch(level(text)))


def _is_yearless(match: re.Match[str]) -> bool:
    return not any(part_of(match, name) for name in ("year", "rel", "month_word", "year2"))


def _as_one_day(
    outer: tuple[DateMention, Resolver | None], inner: tuple[DateMention, Resolver | None]
) -> tuple[DateMention, DateMention]:
    """The two mentions of 今天（8月30日） or 8月30日（周日）: the date says which day is meant."""
    told = [mention for mention, resolve in (outer, inner) if resolve in IN_FIGURES]
    spoken = [mention for mention, resolve in (outer, inner) if resolve in SPOKEN]
    if len(told) != 1 or len(spoken) != 1:
        return outer[0], inner[0]
    (day,) = told
    first, second = (
        replace(mention, first=day.first, last=day.last, yearless=day.yearless)
        for mention in (outer[0], inner[0])
    )
    return first, second


def _matches(text: str) -> list[tuple[re.Match[str], Resolver]]:
    """Matches that do not overlap, longer forms first, in order of place."""
    taken: list[tuple[re.Match[str], Resolver]] = []
    used = bytearray(len(text))
    for pattern, resolve in FORMS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(used[start:end]):
                used[start:end] = b"\x01" * (end - start)
                taken.append((match, resolve))
    return sorted(taken, key=lambda item: item[0].start())
