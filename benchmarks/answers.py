r"""Measures answers: right, cited rightly, refused rightly, and how soon.

    python benchmarks/answers.py --data FOLDER --questions ats_news_train --mode open \
        --noise crud_docs:10000 --sample 300 --seed 1 [--option generator.kind=extractive]
    python benchmarks/answers.py --data FOLDER --questions cmrc2018_dev --mode closed --sample 0:16
    python benchmarks/answers.py --data FOLDER --questions ats_news_train --mode out-of-corpus \
        --corpus xwlb:3000 --sample 200
    python benchmarks/answers.py --data FOLDER --questions webqa_sample --distractors 0 0.4 0.8

FOLDER holds NAME.corpus.jsonl.gz and NAME.qa.jsonl.gz. `closed` lets a question see its own
context only, `open` all articles of its set (and those of `--noise`), `out-of-corpus` only the
articles of another corpus, where it is to be refused; `--distractors` mixes articles into the
context that look alike and do not answer. Ambiguous questions are left out unless `--ambiguous`.

Questions go through `Assistant.stream`, one at a time; the metrics are those of `rag.evaluation`.
Seconds are counted from the call: to `EvidenceFound`, to the first and the last piece of text, to
`AnswerDone`. Collections and finished questions are kept under --work: the same command goes on
where it was stopped, a larger sample asks only the new questions, other settings or another
program start a run of their own. Each run leaves an HTML report beside its answers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from answer_tasks import Sample, Task, closed_task, fill, foreign_task, noisy_task, open_task
from retrieval import Part

from rag.assistant import Assistant
from rag.errors import WenBaoError
from rag.evaluation.cases import Case
from rag.evaluation.outcome import Outcome
from rag.evaluation.report import Report, build_report
from rag.evaluation.run import collection_digest, influential, program_digest
from rag.evaluation.statistics import percentiles
from rag.evaluation.store import Manifest, RunFolder
from rag.models.embedder import Embedder, load_embedder
from rag.settings import Settings
from rag.types import AnswerDone, EvidenceFound, SentenceVerified, TextDelta, Verdict

_FIGURES = (
    "contains",
    "correct",
    "char_f1",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "over_refusal",
    "citation_precision",
    "citation_coverage",
    "answer_in_evidence",
    "error",
)
_STEPS = ("first_evidence", "first_token", "last_token", "whole")


def main() -> None:
    """Measure the tasks of the command line; print tables, and JSON where it is asked for."""
    options = _options()
    settings = Settings.with_options(options.option)
    embedder = load_embedder(settings)
    tasks = _tasks(options)
    folder = options.work / "collections" / tasks[0].collection
    fill(tasks, folder, settings, embedder).close()
    if options.prepare:
        return
    results = []
    with Assistant.open(folder, settings=settings) as assistant:
        assistant.warm_up()
        for task in tasks:
            report = measure(task, assistant, embedder, runs=options.work / "runs")
            results.append(figures(task, report, Sample.parse(options.sample, options.seed)))
            _print(results[-1])
    if options.json:
        text = json.dumps(results, ensure_ascii=False, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


def measure(task: Task, assistant: Assistant, embedder: Embedder, *, runs: Path) -> Report:
    """Return the report of a task, its finished questions taken from an earlier sitting."""
    changed = {name: str(value) for name, value in task.conditions.items()}
    manifest = Manifest(
        name=task.name,
        mode="answer",
        test_set=task.test_set.name,
        # Contexts decide answers like settings do.
        settings=influential(assistant.settings)
        | {f"benchmark {k}": v for k, v in changed.items()},
        collection=collection_digest(task.articles),
        articles=len(task.articles),
        program=f"{program_digest()} {embedder.name} {assistant.generator.name}",
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        changed=changed,
    )
    manifest = replace(manifest, name=f"{task.name}-{manifest.digest()[:8]}")
    with RunFolder.named(runs, manifest.name) as folder:
        done = folder.begin(manifest, task.test_set, restart=False)
        waiting = [case for case in task.test_set.cases if case.id not in done]
        started = time.perf_counter()
        for count, case in enumerate(waiting, start=1):
            done[case.id] = ask(assistant, case, task)
            folder.append(case, done[case.id])
            _progress(task, done, count, len(waiting), time.perf_counter() - started)
        report = build_report(manifest, task.test_set, done, warnings=task.test_set.warnings)
        report.save(folder)
    print(file=sys.stderr)
    return report


def ask(assistant: Assistant, case: Case, task: Task) -> Outcome:
    """Return what came of a question, with the seconds to evidence, first, last and all text."""
    begun = time.perf_counter()
    seconds: dict[str, float] = {}
    try:
        events = assistant.stream(case.question, history=case.history, filters=task.filters(case))
        for event in events:
            now = time.perf_counter() - begun
            if isinstance(event, EvidenceFound):
                seconds["first_evidence"] = now
            elif isinstance(event, TextDelta | SentenceVerified):
                seconds.setdefault("first_token", now)
                seconds["last_token"] = now
            elif isinstance(event, AnswerDone):
                seconds["whole"] = now
                outcome = Outcome.of_answer(case.id, event.answer, now)
    except WenBaoError as error:
        total = time.perf_counter() - begun
        return Outcome(case.id, answered=True, error=str(error), timings={"total": total})
    return replace(outcome, timings=outcome.timings | seconds)


def figures(task: Task, report: Report, sample: Sample) -> dict[str, Any]:
    """Return the conditions and figures of a task as JSON values."""
    cases = report.cases
    right = [case for case in cases if "contains" in case.shares and case.shares["contains"].value]
    supported = [
        sentence
        for case in cases
        for sentence in case.outcome.sentences
        if sentence.verdict == Verdict.SUPPORTED
    ]
    uncited = sum(not sentence.citations for sentence in supported)
    found = {name: report.figure(name) for name in _FIGURES}
    return {
        "task": task.name,
        **task.conditions,
        "sample": str(sample),
        "questions": len(cases),
        "answerable": sum(case.case.answerable for case in cases),
        "articles": report.manifest.articles,
        "generator": _generators(case.outcome for case in cases),
        "settings": report.manifest.settings,
        "program": report.manifest.program,
        **{name: round(figure.value, 4) for name, figure in found.items() if figure},
        "intervals": {
            name: [round(figure.low, 3), round(figure.high, 3)]
            for name, figure in found.items()
            if figure
        },
        # Of the answers that hold a gold answer, those in which a cited sentence holds one too.
        "right_cited_rightly": _share(sum(bool(case.right_sources) for case in right), len(right)),
        "supported_sentences": len(supported),
        "supported_without_citation": _share(uncited, len(supported)),
        "causes": {cause.value: count for cause, count in report.causes.items()},
        "seconds": {
            step: {
                name: round(value, 3)
                for name, value in percentiles(
                    [case.outcome.timings[step] for case in cases if step in case.outcome.timings]
                ).items()
                if name in {"p50", "p90"}
            }
            for step in _STEPS
        },
    }


def _tasks(options: argparse.Namespace) -> list[Task]:
    data, questions = options.data, options.questions
    sample = Sample.parse(options.sample, options.seed)
    of = {"ambiguous": options.ambiguous}
    if options.distractors is not None:
        return [noisy_task(data, questions, share, sample, **of) for share in options.distractors]
    if options.mode == "closed":
        return [closed_task(data, questions, sample, **of)]
    if options.mode == "open":
        return [open_task(data, questions, options.noise, sample, **of)]
    return [foreign_task(data, questions, options.corpus, sample, **of)]


def _generators(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(dict.fromkeys(outcome.generator for outcome in outcomes if outcome.generator))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _progress(
    task: Task, done: Mapping[str, Outcome], count: int, total: int, seconds: float
) -> None:
    if count % 10 and count < total and not sys.stderr.isatty():
        return
    refused = sum(outcome.refused for outcome in done.values())
    left = seconds / count * (total - count)
    line = f"{task.name}: {count}/{total}, {refused} refused, {left / 60:.0f} min left"
    print(f"\r{line}   ", end="", file=sys.stderr, flush=True)


def _print(result: Mapping[str, Any]) -> None:
    shown = [*_FIGURES, "right_cited_rightly", "supported_without_citation"]
    print(f"\n{result['task']}: {result['questions']} questions ({result['sample']}),", end=" ")
    print(f"{result['articles']} articles, {result['generator']}")
    if "distractors" in result:
        print(f"  {'share of distractors':26} {result['distractors']:.3f}")
    for name in shown:
        if result.get(name) is not None:
            low, high = result["intervals"].get(name, ("", ""))
            interval = f"  ({low} to {high})" if low != "" else ""
            print(f"  {name:26} {result[name]:.3f}{interval}")
    for step, seconds in result["seconds"].items():
        if seconds:
            print(f"  {step:26} p50 {seconds['p50']:.2f} s  p90 {seconds['p90']:.2f} s")
    print(f"  causes of failure          {result['causes']}")


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--questions", required=True, help="set whose questions are asked")
    parser.add_argument("--mode", choices=("closed", "open", "out-of-corpus"), default="open")
    parser.add_argument("--noise", type=Part.parse, help="CORPUS:COUNT, articles beside (open)")
    parser.add_argument("--corpus", type=Part.parse, help="CORPUS[:COUNT] asked (out-of-corpus)")
    parser.add_argument("--distractors", type=float, nargs="+", help="shares in [0, 1) (closed)")
    parser.add_argument("--sample", default="", help="COUNT, drawn by --seed, or START:STEP")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ambiguous", action="store_true", help="with the ambiguous questions")
    parser.add_argument("--option", action="append", default=[], help="SECTION.NAME=VALUE")
    parser.add_argument("--prepare", action="store_true", help="build the collection and stop")
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/answers"))
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    if options.mode == "out-of-corpus" and not options.corpus:
        parser.error("--mode out-of-corpus asks for --corpus")
    return options


if __name__ == "__main__":
    main()
