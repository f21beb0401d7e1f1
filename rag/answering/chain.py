"""The answer as a LangChain runnable, for pipelines of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from threading import Event
from typing import Any

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.utils import AddableDict

from rag.answering.inquiry import inquiry
from rag.answering.reading import marked, settled
from rag.errors import QuestionError
from rag.records import sentence_record, source_record
from rag.retrieval.retriever import to_document
from rag.types import AnswerDone, EvidenceFound, SentenceVerified, StreamEvent


def answer_chain(stream: Callable[..., Iterator[StreamEvent]]) -> Runnable[Any, Any]:
    """Return a runnable around `Assistant.stream`.

    Input is a question, or a mapping with `question` and, if wanted, `history` (pairs of question
    and answer) and `filters` (`Filters`, or a mapping of its fields). Chunks add up to `docs` (list
    of Document), `answer` (str, with the marks of `rag.answering.reading`), `sentences`, `sources`
    (lists of dictionaries, see `rag.records`), `refused` (bool) and `reason` (str). A refusal's
    text comes in the last chunk, since it is known only then; nothing comes before it.
    """

    def answer(given: Any, gone: Event) -> Iterator[AddableDict]:
        asked = inquiry(given)
        events = stream(asked.question, history=asked.history, filters=asked.filters)
        for event in settled(events):
            if gone.is_set():
                return
            yield from _chunks(event)

    def run(inputs: Iterator[Any]) -> Iterator[AddableDict]:
        whole: Any = None
        for part in inputs:
            whole = _joined(whole, part)
        yield from answer(whole, Event())

    async def run_async(inputs: AsyncIterator[Any]) -> AsyncIterator[AddableDict]:
        whole: Any = None
        async for part in inputs:
            whole = _joined(whole, part)
        gone = Event()
        chunks = answer(whole, gone)
        try:
            # Searching and writing compute: on the event loop they would hold up everybody else.
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                yield chunk
        finally:
            # Who stops waiting does not stop the thread: it would write to the answer's end.
            gone.set()

    return RunnableGenerator(run, run_async).with_config(run_name="wenbao")


def _joined(whole: Any, part: Any) -> Any:
    """One input from its pieces: what stands before in a pipeline may itself be streaming."""
    if whole is None:
        return part
    try:
        return whole + part
    except TypeError as error:
        raise QuestionError(
            "the input came in pieces that do not add up",
            remedy="give the question in one piece, or as AddableDict",
        ) from error


def _chunks(event: StreamEvent) -> Iterator[AddableDict]:
    if isinstance(event, EvidenceFound):
        docs: list[Document] = [to_document(item) for item in event.evidence]
        yield AddableDict(docs=docs)
    elif isinstance(event, SentenceVerified):
        yield AddableDict(
            answer=marked(event.sentence), sentences=[sentence_record(event.sentence)]
        )
    elif isinstance(event, AnswerDone):
        answer = event.answer
        yield AddableDict(
            answer=answer.text if answer.refused else "",
            sentences=[],
            sources=[source_record(source) for source in answer.sources],
            refused=answer.refused,
            reason=answer.reason,
        )
