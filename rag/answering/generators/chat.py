"""Any LangChain chat model as a generator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from rag.answering.evidence import EvidenceSentence, render
from rag.answering.generators.base import REFUSAL
from rag.answering.plain import for_prompt
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, WenBaoError

BEGINS = REFUSAL[:2]
"""The token that the refusal begins with; `training/generator.py` trains its probability."""
_LIKELIEST = 20
# The odds of a token that is not among the likeliest, or of all others beside one.
_LEAST = 1e-6


class ChatGenerator:
    """Fills the Chinese prompt with the evidence and streams the chat model's answer.

    One that `judges` has an adapter with which it begins its refusal as likely as the evidence does
    not answer, and gives log-probabilities; `offset` is added to the log-odds that these make. It
    writes without the adapter, which makes it terse.
    """

    def __init__(
        self, model: BaseChatModel, name: str, *, judges: bool = False, offset: float = 0.0
    ) -> None:
        self.name = name
        self.model = model
        self._judges, self._offset = judges, offset
        self._prompt = load_prompt("answer").partial(refusal=REFUSAL)

    def load(self) -> None:
        """Load the model where it runs in this process."""
        load = getattr(self.model, "load", None)
        if callable(load):
            load()

    def judge(self, question: str, evidence: Sequence[EvidenceSentence]) -> float | None:
        """Return the log-odds that the evidence answers, None from a model that does not judge.

        It costs the reading of the prompt.
        """
        if not self._judges:
            return None
        asked = {"logprobs": True, "top_logprobs": _LIKELIEST, "max_tokens": 1}
        # Read to its end: an engine answers one call at a time.
        chunks = list(self._chunks(question, evidence, asked))
        odds = _odds_of_answering(chunks[0]) if chunks else None
        return None if odds is None else odds + self._offset

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft as the model writes it, as it was before it learned to judge."""
        asked: dict[str, Any] = {"adapted": False} if self._judges else {}
        for chunk in self._chunks(question, evidence, asked):
            if chunk.text:
                yield chunk.text

    def _chunks(
        self, question: str, evidence: Sequence[EvidenceSentence], asked: dict[str, Any]
    ) -> Iterator[AIMessage]:
        given = {"question": for_prompt(question), "evidence": for_prompt(render(evidence))}
        try:
            yield from self.model.stream(self._prompt.format_messages(**given), **asked)
        except WenBaoError:
            raise
        except Exception as error:
            # Chat models of other packages raise what their client library raises.
            raise GenerationError(
                f"{self.name} failed: {error}",
                remedy="run `wenbao doctor`, or ask with --generator extractive",
            ) from error


def _odds_of_answering(chunk: AIMessage) -> float | None:
    """The log-odds that a first token begins no refusal; None without log-probabilities."""
    logprobs: dict[str, Any] = chunk.response_metadata.get("logprobs") or {}
    content = logprobs.get("content") or []
    if not content:
        return None
    refuses = answers = 0.0
    for entry in content[0].get("top_logprobs") or []:
        if entry["token"] == BEGINS:
            refuses += math.exp(entry["logprob"])
        else:
            answers += math.exp(entry["logprob"])
    return math.log(max(answers, _LEAST)) - math.log(max(refuses, _LEAST))
