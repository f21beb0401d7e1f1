"""What earlier turns mean for an answer: what was said already, and what is put to the generator.

Which earlier question a follow-up completes is `rag.retrieval.question`'s matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence
from rag.answering.plain import without_invisible
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold
from rag.chinese.spoken import written
from rag.types import Turn

NOTHING_MORE = "关于这个问题，报上没有查到更多内容。"
"""What the reader is told who asks for more when all was said."""

BEFORE_CHARS = 120
"""Characters of the earlier question that the generator reads; prompt size is latency."""
SAID_CHARS = 4000
"""Characters of earlier answers that are compared, the latest first; clients send any amount."""

_MORE = re.compile(
    r"^(?:嗯|好的?|那么?|请问|你再|再)?[,，\s]*"
    r"(?:还有(?!多[少远久]|几[个名位户人]|没有(?![?？]|$)|人)(?:呢|吗|么|没有|别的|其他|其它|哪些|什么|更多|补充)?|还能(?:再)?(?:说|补充)|再说(?:一)?[些点]|再讲[些点]?"
    r"|(?:别|其他|其它|另外|剩下|其余)的?(?:呢|还有)|接着[说讲]|继续(?:说|讲|(?=[？?。!！]|$))|更多(?:呢|的)?|除此(?:之外|以外)?(?:还有|呢)"
    r"|除了(?:这|上)[^？?]{0,6}(?:还有|呢))"
    r"[^？?，,。]{0,8}[？?。!！吗呢么]*$"
)
_CORRECTION = re.compile(
    r"^(?:不对|不是|错了|不是这个|你(?:弄|搞|答)错了|我不是问这个|不|非也)[,，。!！\s]*"
    r"(?:我(?:是)?(?:问|想问|要问|想知道|说)的?是?|问的是)[:：,，\s]*(?=\S{2})"
)
# So much of a sentence's wording was said: it brings nothing new.
_SAID = 0.75
_REPEATS = 0.85


def asks_for_more(question: str) -> bool:
    """Return whether a question only asks for what was not said yet (还有呢？, 还有别的吗？)."""
    return bool(_MORE.match(question.strip()))


def said_before(history: Sequence[Turn]) -> str:
    """Return the earlier answers as one text, the latest first, within `SAID_CHARS`."""
    return "\n".join(turn.answer for turn in reversed(history))[:SAID_CHARS]


def unsaid(candidates: Sequence[EvidenceSentence], said: str) -> list[EvidenceSentence]:
    """Return the candidates that hold more than `said` does, in their order."""
    folded = fold(said)
    return [item for item in candidates if share(units_of(item.sentence.text), folded) < _SAID]


def repeats(sentence: str, said: str) -> bool:
    """Return whether an answer sentence only repeats what was said."""
    return share(units_of(sentence), fold(said)) >= _REPEATS


def for_generator(question: str, before: str) -> str:
    """Return the question as the generator reads it: with what it follows, without 我问的是."""
    asked = written(_CORRECTION.sub("", without_invisible(question).strip()))
    if not before:
        return asked
    earlier = " ".join(before.split())[:BEFORE_CHARS]
    return f"{asked}（接着前面的问题：{earlier}）"
