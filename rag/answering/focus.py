"""What kind of thing a question asks for, and whether a sentence holds such a thing."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.chinese.names import names
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE
from rag.chinese.spoken import written_words


class Focus(StrEnum):
    """The kind of thing that answers a question."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    OTHER = "other"


_ASKS = (
    (
        Focus.DATE,
        re.compile(
            r"什么时候|什么时间|何时|哪一?天|哪几天|哪一?年|哪个月|几月|几点(?!意见|要求|建议|希望|任务)"
            r"|何日|周几|星期几|日期"
        ),
    ),
    (
        Focus.NUMBER,
        re.compile(
            r"多少|几[个名位次回家所条项点元岁年天人处座户种套辆件份款批届例笔栋间张台成倍]|多大|多高|多长|多远|多久|百分之几|比例是|金额"
        ),
    ),
    (
        Focus.PERSON,
        re.compile(
            r"谁|哪[一两几]?位|何人|什么人|叫什么名字|姓名|(?:[位个]|居民|记者|医生|大夫|先生|女士)[^，。]{0,6}叫什么"
        ),
    ),
)
_DATE = re.compile(
    r"[\d〇一二三四五六七八九十]+\s*[年月日号点时]|昨[天日晚]|今[天日年晚]|去年|明年|日前|近日|上旬|中旬|下旬|季度|[上下]午"
)


def focus_of(question: str) -> Focus:
    """Return what `question` asks for."""
    asked = written_words(question)
    for focus, pattern in _ASKS:
        if pattern.search(asked):
            return focus
    return Focus.OTHER


def holds(focus: Focus, text: str, question: str = "") -> bool:
    """Return whether `text` holds something of the kind that `focus` asks for.

    With the question, a number must also count what is asked for: 多少钱 is not answered by 3次.
    """
    if focus is Focus.NUMBER:
        wanted = _asked_unit(question)
        return any(
            not wanted or not number.unit or wanted & set(number.unit)
            for clause in CLAUSE.findall(text)
            if not tells_other_harm(question, clause)
            for number in find_numbers(clause)
        )
    if focus is Focus.DATE:
        return bool(_DATE.search(text))
    if focus is Focus.PERSON:
        return bool(names(text))
    return True


def tells_other_harm(question: str, text: str) -> bool:
    """Return whether `text` says of the dead what is asked of the hurt, or the like."""
    asked = [harm for harm in _HARMS if harm.search(question)]
    if len(asked) != 1 or not _HOW_MANY.search(question):
        return False
    return not asked[0].search(text) and any(harm.search(text) for harm in _HARMS)


_WHETHER = re.compile(
    r"(?<![什怎那多])[吗么]\s*[?？。]?$|是否|能否|可否|(?P<verb>[\u4e00-\u9fff])[不没](?P=verb)"
)


def asks_whether(question: str) -> bool:
    """Return whether a question is answered by yes or no."""
    return bool(_WHETHER.search(question))


def counted_noun(question: str) -> str:
    """Return what `question` asks the number of (收治了多少尿毒症患者 → 尿毒症患者), or ""."""
    import rjieba

    match = _COUNTED.search(question)
    if match is None or match["noun"] in _DIVISIONS:
        return ""
    tags = [tag for _, tag in rjieba.tag(match["noun"])]
    return match["noun"] if all(tag.startswith(("n", "j", "vn", "a", "b")) for tag in tags) else ""


def _asked_unit(question: str) -> set[str]:
    match = re.search(r"多少(?P<unit>[\u4e00-\u9fff])|(?<!第)几(?P<few>[\u4e00-\u9fff])", question)
    unit = (match["unit"] or match["few"]) if match else ""
    if not unit:
        return set()
    if unit in "钱元":
        return {"元", "币", "金"}
    if unit in "位名人":
        return set("位名人个")
    if unit in _VEHICLES:
        return set(_VEHICLES)
    return {unit} if unit in _MEASURES else set()


_VEHICLES = "台辆部"
# Measure words that cannot stand for one another.
_MEASURES = "户家次套件座条亩吨米岁年天只所"
_COUNTED = re.compile(
    r"(?:多少|(?<!第)几)(?:人次|[余多]?[个名位家户次件项座条只台辆套所支场枚轮人种类架艘起宗批])?"
    r"(?P<noun>(?!个人[?？。]*$)[\u4e00-\u9fff]{2,8})[?？。]*$"
)
# Nouns that only say into what something is divided.
_DIVISIONS = {"部分", "方面", "阶段", "类型", "种类", "步骤", "环节", "层次", "地方", "内容"}


# What befalls people, and is counted apart.
_HARMS = tuple(map(re.compile, ("死|亡|遇难|丧[生命]|罹难|牺牲", "伤", "失踪|失联")))
_HOW_MANY = re.compile("多少|几")


_ROLE_ASKED = (
    re.compile(
        r"(?P<role>[\u4e00-\u9fff]{2,12})(?:是谁|是哪位|是什么人|由谁担任|叫什么|姓什么|的名字|的姓名)"
    ),
    re.compile(r"(?:谁|哪位)(?:是|担任|当选|出任)(?P<role>[\u4e00-\u9fff]{2,12})"),
)


_OFFICES = (
    r"区长|市长|县长|省长|镇长|局长|院长|校长|所长|队长|会长|处长|科长|部长|站长|馆长|厂长|行长|社长"
    r"|书记|主任|主席|经理|总监|总裁|董事|教授|院士|负责人|发言人|代表|委员|司令|总统|总理|首相|大使|教练"
    r"|外长|防长|财长|州长|议长|司长|村长|班长|国务卿|国王|女王|议员|秘书"
    r"|创始人|主持人|总编|总编辑|法人|站长"
)
# Of a noun that is asked for, any 长 is one; in a text 同比增长 is none.
_OFFICE = re.compile(f"(?:..长|{_OFFICES})$")


def asked_role(question: str) -> str:
    """Return the office or role whose holder is asked for (五星派出所的局长是谁 → 局长), or ""."""
    import rjieba

    for pattern in _ROLE_ASKED:
        match = pattern.search(question)
        if match:
            nouns = [word for word, tag in rjieba.tag(match["role"]) if tag.startswith(("n", "b"))]
            return nouns[-1] if nouns and _OFFICE.search(nouns[-1]) else ""
    return ""


def offices(text: str) -> set[str]:
    """Return the offices that `text` names (参议院主席 → 主席)."""
    return set(re.findall(_OFFICES, text))
