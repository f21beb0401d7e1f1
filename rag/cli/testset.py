"""Commands for those who write test sets: testset check, template, corpus, draft and others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.options import (
    A_FILE,
    json_option,
    load_settings,
    print_json,
    settings_options,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.evaluation import Case, TestSet
    from rag.evaluation.testset import WrittenCase


@click.group()
def testset() -> None:
    """Make and check test sets."""


@testset.command()
@click.argument("path", type=A_FILE)
@json_option
def check(path: Path, as_json: bool) -> None:
    """Say what is wrong with a test set, with line and column."""
    from dataclasses import asdict

    from rag.errors import TestSetError
    from rag.evaluation import check_test_set

    cases, problems = check_test_set(path)
    if as_json:
        print_json({"cases": len(cases), "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem}")
        click.echo(_summary(cases))
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        raise TestSetError(f"{errors} problem(s) in {path}", remedy="correct the lines named above")


@testset.command()
@click.argument("path", type=A_FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
def template(path: Path, force: bool, as_json: bool) -> None:
    """Write an example test set to fill in: .xlsx, .csv or .jsonl."""
    from rag.evaluation.template import write_template

    _refuse_existing(path, force)
    write_template(path)
    _report(
        {"path": path},
        f"Wrote {path}. Fill it in, then: wenbao testset check {path}",
        as_json,
    )


@testset.command()
@click.argument("path", type=A_FILE)
@click.argument("out", type=A_FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
def corpus(path: Path, out: Path, force: bool, as_json: bool) -> None:
    """Write the articles that come with a public test set to OUT (.jsonl), to be ingested."""
    import json

    from rag.errors import TestSetError
    from rag.evaluation import check_test_set

    _refuse_existing(out, force)
    cases, _ = check_test_set(path)
    if not cases.articles:
        raise TestSetError(f"{path} brings no articles", remedy="ingest your own articles")
    records = (
        {"id": article.id, "title": article.headline, "text": article.text}
        for article in cases.articles
    )
    write_file(out, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    _report(
        {"path": out, "articles": len(cases.articles)},
        f"Wrote {len(cases.articles)} articles to {out}. Next: wenbao ingest {out}",
        as_json,
    )


@testset.command("from-feedback")
@click.argument("feedback", type=A_FILE)
@click.argument("out", type=A_FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
def from_feedback(feedback: Path, out: Path, force: bool, as_json: bool) -> None:
    """Make test cases from readers' ratings: 赞 become cases, 踩 drafts to be answered."""
    from rag.evaluation.drafts import cases_from_feedback

    _write_drafts(cases_from_feedback(feedback), out, force, as_json)


@testset.command("from-log")
@click.argument("log", type=A_FILE)
@click.argument("out", type=A_FILE)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@json_option
def from_log(log: Path, out: Path, force: bool, as_json: bool) -> None:
    """Make draft cases from logged questions (JSON lines), the most asked first."""
    from rag.evaluation.drafts import cases_from_log

    _write_drafts(cases_from_log(log), out, force, as_json)


@testset.command()
@click.argument("out", type=A_FILE)
@click.option(
    "--per-article", type=click.IntRange(min=1), default=4, show_default=True,
    help="Questions of an article at most.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace an existing file.")
@settings_options
@json_option
def draft(
    out: Path,
    per_article: int,
    force: bool,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Propose questions from the collection's articles, for a person to accept or edit."""
    from rag.assistant import Assistant
    from rag.evaluation.drafts import drafts_from_articles

    with Assistant.open(settings=load_settings(options, collection)) as assistant:
        drafts = list(drafts_from_articles(assistant.articles(), per_article=per_article))
    _write_drafts(drafts, out, force, as_json)


commands: list[click.Command] = [testset]


def _refuse_existing(path: Path, force: bool) -> None:
    from rag.errors import TestSetError

    if path.exists() and not force:
        raise TestSetError(f"{path} exists", remedy="choose another name or add --force")


def _write_drafts(
    cases: Iterable[Case | WrittenCase], out: Path, force: bool, as_json: bool
) -> None:
    from rag.evaluation import write_test_set
    from rag.evaluation.template import NOTES

    _refuse_existing(out, force)
    written = write_test_set(out, cases, notes=NOTES)
    _report(
        {"path": out, "cases": written},
        f"Wrote {written} cases to {out}. Rows marked 草稿 are not asked until a person edits them "
        "and clears the column 审核.",
        as_json,
    )


def _report(record: dict[str, object], text: str, as_json: bool) -> None:
    if as_json:
        print_json(record)
    else:
        click.echo(text)


def _summary(cases: TestSet) -> str:
    answerable = sum(case.answerable for case in cases.cases)
    tags = sorted({tag for case in cases.cases for tag in case.tags})
    text = f"{len(cases)} questions, {answerable} with and {len(cases) - answerable} without answer"
    return text + (f"; tags: {', '.join(tags)}" if tags else "")
