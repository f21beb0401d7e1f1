"""Two runs side by side: what changed, whether it is more than chance, and the gates for CI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isnan, nan
from typing import Any

from rag.errors import EvaluationError
from rag.evaluation.metrics import METRICS
from rag.evaluation.report import Report
from rag.evaluation.scores import Scored
from rag.evaluation.statistics import Difference, differences

SIGNIFICANT = 0.05
TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Changed:
    """One question in both runs."""

    before: Scored
    after: Scored


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs say about the cases that both asked in the same wording.

    `fixed` failed before and pass now, `broken` passed before and fail now; `moved` fail in both
    for different causes. `alone` counts the cases that only one of them has.
    """

    before: Report
    after: Report
    shared: int
    alone: int
    differences: tuple[Difference, ...]
    fixed: tuple[Changed, ...]
    broken: tuple[Changed, ...]
    moved: tuple[Changed, ...]

    @property
    def settings(self) -> dict[str, tuple[Any, Any]]:
        """The settings that differ, by name, with both values."""
        old, new = self.before.manifest.settings, self.after.manifest.settings
        return {
            name: (old.get(name), new.get(name))
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        }

    @property
    def other_articles(self) -> bool:
        """Whether the collection did not hold the same articles."""
        return self.before.manifest.collection != self.after.manifest.collection

    @property
    def other_program(self) -> bool:
        """Whether another version of the program searched and answered."""
        return self.before.manifest.program != self.after.manifest.program

    def difference(self, name: str) -> Difference | None:
        """The difference of a metric; None when a run does not define it."""
        return next((item for item in self.differences if item.name == name), None)


def compare(before: Report, after: Report) -> Comparison:
    """The comparison of two reports over the cases they share, in the later one's order.

    Raises:
        EvaluationError: they share no case, or only one of them answered.
    """
    require_mode(before, after.manifest.mode)
    earlier = {(item.case.id, item.case.digest()): item for item in before.cases}
    pairs = [
        Changed(earlier[key], item)
        for item in after.cases
        if (key := (item.case.id, item.case.digest())) in earlier
    ]
    if not pairs:
        raise EvaluationError(
            f"runs {before.name!r} and {after.name!r} have no question in common",
            remedy="compare runs of one test set whose ids stay the same",
        )
    found = differences(
        [pair.before.shares for pair in pairs],
        [pair.after.shares for pair in pairs],
        list(METRICS),
        [name for name, metric in METRICS.items() if metric.binary],
    )
    return Comparison(
        before=before,
        after=after,
        shared=len(pairs),
        alone=len(before.cases) + len(after.cases) - 2 * len(pairs),
        differences=tuple(found),
        fixed=tuple(pair for pair in pairs if pair.after.passed and pair.before.cause),
        broken=tuple(pair for pair in pairs if pair.before.passed and pair.after.cause),
        moved=tuple(
            pair
            for pair in pairs
            if pair.before.cause and pair.after.cause and pair.before.cause != pair.after.cause
        ),
    )


def require_mode(before: Report, mode: str) -> None:
    """Raise EvaluationError unless a run of `mode` can be compared with `before`.

    To pass means another thing where questions were answered than where they were only searched.
    """
    if before.manifest.mode != mode:
        did, does = ("only searched", "answers") if mode == "answer" else ("answered", "searches")
        raise EvaluationError(
            f"run {before.name!r} {did}, the other one {does}: their figures mean different things",
            remedy="compare two runs with `--retrieval`, or two without",
        )


def is_worse(difference: Difference) -> bool:
    """Whether the change is for the worse, however small."""
    better = METRICS[difference.name].higher_is_better
    return difference.change < 0 if better else difference.change > 0


def unmet(report: Report, conditions: Sequence[str]) -> list[str]:
    """A message for each condition "metric=value" that the report does not meet.

    The value is the least that is allowed; for metrics where less is better (unsupported,
    over_refusal, latency_p95) it is the most.

    Raises:
        EvaluationError: a condition is malformed, or its metric is not in the report.
    """
    messages = []
    for condition in conditions:
        name, limit = parse_condition(condition)
        value = report.value(name)
        metric = METRICS.get(name)
        least = metric is not None and metric.higher_is_better
        if (value < limit) if least else (value > limit):
            messages.append(f"{name} is {value:.4f}, {'below' if least else 'above'} {limit:g}")
    return messages


def parse_condition(condition: str) -> tuple[str, float]:
    """Return metric and limit of a condition such as `recall=0.9`.

    Raises:
        EvaluationError: it is malformed, or no metric has this name.
    """
    name, _, limit_text = condition.partition("=")
    name = name.strip()
    try:
        limit = float(limit_text)
    except ValueError:
        limit = nan
    if isnan(limit):
        raise EvaluationError(
            f"{condition!r} is not a condition", remedy="write it as metric=value: recall=0.9"
        )
    if name not in METRICS and not name.startswith("latency_"):
        known = ", ".join([*METRICS, "latency_p50", "latency_p95"])
        raise EvaluationError(f"unknown metric {name!r}", remedy=f"use one of {known}")
    return name, limit


def regressions(comparison: Comparison, *, tolerance: float = TOLERANCE) -> list[str]:
    """A message for each headline figure that became worse.

    Worse is a change that the paired test calls significant (p < 0.05), or one larger than
    `tolerance` whatever the test says: fewer than six changed questions are never significant.
    """
    messages = []
    for item in comparison.differences:
        if not METRICS[item.name].headline or not is_worse(item):
            continue
        significant = item.p < SIGNIFICANT
        if significant or abs(item.change) > tolerance:
            why = "significant" if significant else f"more than the tolerance of {tolerance:g}"
            messages.append(
                f"{item.name} went from {item.before:.4f} to {item.after:.4f} "
                f"({why}, p = {item.p:.3f})"
            )
    return messages


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON values."""

    def changed(pairs: Sequence[Changed]) -> list[dict[str, str]]:
        return [
            {
                "id": pair.after.case.id,
                "question": pair.after.case.question,
                "before": pair.before.cause.value if pair.before.cause else "pass",
                "after": pair.after.cause.value if pair.after.cause else "pass",
            }
            for pair in pairs
        ]

    return {
        "before": comparison.before.name,
        "after": comparison.after.name,
        "shared": comparison.shared,
        "alone": comparison.alone,
        "settings": {name: list(values) for name, values in comparison.settings.items()},
        "other_articles": comparison.other_articles,
        "other_program": comparison.other_program,
        "differences": [asdict(item) for item in comparison.differences],
        "fixed": changed(comparison.fixed),
        "broken": changed(comparison.broken),
        "moved": changed(comparison.moved),
    }
