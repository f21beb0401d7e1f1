"""Vectors kept in the catalogue's file by what they were made from: text and embedder.

What was embedded once is not embedded again, however often its article is taken in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.errors import CollectionDamagedError
from rag.index.database import REBUILD, Database

# Half precision moves a cosine by less than 0.001 and halves the file.
_KEPT = np.float16


class VectorStore:
    """The vectors of one embedder, by the digest of the embedded text (see `text_key`)."""

    def __init__(self, database: Database, fingerprint: str) -> None:
        self._database = database
        self._fingerprint = fingerprint

    def missing(self, keys: Iterable[str]) -> set[str]:
        """Return those of the keys for which no vector is kept."""
        wanted = set(keys)
        return wanted - self._find(wanted).keys()

    def add(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, a row for each key; no answer changes before a passage refers to them."""
        rows = zip(keys, vectors.astype(_KEPT), strict=True)
        self._database.run_many(
            "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
            [(self._fingerprint, key, row.tobytes()) for key, row in rows],
        )

    def get(self, keys: Sequence[str], dimension: int) -> NDArray[np.float32]:
        """Return the vectors of the keys, (n, dimension), of length 1.

        Raises:
            CollectionDamagedError: one is missing.
        """
        found = self._find(set(keys))
        try:
            kept = np.frombuffer(b"".join(found[key] for key in keys), _KEPT)
            rows: NDArray[np.float32] = kept.astype(np.float32).reshape(len(keys), dimension)
        except (KeyError, ValueError) as error:
            raise CollectionDamagedError(
                f"{self._database.path} lacks vectors of its passages", remedy=REBUILD
            ) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
        rows /= np.maximum(lengths, 1e-12)
        return rows

    def prune(self) -> None:
        """Forget the vectors that no passage refers to."""
        with self._database.reading() as run:
            run(
                "DELETE FROM embeddings WHERE fingerprint != ?"
                " OR text_key NOT IN (SELECT embedding FROM passages)",
                (self._fingerprint,),
            )

    def _find(self, keys: set[str]) -> dict[str, bytes]:
        with self._database.reading() as run:
            rows = run(
                "SELECT text_key, vector FROM embeddings WHERE fingerprint = ?"
                " AND text_key IN (SELECT value FROM json_each(?))",
                (self._fingerprint, json.dumps(sorted(keys))),
            )
            return dict(rows.fetchall())
