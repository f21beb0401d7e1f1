"""The wording of a sentence as a set of units that can be looked for in another text."""

from __future__ import annotations

import re

from rag.chinese.words import bigrams, characters, content_words

# Function words join to pairs that change with every wording and say nothing about support.
_EMPTY = set("的了在是和与及或也都就还有为以对于把被将从向到由中上下不一个等着共并")

# One meaning in several words; which of them is used says nothing about support.
_ALIKE = (
    (re.compile(r"不可以|不应该?|不宜|不得|不许|不准|不允许|严禁|禁止|切勿|请勿"), "不能"),
    (re.compile(r"并没有|并未|尚未|未曾|未能|没能"), "没有"),
    (re.compile(r"首(?=[次个届场位例批])|第1(?!\d)"), "第一"),
    (re.compile(r"(?<![\d.])1(?=[个人名位次家起例辆艘架座条])"), "一"),
)


def level_words(text: str) -> str:
    """Return the text with words that deny, forbid or count alike made one: 不得 → 不能."""
    for words, one in _ALIKE:
        text = words.sub(one, text)
    return text


def units_of(text: str) -> set[str]:
    """Return pairs of characters, and words: pairs see the order, words survive another order."""
    pairs = {pair for pair in bigrams(text) if not set(pair) & _EMPTY}
    words = {word for word in content_words(text) if word not in _EMPTY}
    return pairs | words or set(characters(text))


def says_only_yes(text: str) -> bool:
    """Return whether a text has no word of content: 有。 stands in 没有, 能。 in 不能."""
    return not content_words(text)


def share(wanted: set[str], folded: str) -> float:
    """Return the share of the units that stand in a folded text; 0 when there are none."""
    return sum(unit in folded for unit in wanted) / len(wanted) if wanted else 0.0
