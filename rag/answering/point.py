"""Whether a sentence is to the point of a question: about its matter, and of what it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence
from rag.answering.focus import Focus, focus_of, holds
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold

# Share of an answer's wording from which on a text says it.
SAID = 0.5
# The same for what a question is about, and the words that only ask.
_ABOUT = 0.4
_ASKING = re.compile(
    r"谁|什么|哪[里儿些个一]?|怎[么样]+|如何|为何|多少|几|何[时地处]|[是有]?[吗呢了]|是|有|[?？]"
)


def is_about(question: str, sentence: str) -> bool:
    """Return whether a sentence names what the question is about."""
    return share(units_of(_ASKING.sub(" ", question)), fold(sentence)) >= _ABOUT


def is_beside_the_point(question: str, sentence: str) -> bool:
    """Return whether a sentence has not one word or pair of characters of what is asked about."""
    asked = units_of(_ASKING.sub(" ", question))
    return bool(asked) and share(asked, fold(sentence)) == 0


def misses_point(question: str, sentences: Sequence[str]) -> bool:
    """Return whether a day or a figure is asked for and no sentence holds one."""
    focus = focus_of(question)
    if focus not in (Focus.DATE, Focus.NUMBER):
        return False
    return not any(holds(focus, sentence, question) for sentence in sentences)


def is_of_kind(question: str, sentence: str) -> bool:
    """Return whether a sentence holds a thing of the kind that is asked for: a day, a name."""
    return holds(focus_of(question), sentence, question)


def misses_answer(question: str, sentences: Sequence[str], seen: EvidenceSentence) -> bool:
    """Return whether the answer that the reader sees is neither said nor the asker's own words."""
    wanted = units_of(seen.answer)
    if not wanted or share(wanted, fold(question)) >= SAID:
        return False
    return share(wanted, fold("\n".join(sentences))) < SAID
