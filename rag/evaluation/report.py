"""The report of a run: figures with intervals, by tag, causes of failure, timings apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import EvaluationError
from rag.evaluation.cases import Problem, TestSet
from rag.evaluation.metrics import METRICS
from rag.evaluation.outcome import Outcome
from rag.evaluation.scores import Cause, Scored, score
from rag.evaluation.statistics import Figure, figures, percentiles
from rag.evaluation.store import Manifest, RunFolder

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What a run showed. Everything but `timings` is the same for the same settings and cases.

    `expected` is how many cases the run was to have; fewer `cases` mean that it was interrupted.
    `timings` are percentiles of seconds by step; `tokens` are percentiles of counts by kind.
    """

    manifest: Manifest
    cases: tuple[Scored, ...]
    expected: int
    figures: tuple[Figure, ...]
    by_tag: Mapping[str, tuple[Figure, ...]]
    causes: Mapping[Cause, int]
    tokens: Mapping[str, Mapping[str, float]]
    timings: Mapping[str, Mapping[str, float]]
    warnings: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The run's name."""
        return self.manifest.name

    def figure(self, name: str) -> Figure | None:
        """The figure of that name; None when no case defines it."""
        return next((figure for figure in self.figures if figure.name == name), None)

    def value(self, name: str) -> float:
        """A figure's or a timing's value: "recall", "refusal_f1", "latency_p95".

        Raises:
            EvaluationError: the name is unknown, or no case of the run defines it.
        """
        figure = self.figure(name)
        if figure is not None:
            return figure.value
        if name.startswith("latency_") and name[8:] in self.timings.get("total", {}):
            return self.timings["total"][name[8:]]
        if name in METRICS:
            raise EvaluationError(
                f"run {self.name!r} has no {name}: no case defines it",
                remedy="use a metric that the report shows",
            )
        known = ", ".join([*METRICS, "latency_p50", "latency_p95"])
        raise EvaluationError(f"unknown metric {name!r}", remedy=f"use one of {known}")

    def failures(self) -> dict[Cause, list[Scored]]:
        """The failed cases by cause, in the order of the causes."""
        return {
            cause: found
            for cause in Cause
            if (found := [item for item in self.cases if item.cause is cause])
        }

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values; `timings` hold all that differs from run to run."""
        return {
            "run": asdict(self.manifest),
            "cases_expected": self.expected,
            "figures": [_figure(figure) for figure in self.figures],
            "by_tag": {
                tag: [_figure(figure) for figure in found] for tag, found in self.by_tag.items()
            },
            "causes": {cause.value: count for cause, count in self.causes.items()},
            "tokens": self.tokens,
            "cases": [_case(item) for item in self.cases],
            "timings": self.timings,
        }

    def save(self, folder: RunFolder | Path) -> Path:
        """The path of the HTML page, after `report.json` and `report.html` are written."""
        from rag.evaluation.page import render_report

        place = folder if isinstance(folder, RunFolder) else RunFolder(folder)
        place.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=1, default=str)
        place.write("report.json", text + "\n")
        return place.write("report.html", render_report(self))


def build_report(
    manifest: Manifest,
    test_set: TestSet,
    outcomes: Mapping[str, Outcome],
    *,
    warnings: Sequence[Problem] = (),
) -> Report:
    """The report of the outcomes; cases without one are counted as missing, not as failed."""
    cases = score(test_set, outcomes)
    shares = [item.shares for item in cases]
    tags = sorted({tag for item in cases for tag in item.case.tags})
    counted = Counter(item.cause for item in cases if item.cause is not None)
    return Report(
        manifest=manifest,
        cases=tuple(cases),
        expected=len(test_set),
        figures=tuple(figures(shares, list(METRICS))),
        by_tag={
            tag: tuple(
                figures([item.shares for item in cases if tag in item.case.tags], list(METRICS))
            )
            for tag in tags
        },
        causes={cause: counted[cause] for cause in Cause if counted[cause]},
        tokens=_percentiles_by_key([item.outcome.tokens for item in cases]),
        timings=_percentiles_by_key([item.outcome.timings for item in cases]),
        warnings=tuple(warnings),
    )


def read_report(folder: str | Path) -> Report:
    """The report of a run folder, made again from its finished cases.

    Raises:
        EvaluationError: there is no readable run.
    """
    manifest, test_set, outcomes = RunFolder(Path(folder)).read()
    return build_report(manifest, test_set, outcomes)


def _percentiles_by_key(
    records: Sequence[Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    names = dict.fromkeys(name for record in records for name in record)
    return {
        name: percentiles([record[name] for record in records if name in record])
        for name in sorted(names, key=lambda name: name != "total")
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "metric": figure.name,
        "value": round(figure.value, _DIGITS),
        "low": round(figure.low, _DIGITS),
        "high": round(figure.high, _DIGITS),
        "cases": figure.cases,
    }


def _case(item: Scored) -> dict[str, Any]:
    return {
        "id": item.case.id,
        "question": item.case.question,
        "answer": item.outcome.text,
        "refused": item.outcome.refused,
        "passed": item.passed if item.tested or item.cause else None,
        "cause": item.cause.value if item.cause else "",
        "ranks": list(item.ranks),
        "values": {
            name: round(share.value / share.weight, _DIGITS)
            for name, share in item.shares.items()
            if share.weight
        },
    }
