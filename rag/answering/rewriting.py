"""A follow-up completed by the language model, taken only when it says what was asked.

Rewriting a question in context (Elgohary et al. 2019, "Can You Unpack That?") reads better than
added words, but a small model loses facts, invents them, or answers. So its rewriting is checked,
and the completion by rule (`rag.retrieval.question`) stands when the check fails.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser

from rag.answering.facts import Fact, FactKind, facts_of
from rag.answering.focus import Focus, focus_of
from rag.answering.generators.base import REFUSAL
from rag.answering.generators.llama_cpp import ChatLlamaCpp
from rag.answering.orders import gives_orders
from rag.answering.plain import for_prompt
from rag.answering.prompts import load_prompt
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold
from rag.types import Turn

MAX_TOKENS = 64
_TURNS = 2
_TURN_CHARS = 160
_LONGEST = 90
# So much of the rewriting's wording must come from the question and the conversation.
_FROM_THERE = 0.8
# So much of the question's own wording must be kept; pronouns go.
_KEPT = 0.6
_ASKS = re.compile(r"[?？]|什么|哪|谁|怎|如何|多少|几|为何|吗|呢|是否|有没有|何时|何地")
_LABEL = re.compile(r"^(?:完整的?问题|改写后?的?问题|问题|追问|问)?\s*[:：]\s*")
_POINTING = re.compile(r"[他她它]们?|这[个些位件次]?|那[个些位件次]?|其中|该|呢|吗|还|也|再|那么")


def rewritten(question: str, history: Sequence[Turn], model: BaseChatModel) -> str:
    """Return `question` as a question that stands by itself, or "" when the model's is not safe.

    The last two turns are read, each shortened. What the model raises is raised.
    """
    if not history:
        return ""
    turns = "\n".join(
        f"问：{_short(turn.question)}\n答：{_short(turn.answer)}" for turn in history[-_TURNS:]
    )
    # The trained addition knows how to answer, not how to ask.
    plain = {"adapted": False} if isinstance(model, ChatLlamaCpp) and model.adapter else {}
    bound = model.bind(max_tokens=MAX_TOKENS, **plain)
    chain = load_prompt("rewrite") | bound | StrOutputParser()
    written = chain.invoke({"history": for_prompt(turns), "question": for_prompt(question)})
    lines = written.strip().splitlines() or [""]
    result = _LABEL.sub("", lines[0].strip()).strip("“”\"'「」 ")
    return result if is_faithful(result, question, history) else ""


def is_faithful(result: str, question: str, history: Sequence[Turn]) -> bool:
    """Return whether a rewriting asks what `question` asks and holds nothing of its own.

    Its figures, days, names and quoted words come from the question or the conversation, those of
    the question are all kept, and it asks for the same kind of thing.
    """
    if not result or len(result) > max(_LONGEST, 2 * len(question)) or not _ASKS.search(result):
        return False
    if result.startswith(REFUSAL.rstrip("。")) or (gives_orders(result) > gives_orders(question)):
        return False
    added = units_of(result) - units_of(question)
    earlier = fold("\n".join(text for turn in history for text in turn))
    if _POINTING.match(result) or not any(unit in earlier for unit in added):
        return False
    spoken = "\n".join((question, *(text for turn in history for text in turn)))
    folded, there = fold(result), fold(spoken)
    if any(fold(fact.text) not in folded for fact in facts_of(question)):
        return False
    if any(not _stands(fact, there) for fact in facts_of(result)):
        return False
    asked = focus_of(question)
    if asked is not Focus.OTHER and focus_of(result) is not asked:
        return False
    own = units_of(_POINTING.sub(" ", question))
    return (not own or share(own, folded) >= _KEPT) and (
        share(units_of(result), there) >= _FROM_THERE
    )


def _stands(fact: Fact, there: str) -> bool:
    """Whether a fact was spoken of; the cutter takes the next word into a name (赵立新还强调)."""
    text = fold(fact.text)
    is_name = fact.kind is FactKind.NAME and len(text) > 2
    return text in there or (is_name and text[:-1] in there)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TURN_CHARS else text[:_TURN_CHARS] + "…"
