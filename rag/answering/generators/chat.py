"""Any LangChain chat model as a generator: prompt | model | text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable

from rag.answering.evidence import EvidenceSentence, render
from rag.answering.generators.base import REFUSAL
from rag.answering.plain import for_prompt
from rag.answering.prompts import load_prompt
from rag.errors import GenerationError, WenBaoError


class ChatGenerator:
    """Fills the Chinese prompt with the evidence and streams the chat model's answer."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self.name = name
        self.model = model
        self.chain: Runnable[dict[str, str], str] = (
            load_prompt("answer").partial(refusal=REFUSAL) | model | StrOutputParser()
        )

    def load(self) -> None:
        """Load the model where it runs in this process."""
        load = getattr(self.model, "load", None)
        if callable(load):
            load()

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        """Yield the draft as the model writes it."""
        try:
            given = {"question": question, "evidence": render(evidence)}
            yield from self.chain.stream({name: for_prompt(text) for name, text in given.items()})
        except WenBaoError:
            raise
        except Exception as error:
            # Chat models of other packages raise what their client library raises.
            raise GenerationError(
                f"{self.name} failed: {error}",
                remedy="run `wenbao doctor`, or ask with --generator extractive",
            ) from error
