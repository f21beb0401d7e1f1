"""Commands about this machine: models and doctor."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click

from rag.cli.options import (
    all_options,
    generator_option,
    json_option,
    load_settings,
    print_json,
    progress_bar,
    settings_options,
)
from rag.doctor import Check, examine
from rag.errors import SettingsError, WenBaoError
from rag.settings import Settings, survey


class _Given(NamedTuple):
    """The options that stand before the subcommand of `models`: they hold for it, too."""

    options: tuple[str, ...]
    collection: Path | None
    as_json: bool


@click.group(invoke_without_command=True)
@click.pass_context
@settings_options
@json_option
def models(
    context: click.Context, options: tuple[str, ...], collection: Path | None, as_json: bool
) -> None:
    """List the models, with licence, size and whether they are on this machine."""
    context.obj = _Given(options, collection, as_json)
    if context.invoked_subcommand is not None:
        return
    from rag.models.weights import status

    rows = status(load_settings(options, collection).models)
    if as_json:
        print_json(
            [
                {
                    "name": row.name,
                    "kind": row.kind.value,
                    "bytes": row.size,
                    "licence": row.licence,
                    "publisher": row.publisher,
                    "fetched": row.fetched,
                    "path": row.path,
                }
                for row in rows
            ]
        )
        return
    for row in rows:
        state = str(row.path) if row.path else "not fetched"
        click.echo(
            f"{row.name:32} {row.kind:10} {row.size / 1e6:7.0f} MB  {row.licence:10}  {state}"
        )


@models.command()
@click.argument("names", nargs=-1)
@settings_options
@json_option
@click.pass_obj
def fetch(
    before: _Given,
    names: tuple[str, ...],
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Fetch models by name; without names, the ones that the settings need."""
    from rag.models.catalogue import find_model, is_catalogued
    from rag.models.reader import load_reader
    from rag.models.weights import fetch as fetch_model

    settings = load_settings((*before.options, *options), collection or before.collection)
    as_json = as_json or before.as_json
    if not names:
        needed = [settings.embedder.model]
        if settings.generator.kind in ("auto", "llama.cpp"):
            needed.append(settings.generator.model)
        names = tuple(name for name in needed if is_catalogued(name))
    fetched: list[dict[str, Any]] = []
    for name in names:
        with progress_bar(enabled=not as_json, unit="bytes") as progress:
            path = fetch_model(find_model(name), settings.models, partial(progress, name))
        fetched.append({"name": name, "path": path})
        if not as_json:
            click.echo(f"{name}: {path}")
    # Made of the default embedder's file now, so that the first question does not wait for it.
    load_reader(settings)
    if as_json:
        print_json(fetched)


@models.command()
@click.argument("names", nargs=-1)
@settings_options
@json_option
@click.pass_obj
def verify(
    before: _Given,
    names: tuple[str, ...],
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Compare every byte of fetched models with their checksums."""
    from rag.models.catalogue import find_model
    from rag.models.weights import status
    from rag.models.weights import verify as verify_model

    settings = load_settings((*before.options, *options), collection or before.collection)
    as_json = as_json or before.as_json
    chosen = names or tuple(row.name for row in status(settings.models) if row.fetched)
    for name in chosen:
        verify_model(find_model(name), settings.models)
        if not as_json:
            click.echo(f"{name}: correct")
    if as_json:
        print_json([{"name": name, "correct": True} for name in chosen])


@click.command()
@click.option(
    "--settings", "only_settings", is_flag=True, help="List every setting with its value instead."
)
@generator_option
@settings_options
@json_option
def doctor(
    only_settings: bool,
    generator: str | None,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Check settings, models and collection, and say what to do about each problem."""
    if only_settings:
        _list_settings(all_options(options, collection, generator), as_json)
        return
    checks: list[Check]
    try:
        checks = examine(load_settings(options, collection, generator))
    except WenBaoError as error:
        checks = [Check("settings", False, error.message, error.remedy)]
    healthy = all(check.ok for check in checks)
    if as_json:
        print_json(
            {
                "healthy": healthy,
                "checks": [
                    {"name": c.name, "ok": c.ok, "detail": c.detail, "remedy": c.remedy}
                    for c in checks
                ],
            }
        )
    else:
        for check in checks:
            mark = click.style("ok  ", fg="green") if check.ok else click.style("FAIL", fg="red")
            click.echo(f"{mark} {check.name}: {check.detail}")
            if check.remedy:
                click.echo(f"     What to do: {check.remedy}")
    sys.exit(0 if healthy else 1)


def _list_settings(options: list[str], as_json: bool) -> None:
    """Print every setting; then, as an error, what is wrong with them."""
    rows = survey(options)
    if as_json:
        print_json(
            [
                {
                    "name": row.name,
                    "value": row.value,
                    "description": row.description,
                    "problem": row.problem,
                }
                for row in rows
            ]
        )
    else:
        for row in rows:
            value = "(unset)" if row.value in (None, "") else row.value
            click.echo(f"{click.style(row.name, bold=True)} = {value}")
            if row.description:
                click.echo(f"    {row.description}")
            if row.problem:
                click.secho(f"    WRONG: {row.problem}", fg="red")
    try:
        Settings.with_options(options)
    except SettingsError as error:
        if as_json:
            sys.exit(1)
        raise SettingsError(error.message, remedy="correct what this says is wrong") from error


commands: list[click.Command] = [models, doctor]
