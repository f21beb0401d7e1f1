"""Words, characters and bigrams of Chinese text in search form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import add

from rag.chinese.normalise import fold

_ONE = (
    r"\d+\.\d+(?![a-z0-9.])|[a-z0-9]+"
    r"|[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_UNIT, _UNITS = re.compile(_ONE), re.compile(f"(?:{_ONE})+")
_ASCII = re.compile("[a-z0-9]")
_CJK_WORD = re.compile(r"\w")

_QUESTION_WORDS = """
什么 哪 哪些 哪个 哪几 哪几个 哪里 哪儿 哪家 哪位 哪年 哪天 哪种 哪一年 哪一天
哪一个 哪一位 谁 谁的 怎么 怎样 怎么样 如何 何 何时 何地 何人 为何 为什么 多少 多大
多长 多久 多远 几 几个 几次 几名 几位 吗 呢 么 是不是 有没有 是否 有无 请问 请 告诉
告诉我 介绍 介绍一下 一下 说说 讲讲 知道 想 想知道 问 分别 具体
"""
_STOP_WORDS = """
的 了 在 是 和 与 及 或 也 都 就 还 又 而 且 并 但 但是 而且 以及 并且 或者 对 对于
关于 把 被 将 从 向 到 由 于 以 为 为了 因 因为 所以 因此 如果 这 那 这个 那个 这些
那些 这样 那样 这里 那里 其 其中 之 该 此 等 等等 着 过 地 得 所 让 使 给 跟 同 比
按 按照 通过 根据 他 她 它 我 你 您 我们 你们 他们 她们 它们 自己 个 一个 一 一些 有
没有 不 没 很 更 最 会 能 可以 要 上 下 中 里 内 时 时候 当 已 已经 曾 正 正在 则 即
却 只 才 再 吧 啊 呀 嘛 文章 报道 新闻 本文 文中
"""
_EMPTY_WORDS = frozenset(_QUESTION_WORDS.split()) | frozenset(_STOP_WORDS.split())


def words(text: str) -> list[str]:
    """Return the words of `text`, long ones also by their parts, without punctuation."""
    return folded_words(fold(text))


def content_words(text: str) -> list[str]:
    """Return the words of `text` that carry content: no stop words, no question words."""
    return [word for word in words(text) if is_content(word)]


def is_content(word: str) -> bool:
    """Return whether a word carries content: it is no stop word and no question word."""
    return word not in _EMPTY_WORDS


def characters(text: str) -> list[str]:
    """Return Chinese characters, and runs of ASCII letters and digits as one unit (25000, g312)."""
    return folded_characters(fold(text))


def bigrams(text: str) -> list[str]:
    """Return neighbouring pairs of `characters(text)` that no punctuation parts."""
    return folded_bigrams(fold(text))


def content_units(text: str) -> list[str]:
    """Return the pairs of characters of the content words of `text`; figures, Latin words whole."""
    folded = fold(text)
    return folded_units(folded, filter(is_content, folded_words(folded)))


# The same for text that is in search form already: folding costs more than all of these.


def folded_words(folded: str) -> list[str]:
    """Return the `words` of a text in search form."""
    import rjieba

    return [word for word in rjieba.cut_for_search(folded) if _CJK_WORD.search(word)]


def folded_characters(folded: str) -> list[str]:
    """Return the `characters` of a text in search form."""
    return _UNIT.findall(folded)


def folded_bigrams(folded: str) -> list[str]:
    """Return the `bigrams` of a text in search form."""
    pairs: list[str] = []
    for run in _UNITS.findall(folded):
        units = _UNIT.findall(run) if _ASCII.search(run) else run
        pairs += map(add, units, units[1:])
    return pairs


def load_user_words(words: Iterable[str]) -> None:
    """Make `words` (names, places) known to the cutter of this process."""
    import rjieba

    for word in words:
        if folded := fold(word):
            rjieba.add_word(folded, None, None)


def folded_units(folded: str, content: Iterable[str]) -> list[str]:
    """Return the `content_units` of a text in search form whose content words are given."""
    telling = set("".join(content))
    pairs = (pair for pair in folded_bigrams(folded) if telling.issuperset(pair))
    whole = (unit for unit in folded_characters(folded) if unit.isascii())
    return list(dict.fromkeys((*pairs, *whole)))
