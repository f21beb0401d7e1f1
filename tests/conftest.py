"""The real thing, built once for all tests: the seeds, the default embedder, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own settings must not decide whether a test passes."""
    import os

    for name in list(os.environ):
        if name.startswith("WENBAO_") and not name.startswith("WENBAO_MODELS__"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def seeds_collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a collection of the seeds; tests only read it."""
    folder = tmp_path_factory.mktemp("seeds") / "collection"
    settings = Settings.load(collection=folder, generator={"kind": "extractive"})
    with Assistant.open(settings=settings) as assistant:
        assistant.ingest(SEEDS)
    return folder


@pytest.fixture(scope="session")
def extractive(seeds_collection: Path) -> Iterator[Assistant]:
    """An assistant over the seeds that needs no language model."""
    with Assistant.open(seeds_collection, generator={"kind": "extractive"}) as assistant:
        yield assistant


@pytest.fixture(scope="session")
def assistant(seeds_collection: Path) -> Iterator[Assistant]:
    """An assistant over the seeds with the default models."""
    with Assistant.open(seeds_collection, generator={"kind": "llama.cpp"}) as opened:
        yield opened
