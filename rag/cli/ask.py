"""Commands that answer: ask one question, or chat in the terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import click

from rag.answering.plain import inert
from rag.answering.reading import marked
from rag.cli.options import (
    as_json_text,
    filter_options,
    generator_option,
    json_option,
    load_settings,
    make_filters,
    print_json,
    settings_options,
    warn_of_lacking,
)
from rag.errors import GenerationError, QuestionError, WenBaoError
from rag.records import answer_record, error_record
from rag.types import Answer, Turn


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
        warn_of_lacking(assistant)
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

    With --json, each line of input is a question and each line of output an answer, or an object
    `error` when there is none.
    """
    from rag.assistant import Assistant

    settings = load_settings(options, collection, generator)
    filters = make_filters(given)
    history: list[Turn] = []
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A line in another encoding is one question that cannot be asked, not the end of the chat.
        sys.stdin.reconfigure(errors="surrogateescape")
    with Assistant.open(settings=settings) as assistant:
        assistant.warm_up()
        warn_of_lacking(assistant)
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
            except (QuestionError, GenerationError) as error:
                _tell(error, as_json)
                continue
            history.append(Turn(question, answer.text))
            if as_json:
                _print_line(answer_record(answer))
            else:
                show(answer)


def show(answer: Answer) -> None:
    """Print an answer, its sources, and the nearest articles when it refused."""
    if answer.refused:
        click.echo(answer.text + (f"（{answer.reason}）" if answer.reason else ""))
        for evidence in answer.related:
            click.secho(f"  相近的报道：《{inert(evidence.article.headline)}》", dim=True)
        return
    for sentence in answer.sentences:
        click.echo(marked(sentence))
    click.echo()
    for source in answer.sources:
        inferred = "（推定）" if source.published_inferred else ""
        day = f" {source.published}{inferred}" if source.published else ""
        origin = inert(f"《{source.headline}》{day} {source.source}")
        click.secho(f"[{source.number}] {origin}", dim=True)
        click.secho(f"    {inert(source.quote)}", dim=True)


def _tell(error: WenBaoError, as_json: bool) -> None:
    """Say why a question has no answer; the next one may have one."""
    if as_json:
        _print_line(error_record(error))
    else:
        click.echo(str(error), err=True)


def _print_line(record: dict[str, Any]) -> None:
    click.echo(as_json_text(record))


def _read_question(*, quiet: bool) -> str | None:
    """Return the next question; None at the end of input."""
    if not quiet and sys.stdin.isatty():
        click.echo("\n问：", nl=False)
    while line := sys.stdin.readline():
        if line.strip():
            return line.strip()
    return None


commands: list[click.Command] = [ask, chat]
