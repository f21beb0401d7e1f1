"""Any LangChain chat model as a generator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from rag.answering.evidence import EvidenceSentence, render
from rag.answering.generators.base import REFUSAL, Opinion
from rag.answering.plain import for_prompt
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, WenBaoError

BEGINS = REFUSAL[:2]
"""The token that the refusal begins with; `training/judgement.py` trains on its probability."""
_LIKELIEST = 20
# The odds of a token that is not among the likeliest, or of all others beside one.
_LEAST = 1e-6


class ChatGenerator:
    """Fills the Chinese prompt with the evidence and streams the chat model's answer.

    One that `judges` was trained to begin its refusal as likely as the evidence does not answer. It
    has to give log-probabilities. It never refuses by itself: its opinion comes before the draft.
    """

    def __init__(self, model: BaseChatModel, name: str, *, judges: bool = False) -> None:
        self.name = name
        self.model = model
        self.judges = judges
        self._prompt = load_prompt("answer").partial(refusal=REFUSAL)

    def load(self) -> None:
        """Load the model where it runs in this process."""
        load = getattr(self.model, "load", None)
        if callable(load):
            load()

    def stream(
        self, question: str, evidence: Sequence[EvidenceSentence]
    ) -> Iterator[str | Opinion]:
        """Yield the draft as the model writes it, after its opinion if it has one."""
        given = {"question": question, "evidence": render(evidence)}
        try:
            yield from self._written({name: for_prompt(text) for name, text in given.items()})
        except WenBaoError:
            raise
        except Exception as error:
            # Chat models of other packages raise what their client library raises.
            raise GenerationError(
                f"{self.name} failed: {error}",
                remedy="run `wenbao doctor`, or ask with --generator extractive",
            ) from error

    def _written(self, given: dict[str, str]) -> Iterator[str | Opinion]:
        # What is forbidden keeps its probability: the engine reports it before it chooses.
        asked: dict[str, Any] = (
            {"logprobs": True, "top_logprobs": _LIKELIEST, "logit_bias": [[BEGINS, False]]}
            if self.judges
            else {}
        )
        first = True
        for chunk in self.model.stream(self._prompt.format_messages(**given), **asked):
            opinion = opinion_of(chunk) if first and self.judges else None
            if opinion is not None:
                yield opinion
            if chunk.text:
                yield chunk.text
            first = False


def opinion_of(chunk: AIMessage) -> Opinion | None:
    """Return the opinion in the log-probabilities of a first chunk; None where it has none."""
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
    return Opinion(math.log(max(answers, _LEAST)) - math.log(max(refuses, _LEAST)))
