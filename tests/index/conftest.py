"""A collection that needs no model: vectors come from hashed bigrams."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.collection import Collection
from rag.settings import Settings
from rag.types import Filters
from tests.support.collections import MARKET, PLAYGROUND, SNOW, HashingEmbedder, source_file


def ask(collection, question, filters=Filters()):  # noqa: B008 - frozen
    vector = collection._embedder.embed_queries([question])[0]
    return (
        collection.lexical(question, 5, filters),
        [(key, round(score, 5)) for key, score in collection.dense(vector, 5, filters)],
    )


def best(collection, question, filters=Filters()):  # noqa: B008
    hits = collection.lexical(question, 5, filters)
    passage = collection.passages([hits[0][0]])[hits[0][0]]
    return collection.article(passage.article_id).headline


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


@pytest.fixture
def filled(collection):
    collection.update([source_file(SNOW, PLAYGROUND, MARKET)])
    return collection
