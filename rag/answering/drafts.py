"""What small models write around an answer although asked for plain text, and instead of one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.answering.generators.base import REFUSAL
from rag.chinese.normalise import fold
from rag.types import Article

_SAYS_NOTHING = re.compile(
    r"(?:报道|引文|原文|资料|文中|文章|片段|材料)[^，,。]{0,8}"
    r"(?:没有|未|并未|没)(?:有)?(?:明确)?(?:提到|提及|写明|说明|记载|涉及|提供|给出|指出|报道)"
)
# What small models put before a sentence although asked for plain text.
_LIST_MARK = re.compile(r"^\s*(?:[-*•]\s+|\*\*|#+\s*)")
_SOURCE_WORD = r"(?:引用的)?(?:报道原文|报道|原文|引文|资料|文中|文章|材料)(?:中|里|内容)?"
# 根据报道，…… and 原文指出：……, but not 资料员……, which is part of what is said.
_PREAMBLE = re.compile(
    rf"^(?:(?:根据|按照|据){_SOURCE_WORD}[，,：:]?(?:可知|可以看出)?[，,：:]?"
    rf"|{_SOURCE_WORD}(?:提到|显示|写明|指出|说|称)[了的]?[，,：:]?|{_SOURCE_WORD}[：:])(?=.{{6}})"
)
_CITATION_MARK = re.compile(r"\s*[\[【](?:来源|资料)?\s*\d{1,2}\s*[\]】]")
_AROUND_HEADLINE = re.compile(r"[《》。\s]|[（(][^（()）]*\d[^（()）]*[）)]")


def says_nothing(text: str) -> bool:
    """Return whether a draft only says that the articles do not say it."""
    return text.strip().startswith(REFUSAL.rstrip("。")) or bool(_SAYS_NOTHING.search(text))


def is_headline(text: str, articles: Iterable[Article]) -> bool:
    """Return whether a draft only names an article, with its day or without: no answer."""
    if not text.lstrip().startswith("《"):
        return False
    said = fold(_AROUND_HEADLINE.sub("", text))
    return any(said == fold(_AROUND_HEADLINE.sub("", one.headline)) for one in articles)


def cleaned(text: str) -> str:
    """Return a drafted sentence without list marks, citation marks and 根据报道."""
    text = _LIST_MARK.sub("", _CITATION_MARK.sub("", text)).replace("**", "").strip()
    return _PREAMBLE.sub("", text)
