"""The vector index of one generation: passage id → unit vector, searched by cosine (FAISS).

Exact up to a size given by the settings; beyond it inverted lists with 8-bit vectors. Exact vectors
are held in half precision, in which the catalogue keeps them anyway: half the memory to go through.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import CollectionDamagedError
from rag.index.database import REBUILD

FILE_NAME = "dense.faiss"
# Lists visited of all the lists: recall@10 of .99 at 100,000 passages (see MODELS of FAISS: IVF).
_PROBED = 32
# k-means needs about 39 vectors a list, FAISS warns below; more do not change the lists.
_TRAINING_PER_LIST = 64


class DenseIndex:
    """An immutable vector index; safe to search from several threads."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(
        cls, ids: NDArray[np.int64], vectors: NDArray[np.float32], exact_until: int
    ) -> DenseIndex:
        """Return the index of `vectors` (n, dimension), unit length, under `ids` (n)."""
        import faiss

        count, dimension = vectors.shape
        if count <= exact_until:
            flat: Any = faiss.IndexScalarQuantizer(
                dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
        else:
            lists = max(1, min(int(4 * math.sqrt(count)), count // 39))
            flat = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
            sample = np.random.default_rng(0).permutation(count)[: lists * _TRAINING_PER_LIST]
            flat.train(vectors[sample])
            flat.nprobe = _PROBED
            flat.make_direct_map()
        index = faiss.IndexIDMap2(flat)
        index.add_with_ids(vectors, ids)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Return the index written at `path`."""
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise CollectionDamagedError(
                f"{path} is not a vector index: {error}", remedy=REBUILD
            ) from error

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, cosine), nearest first; only of `allowed`, if given."""
        if not len(self) or (allowed is not None and not len(allowed)):
            return []
        parameters = None if allowed is None else self._selection(allowed)
        query = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        with _one_thread():
            scores, ids = self._index.search(query, min(k, len(self)), params=parameters)
        return [
            (int(passage_id), float(score))
            for passage_id, score in zip(ids[0], scores[0], strict=True)
            if passage_id >= 0
        ]

    def similarities(
        self, vector: NDArray[np.float32], ids: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the cosine of `vector` and each passage; NaN for an id that is not here."""
        query = vector.reshape(-1)
        try:
            found: NDArray[np.float32] = self._index.reconstruct_batch(ids) @ query
        except RuntimeError:
            # One of the ids is unknown: the others are still asked for.
            return np.array([self._similarity(query, int(one)) for one in ids], np.float32)
        return found

    def _similarity(self, query: NDArray[np.float32], passage_id: int) -> float:
        try:
            return float(np.dot(self._index.reconstruct(passage_id), query))
        except RuntimeError:
            return math.nan

    def _selection(self, allowed: NDArray[np.int64]) -> Any:
        import faiss

        library: Any = faiss  # its stubs do not know the keywords of the parameter classes
        selector = library.IDSelectorBatch(allowed)
        inner = library.downcast_index(self._index.index)
        if isinstance(inner, faiss.IndexIVF):
            # A narrow filter may leave nothing in the lists nearest to the question.
            return library.SearchParametersIVF(sel=selector, nprobe=inner.nlist)
        return library.SearchParameters(sel=selector)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS from parting one question among threads of OpenMP, which wait for work spinning.

    100,000 vectors cost 9 ms of processor time so, and 18 to 40 ms with two threads; on a busy
    machine the wait for the other thread is longer than the search.
    """
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
