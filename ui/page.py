"""The parts of the page, and which act of `Chat` follows which event."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import WenBaoError
from ui import answers, texts
from ui.chat import Chat, ChatAssistant, InputError, Progress, Request
from ui.conversation import MAX_EXCHANGES, Conversation, Exchange, Status, dump, load
from ui.export import transcript
from ui.feedback import FeedbackFile
from ui.markup import alert, button, escape, problem, remark
from ui.parts import INSTANT, QUIET, blocks, lively, said, static
from ui.sources import render_sources

_LOG = logging.getLogger(__name__)
# Named and keyed alike in every process, so that a restarted server reads it again.
STORAGE = "wenbao-conversation-1"
"""Where the browser keeps the conversation."""
_WAITING = 64
_INSTANT_LIMIT = 16


def closed_page(error: WenBaoError) -> gr.Blocks:
    """Return a page that says why nothing can be asked and what mends it."""
    _LOG.error("the chat page stays closed: %s", error)
    page = blocks(texts.NAME)
    with page, gr.Column(elem_id="page", elem_classes="closed"):
        with gr.Row(elem_id="top"):
            static(_masthead(""), "masthead")
        with gr.Column(elem_id="talk"):
            static(problem(*texts.advice(error)), "current")
    return page


def chat_page(
    assistant: ChatAssistant,
    *,
    examples: Sequence[str] | None,
    feedback: Path | None,
    concurrency: int,
    evaluation: str,
) -> gr.Blocks:
    """Return the page where an assistant is asked; the arguments are those of `ui.app.build`."""
    file = (
        FeedbackFile(feedback) if feedback else FeedbackFile.beside(assistant.settings.collection)
    )
    page = blocks(texts.NAME)
    with page:
        parts = _ChatPage(Chat(assistant, feedback=file, examples=examples), evaluation)
        parts.wire(page, concurrency)
    page.queue(default_concurrency_limit=_INSTANT_LIMIT, max_size=_WAITING)
    return page


class _ChatPage:
    """The parts of the page and the handlers that connect them to `Chat`."""

    def __init__(self, chat: Chat, evaluation: str) -> None:
        self.chat = chat
        with gr.Column(elem_id="page"):
            with gr.Row(elem_id="top"):
                self.masthead = static(_masthead(""), "masthead")
                if evaluation:
                    static(
                        f'<a class="aside" href="{escape(evaluation)}" '
                        f'title="{texts.EVALUATION_TIP}">{texts.EVALUATION}</a>',
                        "aside",
                    )
                self.new = gr.Button(texts.NEW, elem_id="new", size="sm")
                self.export = gr.Button(texts.EXPORT, elem_id="export", size="sm")
            with gr.Column(elem_id="talk"):
                self.past = lively("", "past")
                self.current = lively("", "current")
            with gr.Column(elem_id="panel"):
                self.sources = lively(_panel(None, 0), "sources")
                self.article = lively("", "article")
            with gr.Column(elem_id="compose"):
                self._compose()
        self.saved = gr.BrowserState([], storage_key=STORAGE, secret=STORAGE)
        self.live = gr.State(None)
        self.dropped = gr.State([])
        self.request = gr.State(None, delete_callback=_abandon)
        self.file = gr.JSON(visible="hidden", elem_id="file")
        self.start = gr.JSON(visible="hidden", elem_id="start")

    def _compose(self) -> None:
        self.hint = lively("", "hint")
        with gr.Row(elem_id="ask"):
            self.box = gr.Textbox(
                label=texts.QUESTION_LABEL,
                placeholder=texts.QUESTION_PLACEHOLDER,
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                elem_id="question",
            )
            self.send = gr.Button(texts.SEND, variant="primary", elem_id="send")
            self.stop = gr.Button(texts.STOP, elem_id="stop", visible=False)
        with gr.Row(elem_id="dates"):
            static(texts.ONLY, "only")
            self.first = _filter_box(texts.FROM_LABEL, "first-day")
            static(texts.UNTIL, "until")
            self.last = _filter_box(texts.TO_LABEL, "last-day")
            static(
                f'<button type="button" aria-expanded="false" aria-controls="more" '
                f'title="{texts.MORE_FILTERS_TIP}">{texts.MORE}'
                f"<span>{texts.MORE_FILTERS}</span></button>",
                "more-toggle",
            )
            static(texts.KEYS, "keys")
        with gr.Row(elem_id="more"):
            self.byline = _filter_box(texts.BYLINE_LABEL, "byline", texts.BYLINE_PLACEHOLDER)
            self.headline = _filter_box(
                texts.HEADLINE_LABEL, "in-headline", texts.HEADLINE_PLACEHOLDER
            )
            self.source = _filter_box(texts.SOURCE_LABEL, "in-source", texts.SOURCE_PLACEHOLDER)
            self.unfilter = gr.Button(texts.CLEAR_FILTERS, elem_id="unfilter", size="sm")

    def wire(self, page: gr.Blocks, concurrency: int) -> None:
        """Connect the parts."""
        begun = [
            *(self.past, self.current, self.sources, self.article, self.box, self.send),
            *(self.stop, self.hint, self.saved, self.live, self.request),
        ]
        filters = [self.first, self.last, self.byline, self.headline, self.source]
        given = [*filters, self.saved, self.request]
        restored = [self.past, self.current, self.sources, self.hint]
        page.load(_restore, [self.saved], restored, **INSTANT)
        # In a large archive this takes a while: who asks meanwhile keeps the answer on the page.
        page.load(self._greet, None, [self.start, self.masthead], **INSTANT).then(
            None,
            [self.start, self.current],
            [self.current],
            js="(start, current) => current || start.html",
            **QUIET,
        )
        typed = gr.on(
            [self.box.submit, self.send.click], self._begin, [self.box, *given], begun, **INSTANT
        )
        clicked = gr.on(
            [self.current.submit, self.past.submit], self._begin_clicked, given, begun, **INSTANT
        )
        # Triggered by "multiple", or what still runs for a refused question swallows the next one.
        for begin in (typed, clicked):
            answered = begin.success(
                self._answer,
                [self.saved, self.request],
                [self.current, self.sources, self.live],
                concurrency_limit=concurrency,
                concurrency_id="answer",
                trigger_mode="multiple",
                **QUIET,
            )
            for ended, act in ((answered.success, _ready), (answered.failure, _free)):
                ended(
                    act,
                    [self.saved, self.live, self.request],
                    [self.box, self.send, self.stop, self.request, self.saved, self.live],
                    trigger_mode="multiple",
                    **INSTANT,
                ).then(None, js="() => window.wenbao.ready()", **QUIET)
        self.unfilter.click(
            None,
            None,
            filters,
            js="() => window.wenbao.unfiltered()",
            **QUIET,
        )
        self.stop.click(_stop, [self.request], None, **INSTANT)
        for part in (self.past, self.current, self.sources, self.article):
            part.click(
                self._act,
                [self.saved, self.live],
                [self.past, self.current, self.article, self.saved, self.hint],
                **INSTANT,
            )
        self.new.click(
            self._clear,
            [self.saved, self.request],
            [
                *(self.past, self.current, self.sources, self.article),
                *(self.saved, self.live, self.hint, self.dropped),
            ],
            **INSTANT,
        )
        self.hint.click(_bring_back, [self.dropped], [*restored, self.saved], **INSTANT).then(
            None, js="() => window.wenbao.ready()", **QUIET
        )
        self.export.click(_export, [self.saved], [self.file, self.hint], **INSTANT).then(
            None, [self.file], js="(file) => window.wenbao.download(file)", **QUIET
        )

    def _greet(self) -> tuple[dict[str, str], str]:
        start, summary = self.chat.start()
        return {"html": start}, _masthead(summary)

    def _begin(
        self,
        question: str,
        first: str,
        last: str,
        byline: str,
        headline: str,
        source: str,
        saved: object,
        running: Request | None,
    ) -> tuple[Any, ...]:
        if running is not None:
            # One answer at a time: an error, though an unseen one, ends this chain of events.
            raise gr.Error("busy", visible=False, print_exception=False)
        try:
            conversation, request = self.chat.accept(
                question,
                first,
                last,
                load(saved),
                byline=byline,
                headline=headline,
                source=source,
            )
        except InputError as error:
            return (*(gr.skip() for _ in range(7)), alert(str(error)), *(gr.skip(),) * 3)
        index = len(conversation) - 1
        return (
            answers.render_all(conversation[:-1]),
            answers.render_live(conversation[-1], index, status=texts.QUEUED),
            _panel(None, 0),
            "",
            gr.update(value="", interactive=False),
            gr.update(visible=False),
            gr.update(visible=True),
            _limit_note(conversation),
            dump(conversation),
            None,
            request,
        )

    def _begin_clicked(
        self,
        first: str,
        last: str,
        byline: str,
        headline: str,
        source: str,
        saved: object,
        running: Request | None,
        event: gr.EventData,
    ) -> tuple[Any, ...]:
        question = said(event, "question")
        return self._begin(question, first, last, byline, headline, source, saved, running)

    def _answer(self, saved: object, request: Request | None) -> Iterator[tuple[Any, ...]]:
        conversation = load(saved)
        # A refused question comes here, too, perhaps when the next one has been accepted: that one
        # is answered once, by who sees it. What yields nothing would empty the page.
        seen = request is not None and conversation and conversation[-1].id == request.exchange_id
        if request is None or not seen or not request.taken.acquire(blocking=False):
            yield (gr.skip(),) * 3
            return
        index = len(conversation) - 1
        before: Progress | None = None
        for progress in self.chat.answer(conversation, request):
            if request.abandoned.is_set():
                # What was sent before may arrive after the page was cleared: clear it again.
                yield self.chat.start()[0], _panel(None, 0), None
                return
            yield self._show(progress, before, index)
            before = progress

    @staticmethod
    def _show(progress: Progress, before: Progress | None, index: int) -> tuple[Any, ...]:
        exchange = progress.exchange
        if progress.done:
            return answers.render(exchange, index), _panel(exchange, index), exchange
        live = answers.render_live(exchange, index, draft=progress.draft, status=progress.status)
        if before is not None and before.exchange == exchange:
            return live, gr.skip(), gr.skip()
        return live, _panel(exchange, index) if exchange.found else gr.skip(), exchange

    def _act(self, saved: object, live: Exchange | None, event: gr.EventData) -> tuple[Any, ...]:
        """Return past, current, article, saved and hint after a click on one of our buttons."""
        conversation = load(saved)
        if live is not None and conversation:
            conversation = (*conversation[:-1], live)
        action, index = said(event, "do"), _number(said(event, "turn"))
        nothing = gr.skip()
        if action == "sources":
            return nothing, nothing, "", nothing, nothing
        if action == "cite":
            article = self.chat.cited(conversation, index, _number(said(event, "number")))
            return nothing, nothing, article or nothing, nothing, nothing
        if action in {"found", "related"}:
            article = self.chat.found(
                conversation,
                index,
                _number(said(event, "place")),
                related=action == "related",
            )
            return nothing, nothing, article or nothing, nothing, nothing
        if action in {"rate", "reason"} and 0 <= index < len(conversation):
            rating = said(event, "rating") if action == "rate" else ""
            reason = said(event, "reason")[:1000] if action == "reason" else None
            return self._rate(conversation, index, rating, reason)
        return (nothing,) * 5

    def _rate(
        self, conversation: Conversation, index: int, rating: str, reason: str | None
    ) -> tuple[Any, ...]:
        nothing = gr.skip()
        try:
            rated = self.chat.rate(conversation, index, rating, reason=reason)
        except OSError:
            _LOG.exception("the feedback file cannot be written")
            return nothing, nothing, nothing, nothing, alert(texts.FEEDBACK_FAILED)
        if rated == conversation:
            return (nothing,) * 5
        if index == len(rated) - 1:
            return nothing, answers.render(rated[-1], index), nothing, dump(rated), ""
        # The last exchange may be in the writing: what is shown of it stays.
        return answers.render_all(rated[:-1]), nothing, nothing, dump(rated), ""

    def _clear(self, saved: object, running: Request | None) -> tuple[Any, ...]:
        _abandon(running)
        start, _ = self.chat.start()
        dropped = dump(load(saved))
        hint = remark(texts.BEGUN_ANEW, button(texts.BRING_BACK, "bring-back")) if dropped else ""
        return "", start, _panel(None, 0), "", [], None, hint, dropped


def _restore(saved: object) -> tuple[Any, ...]:
    """Return past, current, sources and hint."""
    conversation = load(saved)
    last = len(conversation) - 1
    if last < 0:
        return (gr.skip(),) * 4
    return (*_views(conversation), _panel(conversation[last], last), _limit_note(conversation))


def _bring_back(dropped: object) -> tuple[Any, ...]:
    """Return past, current, sources, hint and saved as they were before the new conversation."""
    return (*_restore(dropped), dump(load(dropped)))


def _ready(saved: object, live: Exchange | None, request: Request | None) -> tuple[Any, ...]:
    """Return box, send, stop, request, saved and live; as they are while an answer is awaited."""
    if request is None or not request.stopped.is_set():
        return (gr.skip(),) * 6
    return _free(saved, live, request)


def _free(saved: object, live: Exchange | None, _: Request | None) -> tuple[Any, ...]:
    """Return box, send, stop, request, saved and live after an answer, or the failure of one."""
    # Kept only now, from the browser's newest state: earlier answers can be rated meanwhile.
    kept = load(saved)
    if live is not None and kept and kept[-1].id == live.id:
        kept = (*kept[:-1], live)
    return (
        gr.update(interactive=True),
        gr.update(visible=True),
        gr.update(visible=False),
        None,
        dump(kept),
        None,
    )


def _stop(running: Request | None) -> None:
    if running is not None:
        running.stopped.set()


def _abandon(running: Request | None) -> None:
    if running is not None:
        running.abandoned.set()
        running.stopped.set()


def _export(saved: object) -> tuple[Any, str]:
    conversation = load(saved)
    if not conversation:
        return None, alert(texts.NOTHING_TO_EXPORT)
    return {"name": texts.EXPORT_FILE, "text": transcript(conversation)}, ""


def _views(conversation: Conversation) -> tuple[str, str]:
    last = len(conversation) - 1
    return answers.render_all(conversation[:-1]), answers.render(conversation[-1], last)


def _limit_note(conversation: Conversation) -> str:
    full = len(conversation) >= MAX_EXCHANGES
    return remark(texts.FULL.format(count=MAX_EXCHANGES)) if full else ""


def _panel(exchange: Exchange | None, index: int) -> str:
    # Of a search that failed or was stopped nobody knows what it would have found.
    unknown = exchange is not None and (
        exchange.status is Status.FAILED
        or (exchange.status is Status.INTERRUPTED and not exchange.found)
    )
    return f"<h2>{texts.SOURCES}</h2>" + render_sources(None if unknown else exchange, index)


def _masthead(summary: str) -> str:
    return (
        f"<h1>{texts.NAME}</h1><p><span>{texts.TAGLINE}</span>"
        f'<span class="summary">{escape(summary)}</span></p>'
    )


def _filter_box(label: str, name: str, placeholder: str = "") -> gr.Textbox:
    """A field of the filters; without a placeholder its label is for screen readers alone."""
    return gr.Textbox(
        label=label,
        placeholder=placeholder or None,
        show_label=bool(placeholder),
        container=bool(placeholder),
        max_lines=1,
        elem_id=name,
        min_width=0,
        html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
