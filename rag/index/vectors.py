"""Vectors kept in the catalogue's file by what they were made from: text and embedder.

What was embedded once is not embedded again, however often its article is taken in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.errors import CollectionDamagedError
from rag.index.chunking import Draft
from rag.index.database import REBUILD, Database

# Half precision moves a cosine by less than 0.001 and halves the file.
_KEPT = np.float16


class VectorStore:
    """The vectors of one embedder, by the digest of the embedded text (see `text_key`)."""

    def __init__(self, database: Database, fingerprint: str) -> None:
        self._database = database
        self._fingerprint = fingerprint

    def lacking(self) -> list[tuple[int, Draft, str]]:
        """Return (article number, passage, key) of each passage for which no vector is kept."""
        with self._database.reading() as run:
            rows = run(
                "SELECT p.article, substr(a.text, p.start + 1, p.end - p.start), p.start, p.end,"
                " p.subhead, p.embedding FROM passages p JOIN articles a ON a.number = p.article"
                " WHERE NOT EXISTS (SELECT 1 FROM embeddings e"
                "  WHERE e.fingerprint = ? AND e.text_key = p.embedding) ORDER BY p.id",
                (self._fingerprint,),
            )
            return [(number, Draft(*draft), key) for number, *draft, key in rows]

    def add(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, a row for each key; no answer changes before a passage refers to them."""
        rows = zip(keys, vectors.astype(_KEPT), strict=True)
        self._database.run_many(
            "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
            [(self._fingerprint, key, row.tobytes()) for key, row in rows],
        )

    def get(
        self, keys: Sequence[str], dimension: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return for which of the keys a vector is kept, and these m vectors of length 1.

        The shapes are (n) and (m, dimension), in the order of the keys.

        Raises:
            CollectionDamagedError: one is of another dimension.
        """
        found = self._find(set(keys))
        have = np.array([key in found for key in keys], np.bool_)
        try:
            kept = np.frombuffer(b"".join(found[key] for key in keys if key in found), _KEPT)
            rows = kept.astype(np.float32).reshape(int(have.sum()), dimension)
        except ValueError as error:
            raise CollectionDamagedError(
                f"{self._database.path} holds vectors of another dimension", remedy=REBUILD
            ) from error
        lengths = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
        rows /= np.maximum(lengths, 1e-12)
        return have, rows

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
