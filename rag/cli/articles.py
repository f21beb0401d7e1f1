"""Commands about the collection: ingest, articles, search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rag.cli.options import (
    filter_options,
    json_option,
    load_settings,
    make_filters,
    print_json,
    progress_bar,
    settings_options,
)
from rag.errors import CollectionMissingError
from rag.records import article_record, evidence_record, ingest_record


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--rebuild", is_flag=True, help="Start the collection over from these paths.")
@settings_options
@json_option
def ingest(
    paths: tuple[str, ...],
    rebuild: bool,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
) -> None:
    """Take files and folders of newspaper text into the collection."""
    from rag.assistant import Assistant

    settings = load_settings(options, collection)
    with (
        Assistant.open(settings=settings, rebuild=rebuild) as assistant,
        progress_bar(enabled=not as_json) as bar,
    ):

        def progress(step: str, done: int, total: int) -> None:
            if step != "words":
                bar(step, done, total)
            elif not as_json:
                click.echo(
                    "Questions find all articles by their words from now on;"
                    f" {total} passages are still to be embedded, to be found by meaning too."
                    " When interrupted, give the same command again to go on.",
                    err=True,
                )

        report = assistant.ingest(*paths, progress=progress)
        total = assistant.stats().articles
    if as_json:
        print_json({**ingest_record(report), "articles": total})
        return
    for title, problems in (("Dropped", report.dropped), ("Doubted", report.doubted)):
        for problem in problems:
            click.echo(f"{title}: {problem.source}: {problem.reason}", err=True)
    click.echo(
        f"{report.added} articles added, {report.unchanged} unchanged, {report.removed} removed;"
        f" {report.passages_embedded} passages embedded in {report.seconds:.1f} s."
        f" {settings.collection} holds {total} articles."
    )


@click.command("articles")
@settings_options
@json_option
def list_articles(options: tuple[str, ...], collection: Path | None, as_json: bool) -> None:
    """List the articles of the collection."""
    from rag.assistant import Assistant

    settings = load_settings(options, collection)
    if not settings.collection.exists():
        raise CollectionMissingError(
            f"there is no collection {settings.collection}",
            remedy="run `wenbao ingest PATH…`, or name another with `--collection FOLDER`",
        )
    with Assistant.open(settings=settings) as assistant:
        articles = assistant.articles()
    if as_json:
        print_json([article_record(article) for article in articles])
        return
    for article in articles:
        day = str(article.published or "no date   ") + ("?" if article.published_inferred else " ")
        note = "" if article.complete else "（未完）"
        by = f"  {'、'.join(article.byline)}" if article.byline else ""
        click.echo(f"{day} {article.headline}{note}{by}  [{article.source}]")
    if not articles:
        click.echo("The collection is empty. What to do: run `wenbao ingest seeds`", err=True)


@click.command()
@click.argument("question")
@click.option(
    "-k",
    type=click.IntRange(1, 100),
    help="Passages to show; as many as the setting retrieval.k says if not given.",
)
@filter_options
@settings_options
@json_option
def search(
    question: str,
    k: int | None,
    options: tuple[str, ...],
    collection: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Show the passages found for a question, and why, without writing an answer."""
    from rag.assistant import Assistant

    with Assistant.open(settings=load_settings(options, collection)) as assistant:
        found = assistant.search(question, k=k, filters=make_filters(given))
    if as_json:
        print_json([evidence_record(evidence) for evidence in found])
        return
    for rank, evidence in enumerate(found, start=1):
        day = f"（{evidence.article.published}）" if evidence.article.published else ""
        click.secho(f"{rank}. 《{evidence.article.headline}》{day} {evidence.score:.2f}", bold=True)
        click.echo(f"   {evidence.passage.text}")
        click.secho(f"   {'，'.join(evidence.reasons)}", dim=True)
    if not found:
        click.echo("没有找到相近的报道。")


commands: list[click.Command] = [ingest, list_articles, search]
