"""The command `wenbao`: everything that the Assistant does, from a terminal."""

from __future__ import annotations

import sys

import click

from rag.cli import articles, ask, evaluate, machine, serve, testset
from rag.cli.options import fail, fail_usage, spare_what_cannot_be_printed
from rag.errors import WenBaoError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="wenbao", prog_name="wenbao")
def cli() -> None:
    """问报: ask the newspaper, and check every sentence of the answer.

    Start with `wenbao ingest seeds`, then `wenbao ask "六大工程是哪六大工程?"` or `wenbao serve`.
    """


for _command in (
    *articles.commands,
    *ask.commands,
    *serve.commands,
    *machine.commands,
    *evaluate.commands,
    *testset.commands,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; errors say what, why and what to do, without a stack trace."""
    spare_what_cannot_be_printed()
    try:
        cli(prog_name="wenbao", standalone_mode=False)
    except WenBaoError as error:
        fail(error)
    except click.ClickException as error:
        fail_usage(error)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
