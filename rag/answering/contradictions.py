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
from rag.chinese.clock import other_parts_of_day
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE
from rag.chinese.words import content_words

_NEGATED = re.compile(
    r"(?:没有|没能|未能|未曾|并未|尚未|不能|不会|不可以|不应该?|不宜|不要|不许|不准|不得|不再|不予"
    r"|并非|无法|禁止|严禁|切勿|请勿|[不没未无非])[有是会能再]*([\u4e00-\u9fff]{2})"
)
# What denies whatever follows it in its clause.
_DENYING = re.compile(r"[不没未无非]|禁止|严禁|切勿|请勿|拒绝|驳回|否决|免(?![费疫])")
_FORBIDDING = "禁止|严禁|切勿|请勿|不得|不准|不许|不能|不可以|不要|不宜|不应"
# Between a denial and the verb it denies: 不得在楼道内充电.
_ADVERBIAL = re.compile(
    r"[在将把向对从用与跟由][^，,。；;！？\s]{1,14}?([\u4e00-\u9fff]{2})(?=[，,。；;！？\s]|$)"
)
# A thing that a rule leaves out; 除……外，还 leaves nothing out.
_EXCEPT = re.compile(
    r"除(?:了|每)?(?P<but>[^，,。；;除外]{2,16}?)(?:闭馆)?(?:以|之)?外[，,]?"
    r"(?P<rest>(?![^，,。；;]{0,8}(?:还|也|又|同时|另))[^，,。；;]{2,})"
)
# Deeds with one who does them and another one.
_DEED = re.compile(
    "战胜|击败|打败|力克|收购|并购|赔偿|起诉|状告|打伤|杀害|借给|捐给|批评|指责|负于|不敌|淘汰"
)
_CLOSED = re.compile("闭馆|休馆|闭园|停业|停止营业|不营业|关门")
# What is only the difference to something else: 比上年多2000人.
_DIFFERENCE = re.compile(
    r"比[^，,。；;]{1,12}?(?:[多少高低快慢长短]|增[加长]?|减少?)了?出?(?:约|近|超过?)?$"
)
_RATES = ("%", "‰", "个百分点", "百分点", "倍", "成")
_DIFFERS = re.compile("[比多少高低快慢长短差]")
_SCORE = re.compile(r"(?<![\d.])(\d+)[比:](\d+)(?![\d.])")
_LOST = re.compile("[负输平被]|(?<![击打挫])败|不敌|落后|失利")
# Words in which 不, 未, 无, 非 do not deny.
_NOT_DENYING = re.compile(
    r"不(?:仅|但|只|断|少|同(?!意)|久|管|论|动摇|折不扣|一样|足|良|动产|锈|得不|可或缺|遗余力|忘|落|畏"
    r"|敌|幸|慎|满|错|惜|料|时|禁(?!止)|妨|愧|易|当(?!选)|明(?!确)|法|利|远[千万]里|到(?=[\d一二两三四五六七八九十半]))"
    r"|[淹沉出埋吞]没|没收|未央|未知|无故|无辜|无证|无私|无限|无尽"
    r"|未来|未成年|无论|无疑|无人机|无锡|无数|无线|无偿|无障碍|非常|非洲|非遗|非法|除非|无微不至|络绎不绝|必不可少"
)
# What belongs to a place: 市教育局 and 区教育局 are two.
_OF = r"(?=(?:人民政府|政府|委|人大|政协|法院|检察院|[\u4e00-\u9fff]{1,4}局))"
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        "增加|增长|上升|涨(?![水潮])|提高|提升|扩大|增至|升至",
        "减少|下降|跌(?![倒落宕打])|降低|缩小|减至|降至",
    ),
    (
        r"以上|(?<!不)(?:超过|高于|多于)|不[少低]于|年?满(?=[\d一二三四五六七八九十])",
        "以下|不足|(?<!不)(?:低于|少于)|不超过|不[高多]于|[不未]满|以内",
    ),
    ("之前|以前|(?<=[日月年点时分])前|截止", "之后|以后|(?<=[日月年点时分])后"),
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
    ("每月|月均", "每年|全年|年均"),
    ("每天|每日|日均", "每月|月均|每年|年均"),
    ("每周", "每月"),
    ("每户", "每人"),
    ("男", "女"),
    ("同比|[上去]年同期|[比较][上去]年", "环比|[比较]上[个一]?月"),
    ("小学", "[初高]中"),
    ("初中", "高中"),
    ("上半年", "下半年"),
    ("进口", "出口"),
    ("南部", "北部"),
    ("东部", "西部"),
    ("上游", "下游"),
    ("室内", "室外"),
    ("公办", "民办"),
    ("城镇", "农村"),
    (f"省{_OF}", f"市{_OF}"),
    (f"市{_OF}", f"[区县]{_OF}"),
    (f"区{_OF}", f"县{_OF}"),
)
# 降了2500元 is no 降到2500元.
_CHANGED = re.compile(
    r"(?:增[加长]?|上?升|上?涨|提[高升]|扩大|下?降低?|减少?|下?跌|[上下]?调[高低整]?)了?(?P<to>[至到为])?"
    r"(?:每.{1,6}|大约|约|近|超过?)?$"
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
    there = fold(_level(joined))
    found += [
        Fact(FactKind.NEGATION, f"不/未 {stem}")
        for stem in denied - denied_there
        if _plainly(stem, there)
    ]
    for stem in denied_there - denied:
        if _plainly(stem, fold(_level(text))) and there.count(stem) == denials_there.count(stem):
            found.append(Fact(FactKind.NEGATION, stem))
    found += [
        Fact(FactKind.ROLE, office)
        for office in sorted(offices(text))
        if office in joined and holds_office(office, text) and not holds_office(office, joined)
    ]
    found += _changed_otherwise(text, joined) + _turned_scores(text, joined)
    found += [Fact(FactKind.DIRECTION, part) for part in other_parts_of_day(text, joined)]
    for pair in _OPPOSITES:
        for here, opposite in (pair, pair[::-1]):
            word, other = re.search(here, text), re.search(opposite, joined)
            if not word or not other or re.search(here, joined):
                continue
            # 没有同意 is 拒绝, but not 没有拒绝.
            if not _is_denied(word) or _is_denied(other):
                found.append(Fact(FactKind.DIRECTION, word[0]))
    return tuple(dict.fromkeys(found))


def _is_denied(word: re.Match[str]) -> bool:
    """Whether a word is denied right before it."""
    return bool(re.search("[不没未](?:有|能|予)?$", word.string[: word.start()]))


def excepted(text: str, sources: Iterable[SourceText]) -> tuple[tuple[Fact, ...], bool]:
    """Return what `text` says of an exception that holds for the others alone; whether it is right.

    除公交车外，其他车辆禁止通行: 公交车 may pass, and 除周一外 is not 周一.
    """
    found: list[Fact] = []
    right = False
    if _EXCEPT.search(text):
        return (), False
    for source in sources:
        for match in _EXCEPT.finditer(source.text):
            wanted = set(content_words(match["rest"]))
            things = [one for one in re.split("[、和及与或]", match["but"]) if len(one) > 1]
            words = content_words(match["but"])
            things += [word for word in words if len(word) > 1 and word not in match["rest"]]
            for clause in CLAUSE.findall(text):
                about = any(one in clause for one in things) and "除" not in clause
                if not about or not wanted & set(content_words(clause)):
                    continue
                here, there = (
                    bool(_DENYING.search(_clear(one))) for one in (clause, match["rest"])
                )
                right = right or here != there
                if here == there:
                    found.append(Fact(FactKind.NEGATION, match[0]))
    return tuple(dict.fromkeys(found)), right and not found


def _clear(text: str) -> str:
    """A text in search form without the words in which 不, 未, 无, 非 do not deny."""
    return _NOT_DENYING.sub("　", _level(fold(text)))


def _level(text: str) -> str:
    """The text with 闭馆 and the like as the denial that they are."""
    return _CLOSED.sub("不开放", text)


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
    said = fold(_level(text))
    there = fold(_level("\n".join(source.text for source in sources)))
    words = [word for word in content_words(said) if len(word) > 1 and word in there]
    if not words:
        return ()
    # 周一闭馆，周二至周日开放: what is said of the same day counts.
    wanted = set(content_words(said)) | set(content_words(question))
    clauses = [clause for clause in CLAUSE.findall(there) if words[-1] in clause]
    fits = [len(wanted & set(content_words(clause))) for clause in clauses]
    near = [one for one, fit in zip(clauses, fits, strict=True) if fit == max(fits)]
    plain = _plainly(words[-1], said)
    if all(plain != _plainly(words[-1], clause) for clause in near):
        return (Fact(FactKind.NEGATION, words[-1]),)
    return ()


def _changed_otherwise(text: str, joined: str) -> list[Fact]:
    """The figures by which a text says a thing changed where sources say to which: 降到2500元."""
    found = []
    for number in find_numbers(text):
        said = _CHANGED.search(text[: number.start])
        same = [
            there
            for there in find_numbers(joined)
            if math.isclose(there.value, number.value) and same_unit(there.unit, number.unit)
        ]
        if not said:
            apart = same and all(_DIFFERENCE.search(joined[: one.start]) for one in same)
            if apart and number.unit not in _RATES and not _DIFFERS.search(text):
                found.append(Fact(FactKind.DIRECTION, number.text))
            continue
        if same and all(_is_start(joined, one.start, one.end) for one in same):
            found.append(Fact(FactKind.DIRECTION, f"{said[0]}{number.text}"))
        printed = [_CHANGED.search(joined[: there.start]) for there in same]
        if printed and all(one and bool(one["to"]) != bool(said["to"]) for one in printed):
            found.append(Fact(FactKind.DIRECTION, f"{said[0]}{number.text}"))
    return found


def _turned_scores(text: str, joined: str) -> list[Fact]:
    """The scores of a text that the sources print the other way round, where nobody is beaten."""
    printed = {match.groups() for match in _SCORE.finditer(fold(joined))}
    if _LOST.search(text) or _LOST.search(joined):
        return []
    return [
        Fact(FactKind.DIRECTION, match[0])
        for match in _SCORE.finditer(fold(text))
        if match.groups() not in printed and match.groups()[::-1] in printed
    ]


def done_by_the_other(text: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return the deeds that `text` says were done by whom, in all sources, they were done to."""
    there = [sides for source in sources for sides in _sides(source.text)]
    found = []
    for deed, doers, others in _sides(text):
        same = [(left, right) for one, left, right in there if one == deed]
        turned = [
            bool(doers & (right - left)) and bool(others & (left - right)) for left, right in same
        ]
        if turned and all(turned):
            found.append(Fact(FactKind.DIRECTION, deed))
    return tuple(dict.fromkeys(found))


def _sides(text: str) -> list[tuple[str, set[str], set[str]]]:
    """Each deed of a text with the words before and after it; not where 被 turns them round."""
    return [
        (
            match[0],
            set(content_words(clause[: match.start()])),
            set(content_words(clause[match.end() :])),
        )
        for clause in CLAUSE.findall(text)
        if not re.search("[被遭由]", clause)
        for match in _DEED.finditer(clause)
    ]


def _is_start(text: str, start: int, end: int) -> bool:
    """Whether a figure is that from which a thing changed: 由26元降至22元."""
    before = re.search(r"[从由][^，,。；;]{0,14}$", text[:start])
    return bool(before) and bool(re.match(r"[^，,。；;\d]{0,8}[到至为成]", text[end:]))


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
    for match in _NEGATED.finditer(_NOT_DENYING.sub("　", _level(text))):
        if not forbidden and re.match(_FORBIDDING, match[0]):
            continue
        found.append(fold(match[1]))
        adverbial = _ADVERBIAL.match(match.string, match.start(1))
        if adverbial:
            found.append(fold(adverbial[1]))
    return found
