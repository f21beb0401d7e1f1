"""What a sentence denies, affirms or turns round against its sources.

没有人员伤亡 for 造成人员伤亡, 上涨 for 下跌, 女子组 for 男子组, 降了2500元 for 降到2500元.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from rag.answering.facts import Fact, FactKind, SourceText, same_unit
from rag.answering.focus import asks_whether, offices
from rag.answering.roles import holds_office
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE
from rag.chinese.words import content_words

_NEGATED = re.compile(
    r"(?:没有|没能|未能|未曾|并未|尚未|不能|不会|不可以|不应该?|不宜|不要|不许|不准|不得|不再|不予"
    r"|并非|无法|禁止|严禁|切勿|请勿|[不没未无非])[有是会能再]*([\u4e00-\u9fff]{2})"
)
# What denies whatever follows it in its clause.
_DENYING = re.compile(r"[不没未无非]|禁止|严禁|切勿|请勿|免(?![费疫])")
_FORBIDDING = "禁止|严禁|切勿|请勿|不得|不准|不许|不能|不可以|不要|不宜|不应"
# Between a denial and the verb it denies: 不得在楼道内充电.
_ADVERBIAL = re.compile(
    r"[在将把向对从用与跟由][^，,。；;！？\s]{1,14}?([\u4e00-\u9fff]{2})(?=[，,。；;！？\s]|$)"
)
# Words in which 不, 未, 无, 非 do not deny.
_NOT_DENYING = re.compile(
    r"不(?:仅|但|只|断|少|同|久|管|论|动摇|折不扣|一样|足|良|动产|锈|得不|可或缺|遗余力|忘|落|畏)"
    r"|未来|未成年|无论|无疑|无人机|无锡|无数|无线|无偿|无障碍|非常|非洲|非遗|非法|除非|无微不至|络绎不绝|必不可少"
)
# What belongs to a place: 市教育局 and 区教育局 are two.
_OF = r"(?=(?:人民政府|政府|委|人大|政协|法院|检察院|[\u4e00-\u9fff]{1,4}局))"
_OPPOSITES: tuple[tuple[str, str], ...] = (
    ("增加|增长|上升|上涨|提高|提升|扩大|增至|升至", "减少|下降|下跌|降低|缩小|减至|降至"),
    ("以上|超过|高于|多于|不少于", "以下|不足|低于|少于|不超过"),
    ("之前|以前", "之后|以后"),
    ("赞成|同意|支持|批准", "反对|拒绝|否决|驳回"),
    ("成功|获胜|战胜", "失败|落败|负于"),
    ("如期|按期|准时|照常", "延期|推迟|取消|暂停"),
    ("最高", "最低"),
    ("最多", "最少"),
    ("最大", "最小"),
    ("最长", "最短"),
    ("最早", "最晚"),
    ("最快", "最慢"),
    ("最年长", "最年轻"),
    ("每月", "每年"),
    ("每天", "每月|每年"),
    ("每周", "每月"),
    ("每户", "每人"),
    ("男", "女"),
    ("同比", "环比"),
    ("小学", "[初高]中"),
    ("初中", "高中"),
    ("上半年", "下半年"),
    ("进口", "出口"),
    ("城镇", "农村"),
    (f"省{_OF}", f"市{_OF}"),
    (f"市{_OF}", f"[区县]{_OF}"),
    (f"区{_OF}", f"县{_OF}"),
)
# 降了2500元 is no 降到2500元.
_CHANGED = re.compile(
    r"(?:增[加长]?|上?升|上?涨|提[高升]|扩大|下?降低?|减少?|下?跌|调整)了?(?P<to>[至到为])?"
    r"(?:每\w{1,3}|大约|约|近|超过?)?$"
)


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
        Fact(FactKind.NEGATION, f"不/未 {stem}")
        for stem in denied - denied_there
        if _plainly(stem, there)
    ]
    for stem in denied_there - denied:
        if _plainly(stem, fold(text)) and there.count(stem) == denials_there.count(stem):
            found.append(Fact(FactKind.NEGATION, stem))
    found += [
        Fact(FactKind.ROLE, office)
        for office in sorted(offices(text))
        if office in joined and holds_office(office, text) and not holds_office(office, joined)
    ]
    found += _changed_otherwise(text, joined)
    for pair in _OPPOSITES:
        for here, opposite in (pair, pair[::-1]):
            word = re.search(here, text)
            if word and not re.search(here, joined) and re.search(opposite, joined):
                found.append(Fact(FactKind.DIRECTION, word[0]))
    return tuple(dict.fromkeys(found))


def _plainly(stem: str, folded: str) -> bool:
    """Whether a folded text says a stem somewhere without a denial before it in its clause.

    没有造成人员伤亡 and 无人员伤亡 deny the same, though another word follows the denial.
    """
    clear = _NOT_DENYING.sub("　", folded)
    return any(
        not _DENYING.search(clause[: match.start()].rpartition("的")[2])
        for clause in CLAUSE.findall(clear)
        for match in re.finditer(re.escape(stem), clause)
    )


def other_answer(text: str, question: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return the word of which a yes or no to `question` says the opposite of what sources say."""
    if not asks_whether(question):
        return ()
    said, there = fold(text), fold("\n".join(source.text for source in sources))
    words = [word for word in content_words(text) if len(word) > 1 and word in there]
    if words and _plainly(words[-1], said) != _plainly(words[-1], there):
        return (Fact(FactKind.NEGATION, words[-1]),)
    return ()


def _changed_otherwise(text: str, joined: str) -> list[Fact]:
    """The figures by which a text says a thing changed where sources say to which: 降到2500元."""
    found = []
    for number in find_numbers(text):
        said = _CHANGED.search(text[: number.start])
        if not said:
            continue
        printed = [
            _CHANGED.search(joined[: there.start])
            for there in find_numbers(joined)
            if math.isclose(there.value, number.value) and same_unit(there.unit, number.unit)
        ]
        if printed and all(one and bool(one["to"]) != bool(said["to"]) for one in printed):
            found.append(Fact(FactKind.DIRECTION, f"{said[0]}{number.text}"))
    return found


def opposite_direction(clause: str, part: str) -> bool:
    """Return whether `part` says 下降 (or the like) where `clause` says 上升."""
    return any(
        re.search(here, clause) and not re.search(here, part) and re.search(opposite, part)
        for pair in _OPPOSITES
        for here, opposite in (pair, pair[::-1])
    )


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
