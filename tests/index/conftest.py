"""A collection that needs no model: vectors come from hashed bigrams."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.collection import Collection
from rag.settings import Settings
from tests.support.collections import HashingEmbedder


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "collection"


@pytest.fixture
def collection(folder, settings, embedder):
    with Collection.open(folder, settings, embedder) as opened:
        yield opened
