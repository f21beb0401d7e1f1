"""A small collection to ask."""

from __future__ import annotations

import pytest

from rag.index.collection import Collection
from rag.settings import Settings
from tests.support.collections import MARKET, PLAYGROUND, SNOW, HashingEmbedder, source_file


@pytest.fixture
def settings() -> Settings:
    return Settings(today="2023-12-20")


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def collection(tmp_path, settings, embedder):
    with Collection.open(tmp_path / "collection", settings, embedder) as opened:
        opened.update([source_file(SNOW, PLAYGROUND, MARKET)])
        yield opened
