"""A question as it is to be searched: completed from the conversation, with the dates it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rag.chinese.dates import find_dates
from rag.chinese.words import content_words
from rag.types import Turn


class DateRange(NamedTuple):
    """Whole days, both inclusive."""

    first: date
    last: date

    def meets(self, other: DateRange) -> bool:
        """Return whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a conversation.

    `text` is what was asked; `search_text` the same with what earlier turns supply, to be searched;
    `dates` are the days it names; `followed_up` whether anything was supplied.
    """

    text: str
    search_text: str
    dates: tuple[DateRange, ...] = ()
    followed_up: bool = False


# A question that points back says so by one of these, or starts in the middle of a thought.
_POINTS_BACK = re.compile(
    r"[他她它]们?|这[个些位件项场次座条名家里]|那[个些位件项场次座条名家里]|该[^\s，。？?]|其中|其[^他实余它]"
    r"|上述|前者|后者|此[事次人外]|当时|当天|同时"
)
_CONTINUES = re.compile(r"^\s*(?:那么?|还有?|另外|此外|然后|接着|后来|具体|再|又|除此|除了这)")
_ALSO = re.compile(r"还[有会能要在是强将]|也[有是]")
_TRAILS = re.compile(r"呢\s*[？?。!！]*\s*$")
_FEW_CONTENT_WORDS = 1
_SHORT = 14
_INTERROGATIVES = re.compile(
    r"什么|哪[些个里位年天儿]?|谁|怎么样?|怎样|如何|多少|几|为何|为什么|吗|呢|是否|有没有|[？?！!。，,]"
)


def understand(question: str, history: Sequence[Turn] = (), *, today: date) -> Question:
    """Return the question with what it leaves unsaid supplied from earlier turns.

    A follow-up (他还强调了什么？ / 那第二名呢？) is searched together with the content words of the
    last question that stood by itself, and of those between.
    """
    text = question.strip()
    supplied = _supplied(text, history) if _is_follow_up(text) else []
    search_text = " ".join([*supplied, text])
    dates = _dates(text, today)
    if not dates and supplied:
        dates = _dates(" ".join(supplied), today)
    return Question(text, search_text, dates, bool(supplied))


def _is_follow_up(text: str) -> bool:
    if _CONTINUES.search(text) or _TRAILS.search(text):
        return True
    if len(text) <= _SHORT and (_POINTS_BACK.search(text) or _ALSO.search(text)):
        return True
    if _POINTS_BACK.match(text):
        return True
    return len(text) <= _SHORT and len(content_words(text)) <= _FEW_CONTENT_WORDS


def _supplied(text: str, history: Sequence[Turn]) -> list[str]:
    """The subject matter of the questions back to the last one that stands by itself."""
    supplied: list[str] = []
    for turn in reversed(history):
        supplied.insert(0, _subject(turn.question))
        if not _is_follow_up(turn.question.strip()):
            break
    present = set(content_words(text))
    return [part for part in supplied if part and not set(content_words(part)) <= present]


def _subject(question: str) -> str:
    """A question without what asks in it: 运河早市搬到了哪里？ → 运河早市搬到了."""
    return " ".join(_INTERROGATIVES.sub(" ", question).split())


def _dates(text: str, today: date) -> tuple[DateRange, ...]:
    return tuple(DateRange(m.first, m.last) for m in find_dates(text, today))
