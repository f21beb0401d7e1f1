"""What the commands share: options, output as text or JSON, progress bars, error messages."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import click

from rag.errors import EvaluationError, QuestionError, WenBaoError
from rag.records import error_record
from rag.types import Filters

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])
Progress = Callable[[str, int, int], None]

A_FILE = click.Path(path_type=Path, dir_okay=False)

_printed: list[bool] = []
_STEPS = {"read": "reading files", "embed": "embedding passages", "index": "writing the index"}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def warn_of_lacking(assistant: Assistant) -> None:
    """Say on standard error when an ingestion is unfinished: answers will be others afterwards."""
    if lacking := assistant.stats().lacking:
        click.echo(
            f"{lacking} passages have no vector yet and are found by words alone: more is found"
            " once the last `wenbao ingest` is finished.",
            err=True,
        )


def settings_options(function: Function) -> Function:
    """Add the options that change settings."""
    for option in (
        click.option(
            "--set",
            "options",
            multiple=True,
            metavar="SECTION.NAME=VALUE",
            help="Change a setting for this command; may be repeated.",
        ),
        click.option(
            "-c", "--collection", type=click.Path(path_type=Path), help="Folder of the collection."
        ),
    ):
        function = option(function)
    return function


def generator_option(function: Function) -> Function:
    """Add the option that chooses what writes the answer."""
    return click.option(
        "--generator",
        type=click.Choice(["auto", "llama.cpp", "transformers", "openai", "extractive"]),
        help="What writes the answer; extractive needs no language model.",
    )(function)


def filter_options(function: Function) -> Function:
    """Add the options that narrow a search."""
    day = click.DateTime(["%Y-%m-%d"])
    for option in (
        click.option("--source", default="", help="Only files whose path contains this."),
        click.option("--headline", default="", help="Only headlines that contain this."),
        click.option("--byline", default="", help="Only articles by this reporter."),
        click.option(
            "--to",
            "published_to",
            type=day,
            metavar="YYYY-MM-DD",
            help="Published on this day or before.",
        ),
        click.option(
            "--from",
            "published_from",
            type=day,
            metavar="YYYY-MM-DD",
            help="Published on this day or after.",
        ),
    ):
        function = option(function)
    return function


def make_filters(given: dict[str, Any]) -> Filters:
    """Return the filters from the options that `filter_options` added."""

    def day(name: str) -> date | None:
        value = given[name]
        return value.date() if value else None

    first, last = day("published_from"), day("published_to")
    if first and last and first > last:
        raise QuestionError(
            f"--from {first} is later than --to {last}: no article can match",
            remedy="exchange the two days",
        )
    return Filters(first, last, given["byline"], given["headline"], given["source"])


def load_settings(
    options: tuple[str, ...], collection: Path | None = None, generator: str | None = None
) -> Settings:
    """Return the settings with the command's options applied."""
    from rag.settings import Settings

    return Settings.with_options(all_options(options, collection, generator))


def all_options(
    options: tuple[str, ...], collection: Path | None = None, generator: str | None = None
) -> list[str]:
    """Return the settings that a command's options stand for, as SECTION.NAME=VALUE."""
    more = [f"collection={collection}"] if collection else []
    more += [f"generator.kind={generator}"] if generator else []
    return [*options, *more]


def print_json(value: object) -> None:
    """Print a value as one JSON document."""
    _printed.append(True)
    click.echo(as_json_text(value, indent=2))


def as_json_text(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON; characters that the output's encoding has not are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, default=str)
    return text


def spare_what_cannot_be_printed() -> None:
    """Have a character that the terminal's encoding has not shown as `?`: GBK has no emoji."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def fail_usage(error: click.ClickException) -> NoReturn:
    """Say what is wrong with a command line, with --json also as an object, and leave."""
    if "--json" in sys.argv:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "wenbao"
        record = {"type": type(error).__name__, "message": error.format_message()}
        print_json({"error": {**record, "remedy": f"run `{command} --help`"}})
    error.show()
    sys.exit(error.exit_code)


def fail(error: WenBaoError) -> NoReturn:
    """Print what happened, why and what mends it, and leave with code 1."""
    # What reads the output expects one document; after the command's own the error is told apart.
    if "--json" in sys.argv and not _printed:
        print_json(error_record(error))
    click.secho(f"Error: {error.message}", fg="red", err=True)
    if error.remedy:
        click.echo(f"What to do: {error.remedy}", err=True)
    sys.exit(1)


@contextmanager
def progress_bar(
    *, enabled: bool = True, unit: Literal["items", "bytes"] = "items"
) -> Iterator[Progress]:
    """Give a callback (step, done, total) that draws bars on the terminal's error stream."""
    from rich import progress as rich_progress
    from rich.console import Console

    console = Console(stderr=True)
    amount: tuple[rich_progress.ProgressColumn, ...] = (rich_progress.MofNCompleteColumn(),)
    if unit == "bytes":
        amount = (rich_progress.DownloadColumn(), rich_progress.TransferSpeedColumn())
    with rich_progress.Progress(
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        *amount,
        rich_progress.TimeRemainingColumn(),
        console=console,
        disable=not (enabled and console.is_terminal),
    ) as bars:
        tasks: dict[str, rich_progress.TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(_STEPS.get(step, step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


def write_file(path: Path, content: str) -> None:
    """Write a file, making the folder that it lies in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"{path} cannot be written: {error.strerror}", remedy="choose another place"
        ) from error
