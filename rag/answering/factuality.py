"""How firmly a source says something, and whether a sentence says it more firmly.

他否认收受贿赂, 他涉嫌受贿, 预计明年建成 and 至少20人 share their words with 他收受贿赂, 他受贿,
明年建成 and 20人, and mean something else: what is denied, doubted, hoped for, asked for,
conditional or only bounded is no plain fact.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.contradictions import contradictions
from rag.answering.evidence import EvidenceSentence
from rag.answering.facts import Fact, FactKind, SourceText, same_unit
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold
from rag.chinese.numbers import NumberMention, find_numbers
from rag.chinese.sentences import CLAUSE

# Fewer units than these say too little to find a clause by.
_TOO_FEW = 3
# From these shares on a clause of a source is about the same; and as near as the nearest one.
_SAME_CLAUSE, _NEARLY = 0.6, 0.85
# What directly follows a word of doubt is what it casts doubt on; this much of it must be repeated.
_DIRECTLY, _REPEATED = 6, 0.5


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Words that say in what way something is no plain fact, and words that say as much."""

    words: re.Pattern[str]
    equals: re.Pattern[str]
    kind: FactKind = FactKind.UNQUALIFIED


_FUTURE = (
    r"预计|有望|可能|或[将会可许致]|估计|预期|料|力争|争取|计划|规划|拟|打算|准备|考虑|目标|原定"
    r"|将|会|要"
)
_SAID = r"声称|宣称|自称|谎称|指控|指责|怀疑|疑|涉嫌|被控|被指|传|据|称|说|认为|表示|可能|或"
# Before what they cast doubt on.
_BEFORE = (
    _Doubt(
        re.compile(r"否认(?!罪)了?"),
        re.compile(r"否认|并非|不是|没有|未|不实|不属实|谣言|辟谣|拒绝承认"),
        FactKind.DENIED,
    ),
    _Doubt(
        re.compile(r"原定|原计划|原拟|原本|本应|本该"),
        re.compile(r"原[定计拟本先]|本[应该来]|推迟|延期|提前|取消|改[为在到期]|未|没"),
        FactKind.DENIED,
    ),
    _Doubt(
        re.compile(
            r"预计|有望|或[将会可]|(?<![可比评])估计|预期(?!的|目标)|力争|争取|(?<![不尽有大极])可能(?![性的，。])|有可能|极可能"
            r"|(?<![模虚草比])拟(?![定订人态声合])|打算|考虑|计划(?=[在于今明用将对从投建举出派])"
        ),
        re.compile(_FUTURE),
    ),
    _Doubt(re.compile(r"试图|企图|扬言|威胁要?"), re.compile(r"试图|企图|扬言|威胁|未遂|想")),
    _Doubt(
        re.compile(r"呼吁|敦促|建议|希望(?!小学|工程)"),
        re.compile(r"呼吁|敦促|建议|希望|要求|应|需|须|将|要|请"),
    ),
    _Doubt(
        re.compile(r"涉嫌|疑似|疑为|疑因|据传|网传|传闻|被控|被指|声称|宣称|谎称"),
        re.compile(_SAID),
    ),
)
# After what they say is not so; in the same clause or the next.
_UNTRUE = _Doubt(
    re.compile(
        r"(?:是|系|为|属|均|都)[^，,]{0,4}谣言|不实(?:信息|消息|传言|言论|报道|之[词言说])|不属实|不实$"
        r"|子虚乌有|纯属虚构|假消息|误传|辟谣"
    ),
    re.compile(r"谣|不实|不属实|子虚乌有|虚构|假|误传|否认|并非|不是|没有|未"),
    FactKind.DENIED,
)
_DENIES = re.compile(f"否认|{_UNTRUE.words.pattern}")
# So much of a sentence's wording stands in the one that denies it.
_DENIED, _DENIED_RUMOUR = 0.5, 0.3
_RUMOUR = re.compile(r"[网谣据]传|传言|传闻|网友|消息称|有人|指控|指责|声称")
_HEARSAY = re.compile(r"网传|传言|传闻|谣传|有人|有消息|消息称|的说法|的消息|的报道")
_CONDITION = re.compile(
    r"^(?:[^，,]{0,6}(?:说|称|表示|指出|：|:))?[“\"]?(?:但|而|且|不过)?"
    r"(?P<word>如果|假如|倘若|若是|若|一旦|要是|除非|万一)(?!干)"
)
_CONDITIONAL = re.compile(r"如果|假如|倘若|若|一旦|要是|除非|万一|的话|只要|否则")

_LEAST = r"至少|最少|起码|不少于|不低于|不下|超过|超|逾|多于|高于|突破"
_MOST = r"至多|最多|不超过|不多于|不高于|不足|不到|低于|少于|未满|最[高低长短]"
_ABOUT = r"大约|约为|约|大概|将近|接近|近"
_AS_MUCH = r"(?:有|为|达到|达|是)?"
_BOUND_BEFORE = re.compile(rf"(?P<word>{_LEAST}|{_MOST}|{_ABOUT}){_AS_MUCH}$")
_STRICT = re.compile(rf"{_LEAST}|{_MOST}|以上|以下|以内")
_BOUND_AFTER = re.compile(r"(?P<word>以上|以下|以内|左右|上下)")
_BOUND_WITHIN = re.compile(r"[多余]")
_MYRIADS_BOUND = re.compile(r"[多余]([百千]?[万亿]+)")


# Words that leave nothing out, what says as much, and what has to be there for one to be wrong.
_WIDE = (
    (r"只能|只有|仅限|唯一", r"只|仅|唯|限于|才", ""),
    (
        r"所有|全部|任何|一律|一切",
        r"所有|全[部体市区县镇村校省国]|任何|一律|一切|各|均|都|凡|每",
        "",
    ),
    (r"全天", r"全天|24小时|昼夜|整[天日]", ""),
    (r"每[天日]|天天", r"每[天日]|天天|日均", r"周[一二三四五六日末]|星期|工作日|节假日|双休日"),
)


def overstated(sentence: str, question: str, sources: Sequence[SourceText]) -> tuple[Fact, ...]:
    """Return the words of doubt that a sentence leaves out where every source has them.

    `FactKind.DENIED` where a source denies what the sentence says, `FactKind.UNQUALIFIED` where it
    says so only in part or in doubt. What the question already says need not be said again.
    """
    clauses = [clause for source in sources for clause in _clauses(source.text)]
    found: list[Fact] = []
    for match in CLAUSE.finditer(sentence):
        found += _doubted(match[0], sentence, question, clauses)
    found += _widened(sentence, question, sources)
    return tuple(dict.fromkeys([*found, *_unbounded(sentence, sources)]))


def with_bounds(sentence: str, texts: Sequence[str]) -> str:
    """Return the sentence with the bounds that `texts` put on its figures: 20人 → 至少20人.

    A figure that stands somewhere in `texts` without a bound, or with another one, stays as it is.
    """
    for number in reversed(find_numbers(sentence)):
        if _bound_of(sentence, number):
            continue
        printed = [(text, there) for text in texts for there in _same(number, text)]
        bounds = {_bound_of(text, there) for text, there in printed}
        if len(bounds) != 1 or not (bound := bounds.pop()):
            continue
        if _BOUND_WITHIN.fullmatch(bound):
            if not number.text.endswith(number.unit):
                continue
            place = number.end - len(number.unit)
            # 500多万人, but 50多人 and 5万多元.
            myriads = _MYRIADS_BOUND.search(printed[0][1].text)
            if myriads and sentence[:place].endswith(myriads[1]):
                place -= len(myriads[1])
        else:
            place = number.end if _BOUND_AFTER.fullmatch(bound) else number.start
        sentence = sentence[:place] + bound + sentence[place:]
    return sentence


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a source, in search form, with what stands around it in its sentence."""

    text: str
    folded: str
    before: str
    after: str


def _clauses(text: str) -> list[_Clause]:
    spans = [match.span() for match in CLAUSE.finditer(text)]
    # A full stop parts more than a comma does.
    joined = [text[a[1] : b[0]].strip() in {",", "，"} for a, b in pairwise(spans)]
    parts = [text[start:end] for start, end in spans]
    before = [part if near else "" for part, near in zip(parts, joined, strict=False)]
    after = [part if near else "" for part, near in zip(parts[1:], joined, strict=True)]
    around = zip(parts, ["", *before], [*after, ""], strict=True)
    return [_Clause(part, fold(part), first, last) for part, first, last in around]


def _doubted(clause: str, sentence: str, question: str, clauses: Sequence[_Clause]) -> list[Fact]:
    """What casts doubt on a clause wherever the sources say it."""
    wanted = units_of(clause)
    if len(wanted) < _TOO_FEW or not clauses:
        return []
    fits = [share(wanted, one.folded) for one in clauses]
    least = max(_SAME_CLAUSE, _NEARLY * max(fits))
    doubts: list[Fact] = []
    for one, fit in zip(clauses, fits, strict=True):
        if fit < least:
            continue
        doubt = _doubt_on(clause, f"{question}\n{clause}", one)
        doubt = doubt or _condition_of(f"{question}\n{sentence}", one)
        if doubt is not None:
            doubts.append(doubt)
        elif not contradictions(clause, [SourceText(one.text)]):
            # Here it is said plainly.
            return []
    return doubts


def _doubt_on(clause: str, said: str, source: _Clause) -> Fact | None:
    untrue = _UNTRUE.words.search(source.text) or (
        _HEARSAY.search(source.text) and _UNTRUE.words.search(source.after)
    )
    if untrue and not _UNTRUE.equals.search(said):
        return Fact(_UNTRUE.kind, untrue[0])
    for doubt in _BEFORE:
        for match in doubt.words.finditer(source.text):
            # 涉嫌受贿被立案: that a case was opened is no doubt.
            after = source.text[match.end() : match.end() + _DIRECTLY].partition("被")[0]
            directly = units_of(after)
            repeated = directly and share(directly, fold(clause)) >= _REPEATED
            if repeated and not doubt.equals.search(said):
                return Fact(doubt.kind, match[0])
    return None


def _condition_of(said: str, source: _Clause) -> Fact | None:
    condition = _CONDITION.search(source.before) or _CONDITION.search(source.text)
    if condition and not _CONDITIONAL.search(said):
        return Fact(FactKind.UNQUALIFIED, condition["word"])
    return None


def _widened(sentence: str, question: str, sources: Sequence[SourceText]) -> list[Fact]:
    """The words by which a sentence leaves nothing out where no source says so: 所有人员, 只能."""
    printed = "\n".join(f"{source.text}\n{source.context}" for source in sources)
    return [
        Fact(FactKind.OWNER, word[0])
        for wide, equals, limits in _WIDE
        if sources
        and (word := re.search(wide, sentence))
        and not re.search(equals, f"{printed}\n{question}")
        and re.search(limits, printed)
    ]


def _unbounded(sentence: str, sources: Sequence[SourceText]) -> Iterator[Fact]:
    """The bounds that the sources put on a figure wherever they have it, and the sentence not."""
    for number in find_numbers(sentence):
        if _bound_of(sentence, number):
            continue
        there = [(source.text, n) for source in sources for n in _same(number, source.text)]
        bounds = [_bound_of(text, mention) for text, mention in there]
        if bounds and all(_STRICT.fullmatch(bound) for bound in bounds):
            yield Fact(FactKind.UNQUALIFIED, bounds[0])


def _bound_of(text: str, number: NumberMention) -> str:
    """The word that bounds a figure, "" when it is exact."""
    before = _BOUND_BEFORE.search(text[: number.start])
    if before:
        return before["word"]
    after = _BOUND_AFTER.match(text, number.end)
    if after:
        return after["word"]
    within = _BOUND_WITHIN.search(number.text)
    return within[0] if within else ""


def _same(number: NumberMention, text: str) -> Iterator[NumberMention]:
    """The mentions of the same figure."""
    for there in find_numbers(text):
        same = math.isclose(number.value, there.value, rel_tol=1e-9)
        if same and same_unit(number.unit, there.unit):
            yield there


def denial_of(sentence: str, candidates: Sequence[EvidenceSentence]) -> EvidenceSentence | None:
    """Return the sentence that says of what `sentence` says that it is not so, or None.

    What is told as a rumour need not be repeated as fully to be denied.
    """
    wanted = units_of(sentence)
    denying = [
        (share(wanted, fold(item.sentence.text)), item)
        for item in candidates
        if _DENIES.search(item.sentence.text)
    ]
    fit, item = max(denying, key=lambda pair: pair[0], default=(0.0, None))
    return item if fit >= (_DENIED_RUMOUR if _RUMOUR.search(sentence) else _DENIED) else None
