"""The answer as a LangChain runnable, for pipelines of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.utils import AddableDict

from rag.records import sentence_record, source_record
from rag.retrieval.retriever import to_document
from rag.types import AnswerDone, EvidenceFound, SentenceVerified, StreamEvent, Turn


def answer_chain(stream: Callable[..., Iterator[StreamEvent]]) -> Runnable[Any, Any]:
    """Return a runnable around `Assistant.stream`.

    Chunks add up to `docs` (list of Document), `answer` (str), `sentences`, `sources` (lists of
    dictionaries, see `rag.records`), `refused` (bool) and `reason` (str). A refusal's text comes
    in the last chunk, since it is known only then.
    """

    def run(inputs: Iterator[Any]) -> Iterator[AddableDict]:
        for given in inputs:
            question, history = _unpack(given)
            for event in stream(question, history=history):
                yield from _chunks(event)

    return RunnableGenerator(run).with_config(run_name="wenbao")


def _unpack(given: Any) -> tuple[str, list[Turn]]:
    if isinstance(given, str):
        return given, []
    return given["question"], [Turn(*turn) for turn in given.get("history", ())]


def _chunks(event: StreamEvent) -> Iterator[AddableDict]:
    if isinstance(event, EvidenceFound):
        docs: list[Document] = [to_document(item) for item in event.evidence]
        yield AddableDict(docs=docs)
    elif isinstance(event, SentenceVerified):
        yield AddableDict(answer=event.sentence.text, sentences=[sentence_record(event.sentence)])
    elif isinstance(event, AnswerDone):
        answer = event.answer
        yield AddableDict(
            answer=answer.text if answer.refused else "",
            sentences=[],
            sources=[source_record(source) for source in answer.sources],
            refused=answer.refused,
            reason=answer.reason,
        )
