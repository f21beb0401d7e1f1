"""Any LangChain chat model as a generator: prompt | model | text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from rag.answering.evidence import EvidenceSentence, render
from rag.answering.generators.base import REFUSAL
from rag.answering.plain import for_prompt
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, WenBaoError


_LIKELIEST = 10
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Opening:
    """What a model says of its first token: how likely the refusal is, and that token's number."""

    refusal: float
    token: int

    @classmethod
    def of(cls, chunk: AIMessage) -> Opening | None:
        """Read the log-probabilities of a first chunk; None where the model gives none."""
        logprobs: dict[str, Any] = chunk.response_metadata.get("logprobs") or {}
        content = logprobs.get("content") or []
        if not content:
            return None
        begin = [
            entry
            for entry in content[0].get("top_logprobs") or []
            if entry["token"] and REFUSAL.startswith(entry["token"])
        ]
        probability = sum(math.exp(entry["logprob"]) for entry in begin)
        return cls(min(probability, 1.0), begin[0].get("id", -1) if begin else -1)


Decides = Callable[[float, Sequence[EvidenceSentence]], bool]
"""Whether to refuse, from the probability that the model begins the refusal, and the evidence."""


class ChatGenerator:
    """Fills the Chinese prompt with the evidence and streams the chat model's answer.

    With `decides`, the model does not settle by itself whether it refuses: an answer that it begins
    in doubt is broken off, and a refusal in doubt is forbidden and the question asked again, which
    costs the answer only (the prompt is in the engine's cache). It has to give log-probabilities.
    """

    def __init__(self, model: BaseChatModel, name: str, decides: Decides | None = None) -> None:
        self.name = name
        self.model = model
        self._decides = decides
        self._prompt = load_prompt("answer").partial(refusal=REFUSAL)

    def load(self) -> None:
        """Load the model where it runs in this process."""
        load = getattr(self.model, "load", None)
        if callable(load):
            load()

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft as the model writes it."""
        given = {"question": question, "evidence": render(evidence)}
        try:
            yield from self._written(
                {name: for_prompt(text) for name, text in given.items()}, evidence
            )
        except WenBaoError:
            raise
        except Exception as error:
            # Chat models of other packages raise what their client library raises.
            raise GenerationError(
                f"{self.name} failed: {error}",
                remedy="run `wenbao doctor`, or ask with --generator extractive",
            ) from error

    def _written(
        self, given: dict[str, str], evidence: Sequence[EvidenceSentence]
    ) -> Iterator[str]:
        if self._decides is None:
            yield from _texts((self._prompt | self.model).stream(given))
            return
        telling = {"logprobs": True, "top_logprobs": _LIKELIEST}
        chunks = (self._prompt | self.model.bind(**telling)).stream(given)
        first = next(chunks, None)
        opening = Opening.of(first) if first is not None else None
        if first is None or opening is None:
            yield from _texts(itertools.chain([first] if first else [], chunks))
        elif self._decides(opening.refusal, evidence):
            yield REFUSAL
        elif opening.refusal > 0.5 and opening.token >= 0:
            forbidden = {"logit_bias": [[opening.token, False]]}
            yield from _texts((self._prompt | self.model.bind(**forbidden)).stream(given))
        else:
            yield from _texts(itertools.chain([first], chunks))


def _texts(chunks: Iterator[AIMessage]) -> Iterator[str]:
    return (text for chunk in chunks if (text := chunk.text))
