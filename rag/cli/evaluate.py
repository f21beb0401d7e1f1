"""Commands for evaluators: eval, compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.options import (
    A_FILE,
    generator_option,
    json_option,
    load_settings,
    print_json,
    progress_bar,
    settings_options,
    warn_of_lacking,
    write_file,
)

if TYPE_CHECKING:
    from rag.evaluation import Comparison, Report, TestSet
    from rag.evaluation.judge import Judge
    from rag.evaluation.run import Mode

_RUNS = Path("runs")

runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=_RUNS,
    show_default=True,
    help="Folder of runs.",
)


@click.command("eval")
@click.argument("test_set", type=A_FILE)
@click.option("--name", help="Name of the run; the test set's name if not given.")
@click.option("--retrieval", is_flag=True, help="Only search; write no answers.")
@click.option(
    "--sample", type=click.IntRange(min=1), help="Ask that many questions, drawn by seed."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sample.")
@click.option("--tag", "tags", multiple=True, help="Only questions with this tag; repeatable.")
@click.option("--without-tag", "without", multiple=True, help="No questions with this tag.")
@click.option(
    "--grid",
    multiple=True,
    metavar="SECTION.NAME=A,B",
    help="Run every value of a setting, and every combination of several grids.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Questions asked at a time.")
@click.option("--restart", is_flag=True, help="Forget what an earlier sitting of the run finished.")
@click.option("--judge-url", help="OpenAI-compatible endpoint of a model that grades answers.")
@click.option("--judge-model", default="", help="Name of that model.")
@click.option("--judge-key", envvar="JUDGE_API_KEY", default="", help="Its key, or JUDGE_API_KEY.")
@click.option(
    "--fail-under",
    multiple=True,
    metavar="METRIC=VALUE",
    help="Leave with code 1 when a metric misses its value (for rates of error: exceeds it).",
)
@click.option(
    "--no-worse-than", metavar="RUN", help="Leave with code 1 when a main metric is worse than RUN."
)
@click.option(
    "--tolerance", type=float, default=0.02, show_default=True,
    help="Worsening that --no-worse-than forgives unless it is significant.",
)  # fmt: skip
@runs_option
@generator_option
@settings_options
@json_option
def eval_command(test_set: Path, **given: Any) -> None:
    """Ask every question of TEST_SET and report how good the answers are.

    TEST_SET is JSONL, CSV, XLSX or a public format (SQuAD, CMRC, RGB, CRUD-RAG). The report goes
    to RUNS/NAME/report.html. An interrupted run goes on where it stopped when the same command is
    given again.
    """
    from rag.evaluation import read_test_set
    from rag.evaluation.grid import grid_points
    from rag.evaluation.store import usable_name

    cases = read_test_set(test_set)
    for warning in cases.warnings:
        click.echo(f"{test_set.name}: {warning}", err=True)
    points = grid_points(given["grid"])
    earlier = _gates(given)
    reports = []
    for point in points:
        name = given["name"] or usable_name(cases.name)
        label = f"{name}/{point.label}" if point.label else name
        reports.append(_run(cases, label, point.options, given))
    if given["as_json"]:
        values = [report.to_json() for report in reports]
        print_json(values[0] if len(values) == 1 else values)
    else:
        _show(reports, given["runs"])
    _check_gates(reports, given, earlier)


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--html", type=A_FILE, help="Also write the comparison as a page.")
@click.option("--check", is_flag=True, help="Leave with code 1 when a main metric became worse.")
@click.option(
    "--tolerance", type=float, default=0.02, show_default=True,
    help="Worsening that --check forgives unless it is significant.",
)  # fmt: skip
@runs_option
@json_option
def compare(
    before: str,
    after: str,
    html: Path | None,
    check: bool,
    tolerance: float,
    runs: Path,
    as_json: bool,
) -> None:
    """Compare two runs: what changed, whether by chance, which questions are fixed and broken."""
    from rich.console import Console

    from rag.evaluation import compare as compare_reports
    from rag.evaluation.compare import comparison_json
    from rag.evaluation.terminal import comparison_tables

    comparison = compare_reports(_read(runs, before), _read(runs, after))
    if as_json:
        print_json(comparison_json(comparison))
    else:
        console = Console()
        for table in comparison_tables(comparison):
            console.print(table)
    if html:
        from rag.evaluation.page import render_comparison

        write_file(html, render_comparison(comparison))
        click.echo(f"Page: {html}", err=True)
    if check:
        _fail_on_regressions(comparison, tolerance)


commands: list[click.Command] = [eval_command, compare]


def _run(cases: TestSet, label: str, options: tuple[str, ...], given: dict[str, Any]) -> Report:
    """The report of one combination of settings, with a progress bar."""
    from rag.assistant import Assistant
    from rag.errors import EvaluationError
    from rag.evaluation import evaluate
    from rag.evaluation.gold import unknown_gold

    changed = [*given["options"], *options]
    settings = load_settings(tuple(changed), given["collection"], given["generator"])
    with (
        Assistant.open(settings=settings) as assistant,
        progress_bar(enabled=not given["as_json"]) as bar,
    ):
        warn_of_lacking(assistant)
        for warning in unknown_gold(cases, assistant.articles()):
            click.echo(f"{cases.name}: {warning}", err=True)
        try:
            return evaluate(
                assistant,
                cases,
                runs=given["runs"],
                progress=lambda done, total, _: bar(label, done, total),
                name=label,
                mode=_mode(given),
                sample=given["sample"],
                seed=given["seed"],
                tags=given["tags"],
                without_tags=given["without"],
                jobs=given["jobs"],
                restart=given["restart"],
                judge=_judge(given),
                changed=tuple(tuple(option.split("=", 1)) for option in changed),
            )
        except KeyboardInterrupt as error:
            raise EvaluationError(
                f"run {label!r} was interrupted; what is finished is kept",
                remedy="give the same command again to go on",
            ) from error


def _mode(given: dict[str, Any]) -> Mode:
    return "retrieval" if given["retrieval"] else "answer"


def _judge(given: dict[str, Any]) -> Judge | None:
    if not given["judge_url"]:
        return None
    from rag.evaluation.judge import ChatJudge

    return ChatJudge(given["judge_url"], given["judge_model"], given["judge_key"])


def _show(reports: list[Report], runs: Path) -> None:
    from rich.console import Console

    from rag.evaluation.terminal import grid_table, report_tables

    console = Console()
    for report in reports:
        for table in report_tables(report):
            console.print(table)
        console.print(f"Report: {runs / report.name / 'report.html'}", soft_wrap=True)
    if len(reports) > 1:
        console.print(grid_table(reports))


def _gates(given: dict[str, Any]) -> Report | None:
    """The run of --no-worse-than; a gate that cannot be used fails now and not after an hour."""
    from rag.evaluation.compare import parse_condition, require_mode

    for condition in given["fail_under"]:
        parse_condition(condition)
    if not given["no_worse_than"]:
        return None
    earlier = _read(given["runs"], given["no_worse_than"])
    require_mode(earlier, _mode(given))
    return earlier


def _check_gates(reports: list[Report], given: dict[str, Any], earlier: Report | None) -> None:
    from rag.errors import EvaluationError
    from rag.evaluation import compare as compare_reports
    from rag.evaluation.compare import unmet

    for report in reports:
        messages = unmet(report, given["fail_under"])
        if messages:
            raise EvaluationError(
                f"run {report.name!r} is not good enough: {'; '.join(messages)}",
                remedy=f"see the failed questions in {given['runs'] / report.name / 'report.html'}",
            )
        if earlier is not None:
            _fail_on_regressions(compare_reports(earlier, report), given["tolerance"])


def _fail_on_regressions(comparison: Comparison, tolerance: float) -> None:
    from rag.errors import EvaluationError
    from rag.evaluation.compare import regressions

    messages = regressions(comparison, tolerance=tolerance)
    if messages:
        before, after = comparison.before.name, comparison.after.name
        raise EvaluationError(
            f"{after!r} is worse than {before!r}: {'; '.join(messages)}",
            remedy=f"see the broken questions with `wenbao compare {before} {after}`",
        )


def _read(runs: Path, name: str) -> Report:
    """The report of a run named in the folder of runs, or of a folder of its own."""
    from rag.evaluation import read_report

    return read_report(runs / name if (runs / name).exists() else Path(name))
