"""The parts of the evaluation page, and which act of `Workbench` follows which event."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import WenBaoError
from ui.evaluation import texts, views
from ui.evaluation.problems import failure
from ui.evaluation.runner import Sitting
from ui.evaluation.workbench import Checked, InputError, Workbench
from ui.markup import alert, problem
from ui.parts import INSTANT, QUIET, blocks, lively, said, static
from ui.texts import advice

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 1.0
# Uploaded files are only read once: seconds between clearings, and their age then.
_UPLOADS_KEPT = (3600, 3600)
_MODES = [(texts.MODE_ANSWER, "answer"), (texts.MODE_RETRIEVAL, "retrieval")]


def evaluation_page(workbench: Workbench) -> gr.Blocks:
    """Return the page where test sets are run."""
    page = blocks(texts.TITLE, delete_cache=_UPLOADS_KEPT)
    try:
        workbench.available()
    except WenBaoError as error:
        _, command, detail = advice(error)
        with page, gr.Column(elem_id="page", elem_classes="bench"):
            _top()
            static(problem(failure(error), command, detail), "current")
        return page
    with page:
        _EvaluationPage(workbench).wire(page)
    return page


def _top() -> None:
    with gr.Row(elem_id="top"):
        static(
            f"<h1>{texts.NAME}</h1><p><span>{texts.TAGLINE}</span></p>",
            "masthead",
        )
        static(f'<a class="aside" href="../">{texts.BACK}</a>', "aside")


class _EvaluationPage:
    """The parts of the page and the handlers that connect them to the workbench."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        with gr.Column(elem_id="page", elem_classes="bench"):
            _top()
            with gr.Column(elem_id="choose"):
                static(
                    f"<h2>{texts.CHOOSE_TITLE}</h2><p>{texts.CHOOSE_INTRODUCTION}</p>"
                    + views.render_downloads(),
                    "choose-introduction",
                )
                with gr.Row(elem_id="upload"):
                    self.upload = gr.UploadButton(texts.CHOOSE, elem_id="file-button", size="sm")
                    static(f'<p class="meta">{texts.CHOOSE_KINDS}</p>', "kinds")
                self.looked = static("", "checked")
            with gr.Column(elem_id="run"):
                self._settings()
                self.hint = static("", "hint")
                self.progress = static("", "progress")
            self.result = static("", "result")
            self.runs = lively("", "runs")
            self.comparison = static("", "comparison")
        self.checked = gr.State(None)
        self.watched = gr.State(False)
        self.timer = gr.Timer(_TICK_SECONDS, active=False)

    def _settings(self) -> None:
        static(f"<h2>{texts.RUN_TITLE}</h2>", "run-title")
        self.mode = gr.Radio(_MODES, value="answer", label=texts.MODE, elem_id="mode")
        static(f'<p class="meta">{texts.MODE_NOTE}</p>', "mode-note")
        with gr.Row(elem_id="fields"):
            self.sample = gr.Textbox(
                label=texts.SAMPLE, placeholder=texts.SAMPLE_ALL, max_lines=1, elem_id="sample"
            )
            self.name = gr.Textbox(
                label=texts.RUN_NAME, placeholder=texts.RUN_NAME_HINT, max_lines=1, elem_id="name"
            )
            self.start = gr.Button(texts.START, variant="primary", elem_id="start")
            self.stop = gr.Button(texts.STOP, elem_id="stop", visible=False)

    def wire(self, page: gr.Blocks) -> None:
        """Connect the parts."""
        shown = [
            *(self.progress, self.result, self.runs, self.start, self.stop),
            *(self.timer, self.watched),
        ]
        page.load(self._open, None, shown, **INSTANT)
        self.timer.tick(self._tick, [self.watched], shown, **INSTANT)
        self.upload.upload(
            self._check, [self.upload], [self.checked, self.looked, self.hint], **INSTANT
        )
        fields = [self.checked, self.mode, self.sample, self.name]
        gr.on(
            [self.start.click, self.name.submit, self.sample.submit],
            self._start,
            fields,
            [self.hint, *shown],
            **INSTANT,
        ).then(None, js="() => window.wenbao.started()", **QUIET)
        self.stop.click(self._stop, None, [self.progress], **INSTANT)
        self.runs.click(self._act, None, [self.comparison, self.hint, *shown], **INSTANT).then(
            None, js="() => window.wenbao.shown()", **QUIET
        )

    def _open(self) -> tuple[Any, ...]:
        return self._shown(result=True)

    def _tick(self, watched: bool) -> tuple[Any, ...]:
        sitting = self.workbench.sitting
        if sitting is not None and sitting.going_on:
            return (views.render_progress(sitting), *(gr.skip(),) * 6)
        # The run has ended since the last look: its result and its place in the list are new.
        return self._shown(result=watched)

    def _shown(self, *, result: bool) -> tuple[Any, ...]:
        """Return progress, result, runs, start, stop, timer and watched as they stand."""
        sitting = self.workbench.sitting
        going_on = sitting is not None and sitting.going_on
        return (
            views.render_progress(sitting),
            self._result_of(sitting) if result else gr.skip(),
            self._list(sitting),
            gr.update(visible=not going_on),
            gr.update(visible=going_on),
            gr.Timer(active=going_on),
            going_on,
        )

    def _begun(self) -> tuple[Any, ...]:
        """Return what `_shown` returns, without the result of the run before."""
        progress, _, *rest = self._shown(result=False)
        return progress, "", *rest

    def _check(self, path: str | None) -> tuple[Any, ...]:
        if not path:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            checked = self.workbench.check(Path(path))
        except InputError as error:
            return None, problem(str(error)), ""
        return checked, views.render_checked(checked), ""

    def _start(
        self, checked: Checked | None, mode: str, sample: str | None, name: str | None
    ) -> tuple[Any, ...]:
        try:
            self.workbench.start(
                checked,
                mode="retrieval" if mode == "retrieval" else "answer",
                sample=sample or "",
                name=name or "",
            )
        except InputError as error:
            return alert(str(error)), *self._shown(result=False)
        return "", *self._begun()

    def _stop(self) -> str:
        self.workbench.stop()
        return views.render_progress(self.workbench.sitting)

    def _act(self, event: gr.EventData) -> tuple[Any, ...]:
        """Return comparison, hint and what `_shown` returns after a click in the list of runs."""
        action, name = said(event, "do"), said(event, "name")
        nothing = (gr.skip(),) * 7
        try:
            if action == "resume":
                self.workbench.resume(name)
                return gr.skip(), "", *self._begun()
            if action == "show":
                shown = views.render_result(self.workbench.report(name))
                return gr.skip(), "", gr.skip(), shown, *nothing[2:]
            if action == "compare":
                compared = self.workbench.compare(said(event, "before"), said(event, "after"))
                return views.render_comparison_summary(compared), gr.skip(), *nothing
        except InputError as error:
            sentence = str(error)
        except WenBaoError as error:
            sentence = failure(error) or texts.GONE
        else:
            return gr.skip(), gr.skip(), *nothing
        if action == "compare":
            return problem(sentence), gr.skip(), *nothing
        return gr.skip(), alert(sentence), *nothing

    def _list(self, sitting: Sitting | None) -> str:
        entries, older = self.workbench.entries()
        return views.render_runs(entries, older, sitting)

    def _result_of(self, sitting: Sitting | None) -> str:
        if sitting is None or sitting.going_on or not sitting.done:
            return ""
        try:
            return views.render_result(self.workbench.report(sitting.name))
        except WenBaoError as error:
            _LOG.warning("the report of %s cannot be read: %s", sitting.name, error)
            return problem(failure(error) or texts.GONE)
