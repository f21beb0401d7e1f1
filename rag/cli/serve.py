"""The command that opens the chat page and the endpoint."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from rag.cli.options import (
    generator_option,
    json_option,
    load_settings,
    print_json,
    settings_options,
)


@click.command()
@click.option("--host", help="Address to listen on; 0.0.0.0 for the whole network.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
@generator_option
@settings_options
@json_option
def serve(
    host: str | None,
    port: int | None,
    no_browser: bool,
    generator: str | None,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Open the chat page, with the OpenAI-compatible endpoint under /v1."""
    given = [f"server.host={host}"] if host else []
    given += [f"server.port={port}"] if port else []
    settings = load_settings((*options, *given), collection, generator)

    from rag.server import serve as run

    def ready(address: str) -> None:
        if as_json:
            print_json({"address": address, "endpoint": f"{address}/v1"})
        else:
            click.echo(f"问报 is open at {address} (endpoint: {address}/v1). Stop with Ctrl-C.")
        if not no_browser and not as_json and _has_desktop():
            click.launch(address)

    run(settings, ready)


def _has_desktop() -> bool:
    """Whether a browser window can be opened here; a server in a rack has none."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


commands: list[click.Command] = [serve]
