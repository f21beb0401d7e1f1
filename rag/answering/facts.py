"""The hard facts of a sentence: what must stand in a source or the sentence is wrong.

Figures with their units, dates, quoted words, names, negations and words of direction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.answering.focus import asked_role, offices
from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers

# Without a publication date, dates are compared by what they leave unsaid alike.
_NO_DATE = date(2000, 1, 1)

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")
_NEGATED = re.compile(
    r"(?:没有|没能|未能|未曾|并未|尚未|不能|不会|不可以|不应该?|不宜|不要|不许|不准|不得|不再|不予"
    r"|并非|无法|禁止|严禁|切勿|请勿|[不没未无非])[有是会能再]*([\u4e00-\u9fff]{2})"
)
_FORBIDDING = "禁止|严禁|切勿|请勿|不得|不准|不许|不能|不可以|不要|不宜|不应"
# Between a denial and the verb it denies: 不得在楼道内充电.
_ADVERBIAL = re.compile(
    r"[在将把向对从用与跟由][^，,。；;！？\s]{1,14}?([\u4e00-\u9fff]{2})(?=[，,。；;！？\s]|$)"
)
_FIRST = re.compile(r"第[一1](.+)")
_RANGE = re.compile(r"[—–~～\-至到]")
_MONTH_DAY = re.compile(r"(?<![\d年])\d{1,2}月(?:31|30)日")
# What the word cutter takes for names: 同比增加.
_NO_NAME = re.compile("同比|环比|约合|总计|共计")
_WORDLESS = re.compile(r"\W+")
# Words in which 不, 未, 无, 非 do not deny.
_NOT_DENYING = re.compile(
    r"不(?:仅|但|只|断|少|同|久|管|论|动摇|折不扣|一样|足|良|动产|锈|得不|可或缺|遗余力|忘|落|畏)"
    r"|未来|未成年|无论|无疑|无人机|无锡|无数|无线|无偿|无障碍|非常|非洲|非遗|非法|除非|无微不至|络绎不绝|必不可少"
)
_OPPOSITES: tuple[tuple[str, str], ...] = (
    ("增加|增长|上升|上涨|提高|提升|扩大|增至|升至", "减少|下降|下跌|降低|缩小|减至|降至"),
    ("以上|超过|高于|多于|不少于", "以下|不足|低于|少于|不超过"),
    ("之前|以前", "之后|以后"),
    ("赞成|同意|支持|批准", "反对|拒绝|否决|驳回"),
    ("成功|获胜|战胜", "失败|落败|负于"),
)

# Offices that are written in two ways.
_LONG_FORMS = {"外长": "外交部长", "防长": "国防部长", "财长": "财政部长"}
# Offices of one occasion are mostly told by what is done: 由朱永新主持.
_DEEDS = {"主持人": "主持", "主讲人": "主讲", "牵头人": "牵头"}
# Characters between an office and its holder: 吕霞是宝龙社区的党总支书记.
_BOUND_WITHIN = 16


class FactKind(StrEnum):
    """Why a fact counts as hard."""

    NUMBER = "数字"
    DATE = "日期"
    QUOTE = "引语"
    NAME = "名称"
    NEGATION = "否定"
    DIRECTION = "方向"
    ROLE = "职务"
    COUNTED = "所计"
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

    Negation and direction are relations between two texts: see `contradictions`.
    """
    return tuple(dict.fromkeys(_facts(text)))


def _facts(text: str) -> Iterator[Fact]:
    quoted = [match[1] for match in _QUOTED.finditer(text)]
    yield from (Fact(FactKind.QUOTE, words) for words in quoted)
    # What is quoted is compared word for word already.
    plain = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    yield from (Fact(FactKind.DATE, m.text) for m in find_dates(plain, _NO_DATE))
    yield from (Fact(FactKind.NUMBER, m.text) for m in find_numbers(plain))
    # 6月31日 names no day, but a sentence with it is as wrong as one with another day.
    yield from (Fact(FactKind.DATE, match[0]) for match in _MONTH_DAY.finditer(plain))
    yield from (Fact(FactKind.NAME, name) for name in names(plain) if not _NO_NAME.match(name))


def missing_facts(facts: Iterable[Fact], sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return those of `facts` that no source holds."""
    sources = tuple(sources)
    return tuple(fact for fact in facts if not any(holds_fact(source, fact) for source in sources))


def contradictions(text: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return what `text` denies or turns round against all of `sources`."""
    bodies = [source.text for source in sources]
    joined = "\n".join(bodies)
    found: list[Fact] = []
    # Where both forbid, they may begin it differently: 严禁居民在……, 居民不得在…….
    both = bool(re.search(_FORBIDDING, text) and re.search(_FORBIDDING, joined))
    denials_there = _denials(joined, forbidden=not both)
    denied, denied_there = set(_denials(text, forbidden=not both)), set(denials_there)
    there = fold(joined)
    found += [
        Fact(FactKind.NEGATION, f"不/未 {stem}") for stem in denied - denied_there if stem in there
    ]
    for stem in denied_there - denied:
        affirmed = fold(text).count(stem)
        if affirmed and there.count(stem) == denials_there.count(stem):
            found.append(Fact(FactKind.NEGATION, stem))
    for pair in _OPPOSITES:
        for here, opposite in (pair, pair[::-1]):
            word = re.search(here, text)
            if word and not re.search(here, joined) and re.search(opposite, joined):
                found.append(Fact(FactKind.DIRECTION, word[0]))
    return tuple(dict.fromkeys(found))


# Who asks for the head of something may not know the office.
_ANY_OFFICE = "负责人"


def unbound_role(sentence: str, question: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return the role whose holder `question` asks for, when no source binds it to who is named.

    The commonest wrong answer of a small model gives the office to somebody else who is named in
    the same article, so role and name must stand close together in one source sentence.
    """
    role = fold(asked_role(question))
    if not role:
        return ()
    named = [fold(name) for name in names(sentence) if name not in question]
    forms = {role, _LONG_FORMS.get(role, role)}
    texts = [fold(source.text) for source in sources]
    if role == _ANY_OFFICE:
        forms |= set().union(*map(offices, texts))
    bound = any(_is_bound(form, named, text, fold(question)) for form in forms for text in texts)
    bound = bound or any(_does(role, name, text) for name in named for text in texts)
    return () if bound else (Fact(FactKind.ROLE, role),)


def _does(role: str, name: str, text: str) -> bool:
    """Whether who is named does, in one clause, what the office is called after."""
    deed = _DEEDS.get(role)
    return deed is not None and bool(re.search(rf"{re.escape(name)}[^，。；、]{{0,6}}{deed}", text))


def _is_bound(role: str, named: Sequence[str], text: str, asked: str) -> bool:
    """Whether the office stands near one who is named, and is of no place but the asked one."""
    for match in re.finditer(re.escape(role), text):
        around = text[max(0, match.start() - _BOUND_WITHIN) : match.end() + _BOUND_WITHIN]
        near = not named or any(_near(around, role, name) for name in named)
        if near and not _is_of_another_place(text[: match.start()], asked):
            return True
    return False


def _is_of_another_place(before: str, asked: str) -> bool:
    """Whether the words before an office name a place or body that was not asked about."""
    import rjieba

    words = rjieba.tag(before[-_BOUND_WITHIN:])
    # Who asks shortens it: 区人大的主任 is that of the 区人大常委会.
    return bool(words) and words[-1][1] in {"ns", "nt"} and words[-1][0][:2] not in asked


def _near(text: str, first: str, second: str) -> bool:
    pattern = rf"{{0}}[^。；;]{{{{0,{_BOUND_WITHIN}}}}}{{1}}"
    a, b = re.escape(first), re.escape(second)
    return bool(re.search(pattern.format(a, b), text) or re.search(pattern.format(b, a), text))


def opposite_direction(clause: str, part: str) -> bool:
    """Return whether `part` says 下降 (or the like) where `clause` says 上升."""
    return any(
        re.search(here, clause) and not re.search(here, part) and re.search(opposite, part)
        for pair in _OPPOSITES
        for here, opposite in (pair, pair[::-1])
    )


def holds_fact(source: SourceText, fact: Fact) -> bool:
    """Return whether a source holds a fact, in its text or its article's headline and date."""
    everywhere = f"{source.text}\n{source.context}"
    if fact.kind is FactKind.DATE:
        named = _stands_alone(everywhere, fact.text) or names_date(source, fact.text)
        return named or _is_published(source, fact.text)
    if fact.kind is FactKind.QUOTE:
        # “9·11” and “9.11” are one: what is quoted is words, not how they are pointed.
        return _WORDLESS.sub("", fold(fact.text)) in _WORDLESS.sub("", fold(everywhere))
    if fold(fact.text) in fold(everywhere):
        # A figure must stand alone: 70 is not in 170.
        return fact.kind is not FactKind.NUMBER or _holds_number(everywhere, fact.text)
    if fact.kind is FactKind.NUMBER:
        return _holds_number(everywhere, fact.text)
    if fact.kind is FactKind.NAME:
        return _holds_name(everywhere, fact.text)
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
    there = find_numbers(text)
    return any(
        math.isclose(wanted[0].value, number.value, rel_tol=1e-9)
        and same_unit(wanted[0].unit, number.unit)
        for number in there
    )


_ALIKE = (
    *map(set, ("位名人个", "条项个", "辆台部", "个家", "个支", "个座", "个所", "个处", "个起")),
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


def _denials(text: str, *, forbidden: bool) -> list[str]:
    """The first two characters of what is denied, each time; the last two, too, after 不得在……."""
    found = []
    for match in _NEGATED.finditer(_NOT_DENYING.sub("　", text)):
        if not forbidden and re.match(_FORBIDDING, match[0]):
            continue
        found.append(fold(match[1]))
        adverbial = _ADVERBIAL.match(match.string, match.start(1))
        if adverbial:
            found.append(fold(adverbial[1]))
    return found
