"""Commands that answer: ask one question, or chat in the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from rag.cli.options import (
    filter_options,
    generator_option,
    json_option,
    load_settings,
    make_filters,
    print_json,
    settings_options,
)
from rag.errors import QuestionError
from rag.records import answer_record
from rag.types import Answer, Turn, Verdict

_MARKS = {Verdict.PARTLY: "（部分核实）", Verdict.UNSUPPORTED: "（未核实）"}


@click.command()
@click.argument("question")
@click.option("--trace", is_flag=True, help="With --json: add what each step decided.")
@generator_option
@filter_options
@settings_options
@json_option
def ask(
    question: str,
    trace: bool,
    generator: str | None,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Answer one question, each sentence with the numbers of its sources."""
    from rag.assistant import Assistant

    settings = load_settings(options, collection, generator)
    with Assistant.open(settings=settings) as assistant:
        answer = assistant.ask(question, filters=make_filters(given))
    if as_json:
        print_json(answer_record(answer, trace=trace))
    else:
        show(answer)


@click.command()
@generator_option
@filter_options
@settings_options
@json_option
def chat(
    generator: str | None,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Ask questions one after another; follow-ups may refer to what was said before.

    With --json, each line of input is a question and each line of output an answer.
    """
    from rag.assistant import Assistant

    settings = load_settings(options, collection, generator)
    filters = make_filters(given)
    history: list[Turn] = []
    with Assistant.open(settings=settings) as assistant:
        assistant.warm_up()
        if not as_json:
            click.echo("请提问；/new 开始新对话，/quit 或 Ctrl-D 退出。")
        while (question := _read_question(quiet=as_json)) is not None:
            if question in ("/quit", "/exit"):
                break
            if question == "/new":
                history.clear()
                continue
            try:
                answer = assistant.ask(question, history=history, filters=filters)
            except QuestionError as error:
                click.echo(str(error), err=True)
                continue
            history.append(Turn(question, answer.text))
            if as_json:
                click.echo(json.dumps(answer_record(answer), ensure_ascii=False, default=str))
            else:
                show(answer)


def show(answer: Answer) -> None:
    """Print an answer, its sources, and the nearest articles when it refused."""
    if answer.refused:
        click.echo(answer.text + (f"（{answer.reason}）" if answer.reason else ""))
        for evidence in answer.related:
            click.secho(f"  相近的报道：《{evidence.article.headline}》", dim=True)
        return
    for sentence in answer.sentences:
        numbers = "".join(f"[{number}]" for number in sentence.citations)
        click.echo(sentence.text + numbers + _MARKS.get(sentence.verdict, ""))
    click.echo()
    for source in answer.sources:
        inferred = "（推定）" if source.published_inferred else ""
        day = f" {source.published}{inferred}" if source.published else ""
        click.secho(f"[{source.number}] 《{source.headline}》{day} {source.source}", dim=True)
        click.secho(f"    {source.quote}", dim=True)


def _read_question(*, quiet: bool) -> str | None:
    """Return the next question; None at the end of input."""
    if not quiet and sys.stdin.isatty():
        click.echo("\n问：", nl=False)
    while line := sys.stdin.readline():
        if line.strip():
            return line.strip()
    return None


commands: list[click.Command] = [ask, chat]
