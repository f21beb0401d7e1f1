"""Slips of the keyboard in a question, mended where the collection shows what was meant.

Only what the collection does not contain is doubted: a question whose wording is found stays as
it is, and a mended character takes the place of one that could find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

from rag.chinese.normalise import is_han
from rag.chinese.readings import homophones
from rag.chinese.words import is_content

Frequency = Callable[[str], int]
"""From a pair of characters to the number of passages that contain it."""
Following = Callable[[str], "list[tuple[str, int]]"]
"""From a character to the pairs that begin with it, with their numbers of passages."""

# So many characters between two others leave open which was meant.
_MANY = 3
# What is longer is a text of which sentences are to be found, not a question.
_LONGEST = 300
# What holds a question together is not what is looked for.
_FUNCTION = frozenset(
    "的了在是和与及或也都就还又而且并但对把被将从向到由于以为因这那其之该着过地得所让使给吗呢么吧啊谁何哪几第怎什"
)


def mend(folded: str, frequency: Frequency, following: Following) -> str:
    """Return a question in search form with wrong characters replaced by those meant.

    A character is doubted when the pairs that it makes with its neighbours occur nowhere, or when
    it makes such a pair with a neighbour with which it makes no word. It is replaced by one that
    sounds alike and makes a known word or known pairs on both sides; by one that sounds otherwise
    only between two neighbours that leave no choice.
    """
    if len(folded) > _LONGEST:
        return folded
    known = lru_cache(maxsize=4096)(frequency)
    return _mend_between(_mend_words(folded, known), known, following)


def _mend_words(text: str, known: Frequency) -> str:
    """Mend pairs of single characters that would be a word: 危记 → 危机."""
    for first, second in _lonely_pairs(text):
        pair = text[first] + text[second]
        if known(pair):
            continue
        words = [pair[0] + other for other in _meant(pair[1])]
        words += [other + pair[1] for other in _meant(pair[0])]
        found = [word for word in words if _is_word(word) and known(word)]
        if found:
            word = max(found, key=lambda word: (known(word), word))
            text = text[:first] + word + text[second + 1 :]
    return text


def _lonely_pairs(text: str) -> Iterator[tuple[int, int]]:
    """Places of neighbouring characters that the cutter leaves single or guesses to be a word."""
    import rjieba

    tokens = list(rjieba.tokenize(text))
    for token, start, end in tokens:
        if end - start == 2 and is_han(token[0]) and is_han(token[1]) and not _is_word(token):
            yield start, start + 1
    for (first, start, end), (second, next_start, next_end) in pairwise(tokens):
        if end - start == next_end - next_start == 1 and is_han(first) and is_han(second):
            yield start, next_start


def _mend_between(text: str, known: Frequency, following: Following) -> str:
    """Mend characters whose pairs with both neighbours are unknown: 李超坤鹏 → 李超鲲鹏."""
    for place in range(1, len(text) - 1):
        before, wrong, after = text[place - 1], text[place], text[place + 1]
        if not (is_han(before) and is_han(wrong) and is_han(after)):
            continue
        if wrong in _FUNCTION or (before in _FUNCTION and after in _FUNCTION):
            continue
        if known(before + wrong) or known(wrong + after):
            continue
        alike = [one for one in _meant(wrong) if known(before + one) and known(one + after)]
        if not alike and is_content(before) and is_content(after):
            fitting = [pair[1] for pair, _ in following(before) if known(pair[1:] + after)]
            alike = fitting if len(fitting) == 1 and fitting[0] not in _FUNCTION else []
        if alike and len(alike) <= _MANY:
            meant = max(alike, key=lambda one: (min(known(before + one), known(one + after)), one))
            text = text[:place] + meant + text[place + 1 :]
    return text


def _meant(wrong: str) -> list[str]:
    """What may have been meant by a character; function words are not what is looked for."""
    if wrong in _FUNCTION:
        return []
    return [one for one in homophones(wrong) if one not in _FUNCTION]


def _is_word(text: str) -> bool:
    import rjieba

    return bool(rjieba.has_word(text))
