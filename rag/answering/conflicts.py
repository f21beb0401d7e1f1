"""Where articles contradict each other: another figure, or another day, for what is asked.

An answer takes its figure from one article. When another article, about the same thing and as near
to the question, gives another one, a reader must see both with their dates: often the later report
corrects the earlier, and only a person can tell. What is compared is one clause with another: the
same kind of value with the same unit, for the same noun, at no stated different time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.answering.evidence import EvidenceSentence
from rag.answering.facts import FactKind, SourceText, facts_of, missing_facts
from rag.answering.focus import Focus, counted_noun, focus_of, holds, tells_other_harm
from rag.answering.orders import reported
from rag.answering.plain import inert, without_marks
from rag.answering.units import share, units_of
from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE

_ASKING = re.compile(
    r"什么时候|什么时间|何时|哪[一]?[天年个日月]?|几[月号日点]|多少|几[\u4e00-\u9fff]|多[大高长远久]|是|了|吗|呢|有|共|一共|总共|[?？]"
)
# The day on which somebody said it is not the day on which it happened.
_REPORTING = re.compile(r"[\u4e00-\u9fff]{0,2}(?:说|表示|宣布|称|报道|电|讯|消息|发布|通报)")
_ABOUT = re.compile(r"约|近|余|多[万亿]?[\u4e00-\u9fff]|左右|上下|超|逾|不足|至少|以上")
# The other sentence must be nearly as near to the question, and near at all.
_NEARLY = 0.85
_NEAR = 0.55
# So much of the wording around the figure must be around the other one, too.
_SAME_MATTER = 0.5
# Units of a question that say which event is meant: those beside what it counts, if so many are.
_SAYS_WHICH = 3
_SAME_EVENT = 0.7
# A round figure and an exact one this near to each other are one.
_ROUNDED = 0.06
# What is reported so long after is another event of the kind.
_ONE_SEASON = timedelta(days=180)
_DAY = "day"
_DAY_OF_MONTH = re.compile(r"(\d{1,2})[日号]")
_NO_DATE = date(2000, 1, 1)
_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source sentence gives for what is asked: `value` as printed there."""

    item: EvidenceSentence
    value: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements of different articles that cannot both be right, the answer's own first."""

    statements: tuple[Statement, ...]

    @property
    def text(self) -> str:
        """The conflict in one sentence for the reader, with headlines and days of publication."""
        said = "，".join(f"{_origin(one.item)}说是{one.value}" for one in self.statements)
        return f"各篇报道的说法不一致：{said}。"


@dataclass(frozen=True, slots=True)
class _Claim:
    """A value in its clause; `first` and `last` bound a number or a range of days."""

    item: EvidenceSentence
    value: str
    first: float
    last: float
    unit: str
    around: frozenset[str]
    clause: str


def find_conflict(
    question: str,
    answer: str,
    cited: Sequence[EvidenceSentence],
    candidates: Sequence[EvidenceSentence],
) -> Conflict | None:
    """Return what other articles say against the figure or day that `answer` gives.

    `answer` is a verified sentence, `cited` its sources, `candidates` every sentence of the found
    passages. Only questions for a number or a day can have one answer in this sense; None for all
    others, and when nothing contradicts.
    """
    focus = focus_of(question)
    if focus not in (Focus.NUMBER, Focus.DATE) or not cited:
        return None
    asked = units_of(_ASKING.sub(" ", question))
    told = (c for item in cited for c in _claims(focus, item, question) if _told(c, answer))
    own = max(told, key=lambda claim: share(asked, fold(claim.clause)), default=None)
    if own is None or not asked:
        return None
    least = max(_NEAR, _NEARLY * _fit(asked, own.item))
    named = bool(names(question))
    others: list[Statement] = []
    seen = {own.item.article.id}
    for item in candidates:
        if item.article.id in seen or _fit(asked, item) < least:
            continue
        if not _same_story(own, item, asked, named=named):
            continue
        if not _is_about(question, item):
            continue
        claims = [c for c in _claims(focus, item, question) if _comparable(own, c, question)]
        if not claims or any(_agree(own, claim) for claim in claims) or _add_up(own, claims):
            continue
        seen.add(item.article.id)
        others.append(Statement(item, claims[0].value))
    # Where a question names no event and each article gives another value, there are many events.
    if not others or (len(others) > 1 and not named):
        return None
    return Conflict((Statement(own.item, own.value), *others[:_AT_MOST]))


def _claims(focus: Focus, item: EvidenceSentence, question: str) -> Iterator[_Claim]:
    """The values in a sentence that can answer the question, each in its clause."""
    base = item.article.published or _NO_DATE
    for clause in CLAUSE.findall(item.sentence.text):
        if focus is Focus.DATE:
            for day in find_dates(clause, base):
                if _REPORTING.match(clause, day.end):
                    continue
                around = frozenset(units_of(clause.replace(day.text, " ")))
                first, last = day.first.toordinal(), day.last.toordinal()
                yield _Claim(item, day.text, first, last, _DAY, around, clause)
            continue
        if tells_other_harm(question, clause):
            continue
        plain = clause
        for day in find_dates(clause, base):
            plain = plain.replace(day.text, " ")
        for number in find_numbers(plain):
            if not holds(focus, number.text, question):
                continue
            around = frozenset(units_of(plain.replace(number.text, " ")))
            yield _Claim(item, number.text, number.value, number.value, number.unit, around, clause)


def _told(claim: _Claim, answer: str) -> bool:
    """Whether the answer gives this value."""
    return fold(claim.value) in fold(answer) or any(
        math.isclose(number.value, claim.first, rel_tol=1e-9) and number.unit == claim.unit
        for number in find_numbers(answer)
    )


def _fit(asked: set[str], item: EvidenceSentence) -> float:
    """The share of the question's wording in the sentence and the headline over it."""
    over = f"{reported(item.article.headline)}\n{reported(item.subhead)}"
    return share(asked, fold(f"{item.sentence.text}\n{over}"))


def _same_story(own: _Claim, item: EvidenceSentence, asked: set[str], *, named: bool) -> bool:
    """Whether a sentence is about the event of the answer's own, and not about another of its kind.

    They share most of their wording, or the question itself says which event it means.
    """
    mine, other = (
        fold(f"{reported(one.article.headline)} {one.sentence.text}") for one in (own.item, item)
    )
    event = asked - own.around
    if len(event) < _SAYS_WHICH and named:
        event = asked
    said = min(share(event, mine), share(event, other))
    return share(units_of(own.item.sentence.text), other) >= _SAME_MATTER or (
        len(event) >= _SAYS_WHICH and said >= _SAME_EVENT
    )


def _is_about(question: str, item: EvidenceSentence) -> bool:
    """Whether the article holds all that the question names."""
    article = item.article
    source = SourceText(article.text, f"{article.kicker} {article.headline}", article.published)
    named = [fact for fact in facts_of(question) if fact.kind is not FactKind.NUMBER]
    return not missing_facts(named, [source])


def _comparable(own: _Claim, other: _Claim, question: str) -> bool:
    """Whether two values are of one unit, for one noun, and at no stated different time."""
    if own.unit != other.unit or not own.around or not other.around:
        return False
    noun = set(fold(counted_noun(question)))
    if noun and not noun <= set(fold(other.item.sentence.text)):
        return False
    smaller, larger = sorted((own.around, other.around), key=len)
    if len(smaller & larger) < _SAME_MATTER * len(smaller):
        return False
    return not _different_times(own, other)


def _different_times(own: _Claim, other: _Claim) -> bool:
    """Whether the sentences name days that exclude each other: figures of two years are none."""
    first, second = (
        [
            (day.first, day.last)
            for day in find_dates(
                claim.item.sentence.text, claim.item.article.published or _NO_DATE
            )
            if day.text != claim.value
        ]
        for claim in (own, other)
    )
    if not (first and second):
        ours, theirs = (claim.item.article.published for claim in (own, other))
        # What comes again each year has other figures each year.
        return ours is not None and theirs is not None and abs(ours - theirs) > _ONE_SEASON
    return not any(a[0] <= b[1] and b[0] <= a[1] for a in first for b in second)


def _agree(own: _Claim, other: _Claim) -> bool:
    """Whether the values are one: the same, one within the other, or one of them rounded."""
    if own.first <= other.last and other.first <= own.last:
        return True
    if own.unit == _DAY:
        return _one_day_of_month(own, other)
    near = abs(own.first - other.first) <= _ROUNDED * max(abs(own.first), abs(other.first))
    about = _ABOUT.search(own.clause) or _ABOUT.search(other.clause)
    return near and bool(about)


def _add_up(own: _Claim, claims: Sequence[_Claim]) -> bool:
    """Whether several figures are the parts of one (2人重伤、3人轻伤 of 5人受伤)."""
    parts = len(claims) > 1 and own.unit != _DAY
    return parts and math.isclose(sum(claim.first for claim in claims), own.first, rel_tol=1e-9)


def _one_day_of_month(own: _Claim, other: _Claim) -> bool:
    """Whether two days may be one because a month is not printed and not known: 29日, 2月29日."""
    known = all(
        "月" in claim.value or claim.item.article.published is not None for claim in (own, other)
    )
    days = [_DAY_OF_MONTH.findall(fold(claim.value))[-1:] for claim in (own, other)]
    return not known and days[0] == days[1]


def _origin(item: EvidenceSentence) -> str:
    article = item.article
    headline = without_marks(inert(" ".join(reported(article.headline).split()))) or "无题"
    day = article.published
    when = f"（{day.year}年{day.month}月{day.day}日）" if day else ""
    return f"《{headline}》{when}"
