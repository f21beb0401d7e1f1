"""The hard facts of a sentence: what must stand in a source or the sentence is wrong.

Figures with their units, dates, times of day, quoted words and names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.chinese.clock import find_times, same_time
from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers

# Without a publication date, dates are compared by what they leave unsaid alike.
_NO_DATE = date(2000, 1, 1)

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")
_FIRST = re.compile(r"第[一1](.+)")
_RANGE = re.compile(r"[—–~～\-至到]")
_MONTH_DAY = re.compile(r"(?<![\d年])\d{1,2}月(?:31|30)日")
# What the word cutter takes for names: 同比增加.
_NO_NAME = re.compile("同比|环比|约合|总计|共计")
_WORDLESS = re.compile(r"\W+")


class FactKind(StrEnum):
    """Why a fact counts as hard."""

    NUMBER = "数字"
    DATE = "日期"
    TIME = "时间"
    QUOTE = "引语"
    NAME = "名称"
    NEGATION = "否定"
    DIRECTION = "方向"
    ROLE = "职务"
    COUNTED = "所计"
    OWNER = "对象"
    NOUN = "说法"
    DENIED = "并非"
    UNQUALIFIED = "未加限定"


@dataclass(frozen=True, slots=True)
class Fact:
    """One hard fact as printed in the sentence."""

    kind: FactKind
    text: str

    def __str__(self) -> str:
        if self.kind in (FactKind.DENIED, FactKind.UNQUALIFIED):
            # What the source lacks is the plain statement.
            return f"不带“{self.text}”的说法"
        return f"{self.kind}“{self.text}”"


@dataclass(frozen=True, slots=True)
class SourceText:
    """What may hold facts: sentences of one article, with headline and publication as context."""

    text: str
    context: str = ""
    published: date | None = None


def facts_of(text: str) -> tuple[Fact, ...]:
    """Return the hard facts of `text` that can be named on their own, each once.

    Negation and direction are relations between two texts: see `rag.answering.contradictions`.
    """
    return tuple(dict.fromkeys(_facts(text)))


def _facts(text: str) -> Iterator[Fact]:
    quoted = [match[1] for match in _QUOTED.finditer(text)]
    yield from (Fact(FactKind.QUOTE, words) for words in quoted)
    # What is quoted is compared word for word already.
    plain = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    yield from (Fact(FactKind.DATE, m.text) for m in find_dates(plain, _NO_DATE))
    times = find_times(plain)
    yield from (Fact(FactKind.TIME, m.text) for m in times)
    counted = plain
    for time in times:
        counted = counted[: time.start] + " " * len(time.text) + counted[time.end :]
    yield from (Fact(FactKind.NUMBER, m.text) for m in find_numbers(counted))
    # 6月31日 names no day, but a sentence with it is as wrong as one with another day.
    yield from (Fact(FactKind.DATE, match[0]) for match in _MONTH_DAY.finditer(plain))
    yield from (Fact(FactKind.NAME, name) for name in names(plain) if not _NO_NAME.match(name))


def missing_facts(facts: Iterable[Fact], sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return those of `facts` that no source holds."""
    sources = tuple(sources)
    return tuple(fact for fact in facts if not any(holds_fact(source, fact) for source in sources))


def holds_fact(source: SourceText, fact: Fact) -> bool:
    """Return whether a source holds a fact, in its text or its article's headline and date."""
    everywhere = f"{source.text}\n{source.context}"
    if fact.kind is FactKind.DATE:
        named = _stands_alone(everywhere, fact.text) or names_date(source, fact.text)
        return named or _is_published(source, fact.text)
    if fact.kind is FactKind.TIME:
        return any(same_time(time, everywhere) for time in find_times(fact.text))
    if fact.kind is FactKind.QUOTE:
        # “9·11” and “9.11” are one: what is quoted is words, not how they are pointed.
        return _WORDLESS.sub("", fold(fact.text)) in _WORDLESS.sub("", fold(everywhere))
    if fold(fact.text) in fold(everywhere):
        # A figure must stand alone: 70 is not in 170.
        return fact.kind is not FactKind.NUMBER or _holds_number(everywhere, fact.text)
    if fact.kind is FactKind.NUMBER:
        return _holds_number(everywhere, fact.text)
    if fact.kind is FactKind.NAME:
        # In search form 十国集团 is not in 二十国集团, of which the cutter takes it.
        return fact.text in everywhere or _holds_name(everywhere, fact.text)
    return False


def _stands_alone(text: str, wanted: str) -> bool:
    """Whether a date is printed as it is asked for, and not as the end of another (2日 in 12日)."""
    return bool(re.search(rf"(?<![\d一二三四五六七八九十]){re.escape(fold(wanted))}", fold(text)))


def _holds_name(text: str, name: str) -> bool:
    # The cutter takes the next word into a name it does not know (胡宁用一体机): the shorter form
    # counts when it is a name of its own there. 张建 is none where 张建军 is meant.
    return len(name) > 2 and name[:-1] in names(text)


def _holds_number(text: str, figure: str) -> bool:
    wanted = find_numbers(figure)
    if not wanted:
        return fold(figure) in fold(text)
    first = _FIRST.fullmatch(fold(figure))
    if first and f"首{first[1]}" in fold(text):
        return True
    # 一人 alone is no figure, for 一 mostly means "a": it holds the 1人 that is looked for.
    if wanted[0].value == 1 and wanted[0].unit and f"一{wanted[0].unit}" in fold(text):
        return True
    if wanted[0].unit == "%" and _says_tenths(text, wanted[0].value):
        return True
    there = find_numbers(text)
    return any(
        math.isclose(wanted[0].value, number.value, rel_tol=1e-9)
        and same_unit(wanted[0].unit, number.unit)
        for number in there
    )


def _says_tenths(text: str, percent: float) -> bool:
    """Whether a text has a share in tenths: 六成 for 60%."""
    tenths, rest = divmod(percent, 10)
    if rest or not 1 <= tenths <= 9:
        return False
    numeral = "一二三四五六七八九"[int(tenths) - 1]
    return bool(
        re.search(rf"(?<!\d)[{numeral}{int(tenths)}]成(?![为立功果就员长本绩熟交不])", text)
    )


_ALIKE = (
    *map(set, ("位名人个", "条项个", "辆台部", "个家户", "个支", "个座栋幢", "个所", "个处")),
    *map(set, ("个起件例宗", "棵株", "本册", "件个", "块元", "时点", "间个", "种类个", "户套")),
    *({"岁", "周岁", "周年"}, {"年", "周年"}, {"天", "日"}, {"小时", "钟头"}, {"周", "星期"}),
    *({"平方米", "平米", "平方"}, {"公里", "千米", "km"}, {"平方公里", "平方千米"}),
    *({"公斤", "千克", "kg"}, {"度", "摄氏度", "℃", "°c"}),
)


def same_unit(first: str, second: str) -> bool:
    """Return whether figures with these units may be one."""
    # 70位 and 70名, and 70 with its measure word left out, are one figure; 人次 are not 人. What is
    # listed is counted by any of three words (四项意见, 四条意见), and 个 counts whatever has a
    # measure word of its own; vehicles are 辆 or 台, and what turns 50岁 has its 50周年.
    pair = {first, second}
    return len(pair) == 1 or "" in pair or any(pair <= alike for alike in _ALIKE)


def names_date(source: SourceText, wanted: str) -> bool:
    """Return whether a source names a date, in whatever words; its publication names none."""
    everywhere = f"{source.text}\n{source.context}"
    base = source.published or _NO_DATE
    asked = find_dates(wanted, base)
    if not asked:
        return fold(wanted) in fold(everywhere)
    first, last = asked[0].first, asked[0].last
    there = find_dates(everywhere, base)
    if _RANGE.search(wanted):
        # 1—11月 is not said by 1—10月, which lies within it.
        return any((mention.first, mention.last) == (first, last) for mention in there)
    return any(first <= mention.first and mention.last <= last for mention in there)


def _is_published(source: SourceText, wanted: str) -> bool:
    """Whether an article appeared in the month or year that is looked for.

    The day of publication is no day on which anything else was, unless the text says 今天.
    """
    asked = find_dates(wanted, source.published or _NO_DATE)
    if source.published is None or not asked or asked[0].first == asked[0].last:
        return False
    if _RANGE.search(wanted):
        return False
    return asked[0].first <= source.published <= asked[0].last
