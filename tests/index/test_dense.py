"""Vectors are found by cosine, exactly up to a size, and a search leaves FAISS as it was."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from rag.errors import CollectionDamagedError
from rag.index.dense import DenseIndex

IDS = np.arange(10, 310, dtype=np.int64)


@pytest.fixture
def vectors():
    rows = np.random.default_rng(7).normal(size=(len(IDS), 32)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index(vectors):
    return DenseIndex.build(IDS, vectors, exact_until=1000)


def test_the_nearest_come_first_with_their_cosine(index, vectors):
    cosines = vectors @ vectors[5]
    found = index.search(vectors[5], 20)
    assert [key for key, _ in found] == IDS[np.argsort(-cosines)[:20]].tolist()
    assert [score for _, score in found] == pytest.approx(np.sort(cosines)[::-1][:20], abs=2e-3)


def test_only_allowed_passages_are_returned(index, vectors):
    allowed = np.array([12, 40, 300], np.int64)
    assert {key for key, _ in index.search(vectors[0], 20, allowed)} == set(allowed.tolist())
    assert index.search(vectors[0], 20, np.array([], np.int64)) == []


def test_similarities_of_known_and_unknown_passages(index, vectors):
    found = index.similarities(vectors[3], np.array([13, 9999], np.int64))
    assert found[0] == pytest.approx(1, abs=2e-3)
    assert np.isnan(found[1])


def test_a_large_collection_is_searched_in_lists(vectors):
    index = DenseIndex.build(IDS, vectors, exact_until=100)
    assert index.search(vectors[5], 1)[0][0] == IDS[5]
    assert index.similarities(vectors[5], IDS[5:6])[0] == pytest.approx(1, abs=0.02)


def test_it_survives_a_file_and_a_damaged_file_is_told(index, vectors, tmp_path):
    path = tmp_path / "dense.faiss"
    index.save(path)
    assert DenseIndex.load(path).search(vectors[8], 3) == index.search(vectors[8], 3)
    path.write_bytes(b"not an index")
    with pytest.raises(CollectionDamagedError):
        DenseIndex.load(path)


def test_a_search_leaves_the_number_of_threads_as_it_was(index, vectors):
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    try:
        index.search(vectors[0], 3)
        assert faiss.omp_get_max_threads() == 2
    finally:
        faiss.omp_set_num_threads(before)
