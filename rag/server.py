"""One address for people and programs: the chat page, and an OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import ExitStack
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.answering.plain import inert
from rag.answering.reading import marked, marked_text, settled
from rag.errors import CollectionMissingError, QuestionError, SettingsError, WenBaoError
from rag.records import answer_record, error_record
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerDone,
    Filters,
    SentenceVerified,
    Source,
    StreamEvent,
    TextDelta,
    Turn,
)

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    from rag.assistant import Assistant

MODEL_NAME = "wenbao"
"""The model's name at the endpoint."""

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the page and the endpoint until interrupted; `ready` gets the address once it is open.

    Raises:
        SettingsError: the port is taken.
    """
    from rag.assistant import Assistant

    host, port = settings.server.host, settings.server.port
    _require_free(host, port)
    with ExitStack() as stack:
        opened: Assistant | WenBaoError
        try:
            opened = stack.enter_context(Assistant.open(settings=settings))
            opened.warm_up()
        except WenBaoError as error:
            # The page opens all the same and says what to do; the terminal shows it as a log line.
            opened = error
        asyncio.run(_serve(opened, host, port, ready))


def _require_free(host: str, port: int) -> None:
    """Raise an error that says what to do, unless the address can be listened on."""
    import socket

    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SettingsError(
            f"there is no address {host!r} on this machine: {error.strerror or error}",
            remedy="choose another, for example `wenbao serve --host 127.0.0.1`",
        ) from error
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":
                    # Elsewhere the option would let two servers share the port.
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {host} port {port}: {error.strerror}",
                remedy=_elsewhere(error.errno, port),
            ) from error


def _elsewhere(code: int | None, port: int) -> str:
    if code in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return "choose another address, for example `wenbao serve --host 127.0.0.1`"
    other = port + 1 if port < 65535 else port - 1
    return f"choose another port, for example `wenbao serve --port {other}`"


def _address(host: str, port: int) -> str:
    """Return what to type into a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


async def _serve(
    opened: Assistant | WenBaoError, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve until interrupted. The page is built inside the loop: its parts belong to one."""
    import uvicorn

    config = uvicorn.Config(create_app(opened), host=host, port=port, log_level="warning")
    server = uvicorn.Server(config)
    # A Ctrl-C so far is to take effect here: in the server's start it would log a traceback.
    await asyncio.sleep(0)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.05)
    if server.started:
        ready(_address(host, port))
    await serving


def create_app(opened: Assistant | WenBaoError) -> FastAPI:
    """Return the web application: endpoint, health check and pages.

    Instead of an assistant it takes the error that kept one from opening: the page explains it,
    and the other addresses answer with it.
    """
    from fastapi import FastAPI, HTTPException
    from fastapi.exceptions import RequestValidationError
    from fastapi_openai_compat import create_chat_completion_router
    from starlette.exceptions import HTTPException as AnyHTTPException

    from ui.app import mount

    app = FastAPI(title="问报", docs_url=None, redoc_url=None, openapi_url=None)

    def assistant() -> Assistant:
        if isinstance(opened, WenBaoError):
            raise opened
        return opened

    def complete(model: str, messages: list[dict[str, Any]], body: dict[str, Any]) -> Any:
        if model != MODEL_NAME:
            raise HTTPException(404, f"there is no model {model!r} here, only {MODEL_NAME!r}")
        try:
            question, history = _conversation(messages)
            filters = _filters(body.get("filters"))
            if body.get("stream"):
                events = assistant().stream(question, history=history, filters=filters)
                # A question that cannot be asked fails here, before the response has begun.
                first = next(events)
                return _attended(_stream(model, itertools.chain([first], events)))
            return _completion(model, assistant().ask(question, history=history, filters=filters))
        except WenBaoError as error:
            status = 400 if isinstance(error, QuestionError) else 503
            raise HTTPException(status, str(error)) from error

    app.include_router(
        create_chat_completion_router(list_models=lambda: [MODEL_NAME], run_completion=complete)
    )

    # Not FastAPI's only: what the router itself raises is of the other kind.
    app.add_exception_handler(AnyHTTPException, _explain)
    app.add_exception_handler(RequestValidationError, _explain_form)

    # Before the page, which is mounted at the root and would answer in a form of its own.
    app.add_route("/v1/{path:path}", _no_such_address, methods=_METHODS)

    @app.get("/healthz")
    def healthy() -> dict[str, object]:
        try:
            articles = assistant().stats().articles
            if not articles:
                raise CollectionMissingError(
                    f"there is nothing in {assistant().settings.collection}",
                    remedy="run `wenbao ingest PATH…`",
                )
            return {"articles": articles, "generator": assistant().generator.name}
        except WenBaoError as error:
            raise HTTPException(503, str(error)) from error

    mount(app, opened)
    return app


def _explain(_: Request, error: Exception) -> JSONResponse:
    """Answer in the form in which clients of the endpoint expect errors."""
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    cause = error.__cause__
    if isinstance(cause, WenBaoError):
        kind, code = type(cause).__name__, None
    elif error.status_code == 404:
        kind, code = "invalid_request_error", "model_not_found"
    else:
        kind, code = "server_error" if error.status_code >= 500 else "invalid_request_error", None
    return JSONResponse(_error(error.detail, kind, code), error.status_code, error.headers)


def _no_such_address(request: Request) -> JSONResponse:
    """Answer what the endpoint does not have as clients expect it."""
    from fastapi.responses import JSONResponse

    asked = f"{request.method} {request.url.path}"
    problem = _error(f"there is no {asked} here", "invalid_request_error", "unknown_url")
    return JSONResponse(problem, status_code=404)


def _explain_form(request: Request, error: Exception) -> JSONResponse:
    """Answer a body that is no question at all, field by field."""
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse

    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    problems = [
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    ]
    kind = request.headers.get("content-type", "")
    if "json" not in kind:
        # As curl sends it unless told otherwise: read as a form, it is no object.
        problems = [f"the body is sent as {kind or 'nothing'}; send Content-Type: application/json"]
    return JSONResponse(_error("; ".join(problems), "invalid_request_error"), status_code=400)


def _error(message: str, kind: str, code: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


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


def _filters(given: Any) -> Filters:
    """Return the filters in the extra field `filters`; None filters nothing."""
    names = [field.name for field in fields(Filters)]
    remedy = f"give an object with texts named {', '.join(names)}; days as 2023-12-16"
    if given is None:
        return Filters()
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise QuestionError("filters is no object of texts", remedy=remedy)
    if unknown := sorted(set(given) - set(names)):
        raise QuestionError(f"there is no filter {unknown[0]!r}", remedy=remedy)
    try:
        days = {
            name: date.fromisoformat(given[name]) if given.get(name) else None
            for name in ("published_from", "published_to")
        }
    except ValueError as error:
        raise QuestionError(f"a filter is no day: {error}", remedy=remedy) from error
    first, last = days["published_from"], days["published_to"]
    if first and last and first > last:
        raise QuestionError(
            f"published_from {first} is later than published_to {last}",
            remedy="exchange the two days",
        )
    words = {name: given.get(name, "") for name in ("byline", "headline", "source")}
    return Filters(first, last, **words)


def _text(content: Any) -> str:
    """Return the text of a message, whole or in parts; parts of other kinds, as images, are not."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    remedy = "give content as a text, or as a list of parts of type text"
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise QuestionError("the content of a message is neither a text nor parts", remedy=remedy)
    texts = [part.get("text") for part in content if part.get("type", "text") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise QuestionError("a part of type text has no text", remedy=remedy)
    return "".join(map(str, texts))


def _completion(model: str, answer: Answer) -> Any:
    from fastapi_openai_compat import ChatCompletion, Choice, Message

    text = marked_text(answer) + _source_list(answer.sources)
    return ChatCompletion(
        id=_new_id(),
        object="chat.completion",
        created=int(time.time()),
        model=model,
        choices=[
            Choice(index=0, message=Message(role="assistant", content=text), finish_reason="stop")
        ],
        usage=_usage(answer),
        wenbao=answer_record(answer),
    )


def _stream(model: str, events: Iterable[StreamEvent]) -> Generator[Any, None, None]:
    """Yield verified sentences as chunks, the sources last, the whole record in the final one.

    While a sentence is being written, chunks are empty.
    """
    from fastapi_openai_compat import ChatCompletion, Choice, Message

    name, created = _new_id(), int(time.time())

    def chunk(text: str, finish: str | None = None, **more: Any) -> Any:
        delta = Message(role="assistant", content=text)
        return ChatCompletion(
            id=name,
            object="chat.completion.chunk",
            created=created,
            model=model,
            choices=[Choice(index=0, delta=delta, finish_reason=finish)],
            **more,
        )

    try:
        for event in settled(events):
            if isinstance(event, TextDelta):
                # Nothing to be told yet; but a client that has gone is noticed only by a chunk.
                yield chunk("")
            elif isinstance(event, SentenceVerified):
                yield chunk(marked(event.sentence))
            elif isinstance(event, AnswerDone):
                answer = event.answer
                tail = answer.text if answer.refused else _source_list(answer.sources)
                yield chunk(tail, "stop", usage=_usage(answer), wenbao=answer_record(answer))
    except WenBaoError as error:
        # The response has begun: the reader is told in the text.
        yield chunk(f"\n{error}", "stop", wenbao=error_record(error))
    yield _end(model)


async def _attended(chunks: Generator[Any, None, None]) -> AsyncGenerator[Any, None]:
    """Yield the chunks, made in a thread, and close them as soon as the client has gone.

    Otherwise they would stay open until the next collection of garbage, and a generator that
    answers one question at a time would answer nobody else's.
    """
    from anyio import CancelScope
    from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

    try:
        async for chunk in iterate_in_threadpool(chunks):
            yield chunk
    finally:
        with CancelScope(shield=True):
            await run_in_threadpool(chunks.close)


def _end(model: str) -> Any:
    """Return what the library writes as `data: [DONE]`; by itself it does not end a stream."""
    from fastapi_openai_compat import ChatCompletion

    class End(ChatCompletion):  # type: ignore[misc]  # the library has no types
        def model_dump_json(self, **_: Any) -> str:
            return "[DONE]"

    return End(id="", object="chat.completion.chunk", created=0, model=model, choices=[])


def _new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


def _source_list(sources: tuple[Source, ...]) -> str:
    if not sources:
        return ""
    lines = [
        f"[{source.number}] 《{' '.join(inert(source.headline).split())}》"
        + _day(source)
        + inert(source.quote)
        for source in sources
    ]
    return "\n\n" + "\n".join(lines)


def _day(source: Source) -> str:
    if not source.published:
        return ""
    return f"（{source.published}{'，推定' if source.published_inferred else ''}）"


def _usage(answer: Answer) -> dict[str, int]:
    """Characters stand for tokens: not every generator counts tokens."""
    return {
        "prompt_tokens": len(answer.question),
        "completion_tokens": len(answer.text),
        "total_tokens": len(answer.question) + len(answer.text),
    }
