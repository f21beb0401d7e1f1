"""What the page does when the reader acts; knows the assistant, not the page library."""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from rag.errors import WenBaoError
from rag.settings import Settings
from rag.types import (
    AnswerDone,
    Article,
    EvidenceFound,
    Filters,
    SentenceVerified,
    Span,
    StreamEvent,
    TextDelta,
    Turn,
)
from ui import texts
from ui.conversation import (
    MAX_EXCHANGES,
    Conversation,
    Exchange,
    Status,
    finished,
    group_by_article,
    turns,
)
from ui.feedback import FeedbackFile
from ui.markup import problem
from ui.sources import render_article, render_gone
from ui.start import loaded, render_start

if TYPE_CHECKING:
    from rag.index.collection import CollectionStats

_LOG = logging.getLogger(__name__)
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_POLL_SECONDS = 0.1
_START_SECONDS = 10.0
_FILTER_CHARS = 100


class ChatAssistant(Protocol):
    """What the page needs of an assistant."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102

    def articles(self) -> list[Article]: ...  # noqa: D102

    def stats(self) -> CollectionStats: ...  # noqa: D102

    def article(self, article_id: str, /) -> Article: ...  # noqa: D102

    def stream(  # noqa: D102
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = ...
    ) -> Iterator[StreamEvent]: ...


class InputError(ValueError):
    """The reader's input cannot be used; the message is the Chinese hint to show."""


@dataclass(frozen=True, slots=True)
class Request:
    """An accepted question on its way to the assistant, the one of the exchange `exchange_id`.

    `taken` is held by who answers it, `stopped` is set when answering ended or shall end,
    `abandoned` when nobody wants to see what was written so far.
    """

    exchange_id: str
    filters: Filters
    taken: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    abandoned: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer is: the exchange so far, the unverified draft, what is being done."""

    exchange: Exchange
    draft: str = ""
    status: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class _End:
    """Marks the end of a stream."""


class Chat:
    """The acts of the page for one assistant; safe for many readers at once."""

    def __init__(
        self,
        assistant: ChatAssistant,
        *,
        feedback: FeedbackFile,
        examples: Sequence[str] | None = None,
    ) -> None:
        self._assistant = assistant
        self._feedback = feedback
        self._examples = examples
        self._start = ("", "")
        self._start_time = float("-inf")

    def start(self) -> tuple[str, str]:
        """Return the HTML of the start page and the line that says what is loaded."""
        # Reading every article takes time in a large archive, and every visit asks for it.
        if time.monotonic() - self._start_time > _START_SECONDS:
            try:
                articles = self._assistant.articles()
                lacking = self._assistant.stats().lacking
            except Exception as error:
                return _failure_note(error), ""
            summary = loaded(articles, lacking) if articles else ""
            self._start = (render_start(articles, self._examples, lacking), summary)
            self._start_time = time.monotonic()
        return self._start

    def accept(
        self,
        question: str,
        first: str,
        last: str,
        conversation: Conversation,
        *,
        byline: str = "",
        headline: str = "",
        source: str = "",
    ) -> tuple[Conversation, Request]:
        """Return the conversation with the new question at its end, and the request for it.

        `first` and `last` limit the day of publication; `byline`, `headline` and `source` are what
        the article's reporters, headline and file must contain.

        Raises:
            InputError: the question is empty or too long, or a date cannot be read.
        """
        question = question.strip()
        limit = self._assistant.settings.answering.question_chars
        if not question:
            raise InputError(texts.EMPTY_QUESTION)
        if len(question) > limit:
            raise InputError(texts.LONG_QUESTION.format(limit=limit))
        filters = Filters(
            published_from=parse_day(first),
            published_to=parse_day(last),
            byline=_words(byline),
            headline=_words(headline),
            source=_words(source),
        )
        if (
            filters.published_from
            and filters.published_to
            and filters.published_from > filters.published_to
        ):
            raise InputError(texts.DATES_CROSSED)
        kept = conversation[-(MAX_EXCHANGES - 1) :]
        exchange = Exchange(question, limits=texts.limits(filters))
        return (*kept, exchange), Request(exchange.id, filters)

    def answer(self, conversation: Conversation, request: Request) -> Iterator[Progress]:
        """Yield the progress of answering the last question; the last one is done.

        The assistant runs in a thread of its own, so that stopping takes effect at once even
        while a model is silent. Failures become part of the exchange, never an exception.
        """
        *earlier, exchange = conversation
        events: queue.SimpleQueue[StreamEvent | _Failed | _End] = queue.SimpleQueue()
        threading.Thread(
            target=self._pump,
            args=(exchange.question, turns(tuple(earlier)), request, events),
            name="answer",
            daemon=True,
        ).start()
        progress = Progress(exchange, status=texts.SEARCHING)
        yield progress
        try:
            while not progress.done:
                batch = _take(events)
                if request.stopped.is_set():
                    progress = replace(progress, draft="", status="", done=True)
                    yield progress
                    return
                for event in batch:
                    progress = _advance(progress, event)
                if batch:
                    yield progress
        finally:
            # Also when the reader left: nobody waits for the rest.
            request.stopped.set()

    def cited(self, conversation: Conversation, index: int, number: int) -> str:
        """Return the HTML of the article of a citation, empty when there is no such citation."""
        exchange = _at(conversation, index)
        source = exchange.source(number) if exchange else None
        if exchange is None or source is None:
            return ""
        span = Span(source.start, source.end)
        return self._open(source.article_id, span, source.quote, exchange, index, number)

    def found(
        self, conversation: Conversation, index: int, place: int, *, related: bool = False
    ) -> str:
        """Return the HTML of an article that was found, empty when there is no such article."""
        exchange = _at(conversation, index)
        if exchange is None:
            return ""
        items = exchange.related if related else exchange.found
        if not 0 <= place < len(items):
            return ""
        item = items[place]
        return self._open(
            item.article_id, Span(item.start, item.end), item.snippet, exchange, index, 0
        )

    def rate(
        self, conversation: Conversation, index: int, rating: str, *, reason: str | None = None
    ) -> Conversation:
        """Return the conversation with the rating, which is also written to the feedback file.

        `reason` None leaves the question for a reason open. An empty `rating` keeps the last.

        Raises:
            OSError: the feedback file cannot be written.
        """
        exchange = _at(conversation, index)
        if exchange is None or exchange.status is not Status.DONE:
            return conversation
        if rating == "up":
            exchange = replace(exchange, rating="up", rating_closed=reason is not None)
        elif rating == "down":
            exchange = replace(exchange, rating="down", rating_closed=reason is not None)
        elif exchange.rating and reason is not None:
            exchange = replace(exchange, rating_closed=True)
        else:
            return conversation
        if reason != "":
            self._feedback.append(exchange, reason or "")
        return (*conversation[:index], exchange, *conversation[index + 1 :])

    def _open(
        self, article_id: str, span: Span, quote: str, exchange: Exchange, index: int, number: int
    ) -> str:
        opened = time.time_ns()
        try:
            article = self._assistant.article(article_id)
        except (LookupError, WenBaoError):
            _LOG.info("article %s is not in the collection any more", article_id)
            return render_gone(quote, exchange, index, number=number, opened=opened)
        return render_article(article, exchange, index, span, number=number, opened=opened)

    def _pump(
        self,
        question: str,
        history: Sequence[Turn],
        request: Request,
        events: queue.SimpleQueue[StreamEvent | _Failed | _End],
    ) -> None:
        try:
            stream = self._assistant.stream(question, history=history, filters=request.filters)
            try:
                for event in stream:
                    events.put(event)
                    if request.stopped.is_set():
                        break
            finally:
                close = getattr(stream, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            events.put(_Failed(error))
        finally:
            events.put(_End())


def parse_day(text: str | None) -> date | None:
    """Return the day that the text names, None when it is empty.

    Raises:
        InputError: it is not a day.
    """
    text = "".join((text or "").split())
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else _no_day(text)
    except ValueError:
        return _no_day(text)


def _words(text: str | None) -> str:
    return " ".join((text or "").split())[:_FILTER_CHARS]


def _no_day(text: str) -> date:
    raise InputError(texts.BAD_DATE.format(value=text[:20]))


def _take(
    events: queue.SimpleQueue[StreamEvent | _Failed | _End],
) -> list[StreamEvent | _Failed | _End]:
    """Return all waiting events, after a short wait for the first."""
    batch: list[StreamEvent | _Failed | _End] = []
    try:
        batch.append(events.get(timeout=_POLL_SECONDS))
        while True:
            batch.append(events.get_nowait())
    except queue.Empty:
        return batch


def _advance(progress: Progress, event: StreamEvent | _Failed | _End) -> Progress:
    exchange = progress.exchange
    match event:
        case EvidenceFound():
            exchange = replace(exchange, found=group_by_article(event.evidence))
            return replace(progress, exchange=exchange, status=texts.WRITING)
        case TextDelta():
            return replace(progress, draft=progress.draft + event.text, status="")
        case SentenceVerified():
            sentences = (*exchange.sentences, event.sentence)
            exchange = replace(
                exchange,
                sentences=sentences,
                sources=event.sources,
                text="".join(sentence.text for sentence in sentences),
            )
            draft = without(progress.draft, event.sentence.text)
            return replace(progress, exchange=exchange, draft=draft, status="")
        case AnswerDone():
            return Progress(finished(exchange, event.answer), done=True)
        case _Failed():
            return Progress(_failed(exchange, event.error), done=True)
        case _End():
            # A stream that ends without an answer was cut off.
            return replace(progress, draft="", status="", done=True)


def without(draft: str, sentence: str) -> str:
    """Return the draft after a verified sentence.

    Sentences that verification removed stand before it and go with it. A sentence that
    verification reworded is not found: then the first sentence of the draft goes.
    """
    sentence = sentence.strip()
    at = draft.find(sentence)
    if sentence and at >= 0:
        return draft[at + len(sentence) :].lstrip()
    end = _SENTENCE_END.search(draft)
    return draft[end.end() :].lstrip() if end else ""


def _failed(exchange: Exchange, error: Exception) -> Exchange:
    _log(error)
    sentence, command, detail = texts.advice(error)
    return replace(exchange, status=Status.FAILED, problem=sentence, command=command, detail=detail)


def _failure_note(error: Exception) -> str:
    _log(error)
    return problem(*texts.advice(error))


def _log(error: Exception) -> None:
    # A WenBaoError explains itself; anything else is a defect and needs its traceback.
    _LOG.error(
        "the chat page could not answer: %s",
        error,
        exc_info=None if isinstance(error, WenBaoError) else error,
    )


def _at(conversation: Conversation, index: int) -> Exchange | None:
    return conversation[index] if 0 <= index < len(conversation) else None
