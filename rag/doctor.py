"""What is in order on this machine and what is not, each with what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CollectionMissingError, WenBaoError
from rag.settings import Settings, describe


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `remedy` may also hold advice when all is well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """Return all checks; the collection's files are read whole and compared with checksums."""
    checks = [Check("python", True, sys.version.split()[0])]
    checks += _changed_settings(settings)
    for name, look in (
        ("embedding model", _embedder),
        ("reader", _reader),
        ("language model", _generator),
        ("collection", _collection),
        ("disk", _disk),
    ):
        try:
            checks += list(look(settings))
        except WenBaoError as error:
            checks.append(Check(name, False, error.message, error.remedy))
    return checks


def _changed_settings(settings: Settings) -> list[Check]:
    from pydantic import SecretStr

    ordinary = {name: value for name, value, _ in describe(type(settings).model_construct())}
    changed = [
        f"{name}={'***' if isinstance(value, SecretStr) else value}"
        for name, value, _ in describe(settings)
        if value != ordinary[name]
    ]
    return [Check("settings", True, ", ".join(changed) or "all as they come")]


def _embedder(settings: Settings) -> Iterator[Check]:
    from rag.models.embedder import load_embedder

    embedder = load_embedder(settings)
    embedder.embed_queries(["问报"])
    yield Check("embedding model", True, f"{embedder.name}, {embedder.dimension} dimensions")


def _reader(settings: Settings) -> Iterator[Check]:
    from rag.models.reader import BASE, load_reader

    if not settings.retrieval.rerank:
        yield Check("reader", True, "switched off by retrieval.rerank=0")
        return
    reader = load_reader(settings)
    if reader is None:
        yield Check(
            "reader",
            True,
            "not there: passages are ordered without it, and refusals are less sure",
            f"run `wenbao models fetch {BASE}`, of which it is made",
        )
        return
    reader.judge("谁办报?", [("问报", "问报由本报编辑部主办。")])
    read_on = settings.retrieval.read_on
    doubt = f", in doubt the rest of {read_on} articles" if read_on else ""
    yield Check("reader", True, f"judges the best {settings.retrieval.rerank} passages{doubt}")


def _generator(settings: Settings) -> Iterator[Check]:
    from rag.answering.generators import how_to_get, load_generator

    generator = load_generator(settings)
    # Whether it is to be had, and can be read, only its first words show.
    with closing(generator.stream("谁办报?", ())) as words:  # type: ignore[type-var]
        next(words, "")
    advice = ""
    if settings.generator.kind == "auto" and generator.name == "extractive":
        advice = (
            f"answers are source sentences word for word, since {settings.generator.model} is not"
            f" here; {how_to_get(settings.generator.model)} for written answers"
        )
    yield Check("language model", True, generator.name, advice)


def _collection(settings: Settings) -> Iterator[Check]:
    from rag.index.collection import Collection
    from rag.models.embedder import load_embedder

    with Collection.open(settings.collection, settings, load_embedder(settings)) as collection:
        stats = collection.stats()
        if not stats.articles:
            raise CollectionMissingError(
                f"there is nothing in {settings.collection} yet",
                remedy=f"run `wenbao ingest --collection {settings.collection} PATH…`",
            )
        problems = collection.check()
    if problems:
        yield Check("collection", False, "; ".join(problems), "run `wenbao ingest --rebuild PATH…`")
    else:
        days = f", {stats.first_day} to {stats.last_day}" if stats.first_day else ""
        detail = (
            f"{settings.collection}: {stats.articles} articles, {stats.passages} passages{days}"
        )
        if not stats.lacking:
            yield Check("collection", True, detail)
            return
        yield Check(
            "collection",
            True,
            f"{detail}; {stats.lacking} passages have no vector yet and are found by words alone",
            "unless an ingestion is running, give the last `wenbao ingest PATH…` again: it makes"
            " the vectors that are missing",
        )


def _disk(settings: Settings) -> Iterator[Check]:
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free  # noqa: E731
    for name, folder in (("models", settings.models.folder), ("collection", settings.collection)):
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        megabytes = free(place) // 1_000_000
        yield Check(
            f"disk for {name}",
            megabytes > 500,
            f"{megabytes} MB free at {place}",
            "" if megabytes > 500 else "make room, or choose another folder in the settings",
        )
