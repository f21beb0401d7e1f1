"""Runs: every case of a test set asked once, resumable, with figures that repeat."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, Protocol

from rag.errors import CollectionMissingError, TestSetError, WenBaoError
from rag.evaluation.cases import Case, TestSet
from rag.evaluation.extra import check_installed
from rag.evaluation.gold import unknown_gold
from rag.evaluation.judge import Judge
from rag.evaluation.outcome import Outcome, plain
from rag.evaluation.report import Report, build_report
from rag.evaluation.store import Manifest, RunFolder
from rag.settings import Settings, describe
from rag.types import Answer, Article, Evidence, EvidenceFound, StreamEvent, Turn

Mode = Literal["answer", "retrieval"]
Progress = Callable[[int, int, str], None]
"""Called with the number of finished cases, the number of all, and the last question."""

RUNS = Path("runs")
# What cannot change an outcome: where models lie, how many threads compute, where pages listen.
_NO_INFLUENCE = ("models.", "server.")
_NO_INFLUENCE_ENDS = (".threads", ".timeout", ".device", ".batch_tokens", "collection")
_ANSWERING_ROOMS = ("chinese", "models", "index", "retrieval", "answering", "assistant.py")
_MOST_JOBS = 4


class Askable(Protocol):
    """What an evaluation asks of an assistant."""

    @property
    def settings(self) -> Settings:
        """All options of the assistant."""

    def articles(self) -> Sequence[Article]:
        """The indexed articles."""

    def search(self, question: str) -> Sequence[Evidence]:
        """The evidence for a question, best first."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """The answer to a question."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[StreamEvent]:
        """The events of an answer, the evidence first."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a test set is run.

    `sample` asks that many cases, chosen by `seed`. `jobs` is the number of threads; None: as
    many as help. `changed` are the settings that were overridden, for the report's title.
    """

    name: str = "evaluation"
    mode: Mode = "answer"
    sample: int | None = None
    seed: int = 0
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    jobs: int | None = None
    restart: bool = False
    judge: Judge | None = None
    changed: tuple[tuple[str, str], ...] = ()


def evaluate(
    assistant: Askable,
    test_set: TestSet,
    *,
    runs: str | Path | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Report:
    """The report on how the assistant did on the test set.

    Args:
        assistant: an opened `Assistant`.
        test_set: the cases, from `read_test_set`.
        runs: folder of runs. With it the run is kept in `runs/NAME`, goes on where an earlier
            sitting stopped, and leaves `report.html` and `report.json` there; without it nothing
            is written.
        progress: called after each case.
        **options: fields of `Options`.

    Raises:
        TestSetError: two cases have one id, or no case has the chosen tags.
        CollectionMissingError: there is no article to be asked about.
        EvaluationError: a package of the extra `eval` is missing, or the run's folder holds a run
            with other settings or articles.
    """
    check_installed()
    chosen = Options(**options)
    repeated = [name for name, count in Counter(c.id for c in test_set.cases).items() if count > 1]
    if repeated:
        raise TestSetError(
            f"{len(repeated)} ids name several cases, for example {repeated[0]!r}",
            remedy="give every case its own id",
        )
    asked = test_set.chosen(
        sample=chosen.sample,
        seed=chosen.seed,
        tags=chosen.tags,
        without_tags=chosen.without_tags,
    )
    if not asked.cases:
        known = sorted({tag for case in test_set.cases for tag in case.tags})
        raise TestSetError(
            "no question is left by the tags that were chosen",
            remedy=f"the set has the tags {'、'.join(known)}" if known else "the set has no tags",
        )
    articles = assistant.articles()
    manifest = _manifest(assistant.settings, articles, asked, chosen)
    folder = None if runs is None else RunFolder.named(Path(runs), chosen.name)
    with folder or nullcontext():
        done = folder.begin(manifest, asked, restart=chosen.restart) if folder else {}
        for case, outcome in _outcomes(assistant, asked.cases, done, chosen, progress):
            done[case.id] = outcome
            if folder:
                folder.append(case, outcome)
        warnings = test_set.warnings + unknown_gold(asked, articles)
        report = build_report(manifest, asked, done, warnings=warnings)
        if folder:
            report.save(folder)
    return report


def influential(settings: Settings) -> dict[str, Any]:
    """The settings that can change an outcome, by dotted name, without secrets."""
    return {
        name: plain(str(value) if isinstance(value, Path) else value)
        for name, value, _ in describe(settings)
        if not name.startswith(_NO_INFLUENCE)
        and not name.endswith(_NO_INFLUENCE_ENDS)
        and not name.endswith("api_key")
    }


def collection_digest(articles: Iterable[Article]) -> str:
    """A digest of which articles are indexed, whatever their order.

    Their ids stand for source, headline and text; the day and the reporters decide answers, too.
    """
    rows = sorted(f"{a.id} {a.published} {a.kicker} {a.byline}" for a in articles)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def program_digest() -> str:
    """A digest of the code and prompts that search and answer: another version, another run."""
    digest = hashlib.sha256()
    root = resources.files("rag")
    for room in _ANSWERING_ROOMS:
        for path, content in sorted(_sources(root.joinpath(room), room)):
            digest.update(f"{path}\n".encode() + content)
    return digest.hexdigest()[:16]


def _sources(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if place.is_dir():
        for entry in place.iterdir():
            yield from _sources(entry, f"{path}/{entry.name}")
    elif place.name.endswith((".py", ".md")):
        yield path, place.read_bytes()


def _manifest(
    settings: Settings, articles: Sequence[Article], test_set: TestSet, options: Options
) -> Manifest:
    if not articles:
        folder = settings.collection
        raise CollectionMissingError(
            f"there is nothing in {folder} yet: every question would fail",
            remedy=f"run `wenbao ingest --collection {folder} PATH…`, or name another with"
            " `--collection FOLDER`",
        )
    return Manifest(
        name=options.name,
        mode=options.mode,
        test_set=test_set.name,
        settings=influential(settings),
        collection=collection_digest(articles),
        articles=len(articles),
        program=program_digest(),
        judge=options.judge.name if options.judge else "",
        sample=options.sample,
        seed=options.seed,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        changed=dict(options.changed),
    )


def _outcomes(
    assistant: Askable,
    cases: Sequence[Case],
    done: dict[str, Outcome],
    options: Options,
    progress: Progress | None,
) -> Iterator[tuple[Case, Outcome]]:
    """The cases that are not done, each with its outcome, as they finish."""
    waiting = [case for case in cases if case.id not in done]
    finished = len(cases) - len(waiting)
    if progress:
        progress(finished, len(cases), "")
    for case, outcome in _in_parallel(
        lambda case: _outcome(assistant, case, options), waiting, _jobs(assistant, options)
    ):
        yield case, outcome
        finished += 1
        if progress:
            progress(finished, len(cases), case.question)


def _in_parallel(
    work: Callable[[Case], Outcome], cases: Sequence[Case], jobs: int
) -> Iterator[tuple[Case, Outcome]]:
    if jobs == 1:
        for case in cases:
            yield case, work(case)
        return
    pool = ThreadPoolExecutor(jobs)
    try:
        queue = iter(cases)
        running: dict[Future[Outcome], Case] = {}
        # Only a few ahead: an interrupted run then stops within a moment.
        for case in queue:
            running[pool.submit(work, case)] = case
            if len(running) >= 2 * jobs:
                yield from _finished(running)
        while running:
            yield from _finished(running)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(running: dict[Future[Outcome], Case]) -> Iterator[tuple[Case, Outcome]]:
    ready, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in ready:
        yield running.pop(future), future.result()


def _jobs(assistant: Askable, options: Options) -> int:
    """Threads that help: a search releases the interpreter, a local generator uses all cores."""
    if options.jobs is not None:
        return max(1, options.jobs)
    if options.mode == "retrieval":
        return min(_MOST_JOBS, os.cpu_count() or 1)
    return _MOST_JOBS if assistant.settings.generator.kind == "openai" else 1


def _evidence(assistant: Askable, case: Case) -> Sequence[Evidence]:
    """What a search finds; a follow-up is completed from its conversation, as for an answer."""
    if not case.history:
        return assistant.search(case.question)
    for event in assistant.stream(case.question, history=case.history):
        if isinstance(event, EvidenceFound):
            return event.evidence
    return ()


def _outcome(assistant: Askable, case: Case, options: Options) -> Outcome:
    begun = time.perf_counter()
    try:
        if options.mode == "retrieval":
            found = _evidence(assistant, case)
            return Outcome.of_search(case.id, found, time.perf_counter() - begun)
        answer = assistant.ask(case.question, history=case.history)
    except WenBaoError as error:
        return Outcome(
            case_id=case.id,
            answered=options.mode == "answer",
            error=str(error),
            timings={"total": time.perf_counter() - begun},
        )
    outcome = Outcome.of_answer(case.id, answer, time.perf_counter() - begun)
    if options.judge and case.answerable and not outcome.refused:
        judgement = options.judge.grade(case, outcome)
        outcome = replace(outcome, judged=judgement.grade, judgement=judgement.reason)
    return outcome
