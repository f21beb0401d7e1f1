"""Any LangChain chat model as a generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
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
# A single character of the refusal may begin anything.
_TELLING = 2


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
            if len(entry["token"]) >= _TELLING and REFUSAL.startswith(entry["token"])
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

    @property
    def weighs_refusals(self) -> bool:
        """Whether what the reader saw has been weighed before it refuses."""
        return self._decides is not None

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
            yield from self._texts(given)
            return
        forbidden: dict[str, Any] = {}
        # Closed before the question is asked again: an engine answers one call at a time.
        with closing(self._chunks(given, logprobs=True, top_logprobs=_LIKELIEST)) as chunks:
            for first in chunks:
                opening = Opening.of(first)
                if opening is not None and self._decides(opening.refusal, evidence):
                    yield REFUSAL
                    return
                if opening is not None and opening.token >= 0 and REFUSAL.startswith(first.text):
                    forbidden = {"logit_bias": [[opening.token, False]]}
                    break
                yield first.text
                yield from (chunk.text for chunk in chunks)
        if forbidden:
            yield from self._texts(given, **forbidden)

    def _texts(self, given: dict[str, str], **options: Any) -> Iterator[str]:
        return (text for chunk in self._chunks(given, **options) if (text := chunk.text))

    def _chunks(self, given: dict[str, str], **options: Any) -> Generator[AIMessage]:
        messages = self._prompt.format_messages(**given)
        yield from self.model.stream(messages, **options)
