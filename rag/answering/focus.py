"""What kind of thing a question asks for, and whether a sentence holds such a thing."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.chinese.numbers import find_numbers


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
            r"什么时候|什么时间|何时|哪天|哪一天|哪年|哪一年|哪个月|几月|几号|几点|何日|多会儿|日期"
        ),
    ),
    (
        Focus.NUMBER,
        re.compile(
            r"多少|几[个名位次家所条项元岁年天人处座户种套辆件份]|多大|多高|多长|多远|多久|百分之几|比例是|金额"
        ),
    ),
    (Focus.PERSON, re.compile(r"谁|哪位|何人|什么人|叫什么名字|姓名")),
)
_DATE = re.compile(
    r"[\d〇一二三四五六七八九十]+\s*[年月日号点时]|昨[天日晚]|今[天日年晚]|去年|明年|日前|近日|上旬|中旬|下旬|季度|[上下]午"
)


def focus_of(question: str) -> Focus:
    """Return what `question` asks for."""
    for focus, pattern in _ASKS:
        if pattern.search(question):
            return focus
    return Focus.OTHER


def holds(focus: Focus, text: str) -> bool:
    """Return whether `text` holds something of the kind that `focus` asks for.

    People are not told apart from other words reliably enough to deny that one is there, so
    `PERSON` and `OTHER` always hold.
    """
    if focus is Focus.NUMBER:
        return bool(find_numbers(text)) or bool(re.search(r"\d", text))
    if focus is Focus.DATE:
        return bool(_DATE.search(text))
    return True


_ROLE_ASKED = (
    re.compile(
        r"(?P<role>[\u4e00-\u9fff]{2,12})(?:是谁|是哪位|是什么人|由谁担任|叫什么|姓什么|的名字|的姓名)"
    ),
    re.compile(r"(?:谁|哪位)(?:是|担任|当选|出任)(?P<role>[\u4e00-\u9fff]{2,12})"),
)


def asked_role(question: str) -> str:
    """Return the office or role whose holder is asked for (五星派出所的局长是谁 → 局长), or ""."""
    import rjieba

    for pattern in _ROLE_ASKED:
        match = pattern.search(question)
        if match:
            nouns = [word for word, tag in rjieba.tag(match["role"]) if tag.startswith(("n", "b"))]
            return nouns[-1] if nouns and len(nouns[-1]) > 1 else ""
    return ""
