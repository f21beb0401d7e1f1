"""Reports and comparisons as tables for the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.evaluation.compare import SIGNIFICANT, Changed, Comparison, is_worse
from rag.evaluation.metrics import METRICS
from rag.evaluation.report import Report
from rag.evaluation.scores import CAUSE_TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

_LISTED = 10
_SECTION = re.compile(r"(?:^|,)[\w.]+\.(?=\w+=)")


def report_tables(report: Report) -> list[RenderableType]:
    """The figures, the causes of failure and the durations of a run, to be printed by rich."""
    from rich.table import Table

    figures = Table(title=f"{report.name}: {len(report.cases)} questions", title_justify="left")
    for title in ("metric", "", "value", "95 % interval", "questions"):
        figures.add_column(title, justify="right" if title in {"value", "questions"} else "left")
    for figure in report.figures:
        metric = METRICS[figure.name]
        figures.add_row(
            figure.name,
            metric.title + ("" if metric.higher_is_better else " ↓"),
            f"{figure.value:.4f}",
            f"{figure.low:.4f} – {figure.high:.4f}",
            str(figure.cases),
            style="bold" if metric.headline else None,
        )
    tables: list[RenderableType] = [figures]
    if report.causes:
        causes = Table(title="Why questions failed", title_justify="left")
        for title in ("cause", "", "questions", "for example"):
            causes.add_column(title)
        for cause, items in report.failures().items():
            causes.add_row(
                cause.value, CAUSE_TITLES[cause][0], str(len(items)), _plain(items[0].case.question)
            )
        tables.append(causes)
    total = report.timings.get("total")
    if total:
        tables.append(
            f"seconds per question: p50 {total['p50']:.2f}, p95 {total['p95']:.2f}, "
            f"max {total['max']:.2f}"
        )
    return tables


def grid_table(reports: Sequence[Report]) -> RenderableType:
    """The headline figures of several runs, one a row, narrow enough for a usual terminal."""
    from rich.table import Table

    table = Table(title="All runs", title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("run", overflow="fold", min_width=12)
    names = [
        name
        for name, metric in METRICS.items()
        if metric.headline and any(report.figure(name) for report in reports)
    ]
    for name in names:
        heading = name.replace("_", "\n").replace("unsupported", "unsup-\nported")
        table.add_column(heading, justify="right", no_wrap=True)
    for report in reports:
        figures = [report.figure(name) for name in names]
        # retrieval.k=4,answering.sentences=3 → k=4 sentences=3
        label = _SECTION.sub(" ", report.name.rpartition("/")[2]).strip()
        table.add_row(label, *(f"{item.value:.3f}" if item else "" for item in figures))
    return table


def comparison_tables(comparison: Comparison) -> list[RenderableType]:
    """The differences and the fixed and broken questions, to be printed by rich."""
    from rich.table import Table

    names = f"{comparison.before.name} → {comparison.after.name}"
    table = Table(title=f"{names}: {comparison.shared} questions in both", title_justify="left")
    table.add_column("metric", no_wrap=True)
    for title in ("before", "after", "change", "95 % interval", "p"):
        table.add_column(title, justify="right", no_wrap=True)
    unchanged = 0
    for item in comparison.differences:
        if not item.change and not METRICS[item.name].headline:
            unchanged += 1
            continue
        style = None
        if item.p < SIGNIFICANT and item.change:
            style = "red" if is_worse(item) else "green"
        table.add_row(
            item.name,
            f"{item.before:.4f}",
            f"{item.after:.4f}",
            f"{item.change:+.4f}",
            f"{item.low:+.4f} – {item.high:+.4f}",
            f"{item.p:.3f}",
            style=style,
        )
    if unchanged:
        table.caption = f"{unchanged} other metrics are unchanged"
    tables: list[RenderableType] = [*_conditions(comparison), table]
    for title, pairs in (("Broken", comparison.broken), ("Fixed", comparison.fixed)):
        tables.append(f"{title}: {len(pairs)}")
        tables += _lines(pairs)
    return tables


def _conditions(comparison: Comparison) -> list[RenderableType]:
    """What was not the same in both runs: a change of figures may come of any of it."""
    from rich.text import Text

    found = [f"{name}: {old} → {new}" for name, (old, new) in comparison.settings.items()]
    found += ["other articles in the collection"] * comparison.other_articles
    found += ["another version of the program"] * comparison.other_program
    return [Text(f"Not the same in both: {'; '.join(found)}")] if found else []


def _lines(pairs: Sequence[Changed]) -> list[RenderableType]:
    from rich.text import Text

    lines: list[RenderableType] = []
    for pair in pairs[:_LISTED]:
        states = " → ".join(
            CAUSE_TITLES[item.cause][0] if item.cause else "通过"
            for item in (pair.before, pair.after)
        )
        lines.append(Text(f"  {pair.after.case.id}  {pair.after.case.question}  ({states})"))
    if len(pairs) > _LISTED:
        lines.append(f"  … and {len(pairs) - _LISTED} more")
    return lines


def _plain(text: str) -> str:
    """Text of a test set that rich does not read as markup."""
    from rich.markup import escape

    return escape(text)
