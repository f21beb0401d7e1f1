"""Any LangChain chat model as a generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from rag.answering.evidence import EvidenceSentence, render
from rag.answering.generators.base import REFUSAL, THINKS, THOUGHT
from rag.answering.plain import INVOKES, for_prompt
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, WenBaoError

JUDGES_WITH = ("是", "否")
"""The words with which an adapter is trained to judge, each a token (`training/generator.py`)."""
_LIKELIEST = 20
# The log-probability of a token that is not among the likeliest.
_LEAST = -14.0


class ChatGenerator:
    """Fills the Chinese prompt with the evidence and streams the chat model's answer.

    One that `judges` has an adapter that acts after `INVOKES` alone, and gives log-probabilities.
    What the model has read for an answer it need not read again to judge, nor the other way round.
    `remedy` is what to do when the model fails.
    """

    def __init__(
        self,
        model: BaseChatModel,
        name: str,
        *,
        judges: bool = False,
        remedy: str = "run `wenbao doctor`, or ask with --generator extractive",
    ) -> None:
        self.name = name
        self.model = model
        self._judges = judges
        self._remedy = remedy
        self._prompt = load_prompt("answer").partial(refusal=REFUSAL)

    def load(self) -> None:
        """Load the model where it runs in this process."""
        load = getattr(self.model, "load", None)
        if callable(load):
            load()

    def judge(
        self, question: str, evidence: Sequence[EvidenceSentence], told: str = ""
    ) -> float | None:
        """Return the log-odds that the evidence answers, or that what is told of it does.

        None from a model that does not judge.
        """
        if not self._judges:
            return None
        begins = AIMessage(f"{for_prompt(told)}\n{INVOKES}" if told else INVOKES)
        asked = {"logprobs": True, "top_logprobs": _LIKELIEST, "max_tokens": 1}
        # Read to its end: an engine answers one call at a time.
        chunks = list(self._chunks(question, evidence, begins, **asked))
        return _odds(chunks[0]) if chunks else None

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft as the model writes it; what it thinks before it answers is no draft."""
        chunks = self._chunks(question, evidence)
        yield from _without_thoughts(chunk.text for chunk in chunks if chunk.text)

    def _chunks(
        self, question: str, evidence: Sequence[EvidenceSentence], *begins: AIMessage, **asked: Any
    ) -> Iterator[AIMessage]:
        given = {"question": for_prompt(question), "evidence": for_prompt(render(evidence))}
        with self.failing_as_ours():
            yield from self.model.stream([*self._prompt.format_messages(**given), *begins], **asked)

    @contextmanager
    def failing_as_ours(self) -> Iterator[None]:
        """Raise what the model raises as an error of ours: others raise what their client does."""
        try:
            yield
        except WenBaoError:
            raise
        except Exception as error:
            raise GenerationError(f"{self.name} failed: {error}", remedy=self._remedy) from error


def _without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """Yield what is written without the thoughts with which it may begin.

    Not every engine tells them apart. Those that do not end are all that was written.
    """
    begun = ""
    for piece in pieces:
        begun += piece
        start = begun.lstrip()
        if THOUGHT in start or not (start.startswith(THINKS) or THINKS.startswith(start)):
            break
    if begun.lstrip().startswith(THINKS):
        begun = begun.partition(THOUGHT)[2]
    if begun:
        yield begun
    yield from pieces


def _odds(chunk: AIMessage) -> float | None:
    """The log-odds that a first token says yes, not no; None without log-probabilities."""
    logprobs: dict[str, Any] = chunk.response_metadata.get("logprobs") or {}
    content = logprobs.get("content") or []
    if not content:
        return None
    said = {entry["token"]: entry["logprob"] for entry in content[0].get("top_logprobs") or []}
    yes, no = (max(said.get(word, _LEAST), _LEAST) for word in JUDGES_WITH)
    return float(yes - no)
