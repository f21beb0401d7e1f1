"""One address for people and programs: the chat page, and an OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rag.errors import QuestionError, SettingsError, WenBaoError
from rag.records import answer_record
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerDone,
    AnswerSentence,
    SentenceVerified,
    Source,
    StreamEvent,
    Turn,
)

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    from rag.assistant import Assistant

MODEL_NAME = "wenbao"
"""The model's name at the endpoint."""


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the page and the endpoint until interrupted; `ready` gets the address once it is open.

    Raises:
        SettingsError: the port is taken.
    """
    import socket

    from rag.assistant import Assistant

    host, port = settings.server.host, settings.server.port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                remedy=f"choose another port, for example `wenbao serve --port {port + 1}`",
            ) from error
    with ExitStack() as stack:
        opened: Assistant | WenBaoError
        try:
            opened = stack.enter_context(Assistant.open(settings=settings))
            opened.warm_up()
        except WenBaoError as error:
            # The page opens all the same and says what to do; the terminal shows it as a log line.
            opened = error
        asyncio.run(_serve(opened, host, port, ready))


async def _serve(
    opened: Assistant | WenBaoError, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve until interrupted. The page is built inside the loop: its parts belong to one."""
    import uvicorn

    config = uvicorn.Config(create_app(opened), host=host, port=port, log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.05)
    if server.started:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared
        ready(f"http://{shown}:{port}")
    await serving


def create_app(opened: Assistant | WenBaoError) -> FastAPI:
    """Return the web application: endpoint, health check and pages.

    Instead of an assistant it takes the error that kept one from opening: the page explains it,
    and the other addresses answer with it.
    """
    from fastapi import FastAPI, HTTPException
    from fastapi_openai_compat import create_chat_completion_router

    from ui.app import mount

    app = FastAPI(title="问报", docs_url=None, redoc_url=None, openapi_url=None)

    def assistant() -> Assistant:
        if isinstance(opened, WenBaoError):
            raise opened
        return opened

    def complete(model: str, messages: list[dict[str, Any]], body: dict[str, Any]) -> Any:
        try:
            question, history = _conversation(messages)
            if body.get("stream"):
                events = assistant().stream(question, history=history)
                # A question that cannot be asked fails here, before the response has begun.
                return _stream(model, itertools.chain([next(events)], events))
            return _completion(model, assistant().ask(question, history=history))
        except WenBaoError as error:
            status = 400 if isinstance(error, QuestionError) else 503
            raise HTTPException(status, str(error)) from error

    app.include_router(
        create_chat_completion_router(list_models=lambda: [MODEL_NAME], run_completion=complete)
    )

    app.add_exception_handler(HTTPException, _explain)

    @app.get("/healthz")
    def healthy() -> dict[str, object]:
        try:
            return {
                "articles": assistant().stats().articles,
                "generator": assistant().generator.name,
            }
        except WenBaoError as error:
            raise HTTPException(503, str(error)) from error

    mount(app, opened)
    return app


def _explain(_: Request, error: Exception) -> JSONResponse:
    """Answer in the form in which clients of the endpoint expect errors."""
    from fastapi import HTTPException
    from fastapi.responses import JSONResponse

    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    cause = type(error.__cause__ or error).__name__
    return JSONResponse(
        {"error": {"message": error.detail, "type": cause, "code": None}},
        status_code=error.status_code,
    )


def _conversation(messages: list[dict[str, Any]]) -> tuple[str, list[Turn]]:
    """Return the last question and the turns before it; instructions of the client are not ours."""
    history: list[Turn] = []
    question = ""
    for message in messages:
        text = _text(message.get("content"))
        if message.get("role") == "user":
            question = text
        elif message.get("role") == "assistant" and question:
            history.append(Turn(question, text))
            question = ""
    if not question:
        raise QuestionError("the last message is not a question", remedy="end with a user message")
    return question, history


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content or ""


def _completion(model: str, answer: Answer) -> Any:
    from fastapi_openai_compat import ChatCompletion, Choice, Message

    text = "".join(map(_marked, answer.sentences)) if not answer.refused else answer.text
    return ChatCompletion(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        object="chat.completion",
        created=int(time.time()),
        model=model,
        choices=[
            Choice(
                index=0,
                message=Message(role="assistant", content=text + _source_list(answer.sources)),
                finish_reason="stop",
            )
        ],
        usage=_usage(answer),
        wenbao=answer_record(answer),
    )


def _stream(model: str, events: Iterable[StreamEvent]) -> Iterator[Any]:
    """Yield verified sentences as chunks, the sources last, the whole record in the final one."""
    from fastapi_openai_compat import ChatCompletion, Choice, Message

    try:
        for event in events:
            if isinstance(event, SentenceVerified):
                yield _marked(event.sentence)
            elif isinstance(event, AnswerDone):
                answer = event.answer
                tail = _source_list(answer.sources)
                yield ChatCompletion(
                    id=f"chatcmpl-{uuid.uuid4().hex}",
                    object="chat.completion.chunk",
                    created=int(time.time()),
                    model=model,
                    choices=[
                        Choice(
                            index=0,
                            delta=Message(
                                role="assistant", content=answer.text if answer.refused else tail
                            ),
                        )
                    ],
                    usage=_usage(answer),
                    wenbao=answer_record(answer),
                )
    except WenBaoError as error:
        # The response has begun: the reader is told in the text.
        yield f"\n{error}"


def _marked(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f"[{number}]" for number in sentence.citations)


def _source_list(sources: tuple[Source, ...]) -> str:
    if not sources:
        return ""
    lines = [
        f"[{source.number}] 《{source.headline}》"
        + (f"（{source.published}）" if source.published else "")
        + source.quote
        for source in sources
    ]
    return "\n\n" + "\n".join(lines)


def _usage(answer: Answer) -> dict[str, int]:
    """Characters stand for tokens: not every generator counts tokens."""
    return {
        "prompt_tokens": len(answer.question),
        "completion_tokens": len(answer.text),
        "total_tokens": len(answer.question) + len(answer.text),
    }
