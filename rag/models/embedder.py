"""Text to vectors: one protocol, and the choice of the engine that the settings ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.catalogue import Encoding, ModelKind, find_model, is_catalogued
from rag.settings import EmbedderSettings, Settings

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns questions and passages into vectors of length 1, so that dot product is cosine."""

    @property
    def name(self) -> str:
        """The model as the settings name it."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """A short text that changes whenever the vectors of passages would change."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, shape (len(texts), dimension)."""
        ...

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, shape (len(texts), dimension).

        `progress` gets the number of passages embedded so far; it grows up to len(texts).
        """
        ...


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that `settings.embedder.model` names, ready to embed.

    A name of the catalogue loads the fast ONNX engine; any other name or folder loads
    sentence-transformers. Nothing is downloaded for a name of the catalogue.

    Raises:
        ModelError: the model has not been fetched, is unknown or damaged, or its engine is not
            installed.
    """
    name = settings.embedder.model
    if not is_catalogued(name):
        from rag.models.sentence_transformer import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(name, settings.embedder, settings.models)
    model = find_model(name)
    if model.kind is not ModelKind.EMBEDDER:
        raise ModelError(
            f"{name} is a {model.kind} and makes no vectors",
            remedy="set embedder.model to an embedder; `wenbao models` lists them",
        )
    from rag.models.onnx_embedder import OnnxEmbedder
    from rag.models.weights import fetch, is_downloaded, model_path

    folder = model_path(model, settings.models)
    if folder is None:
        if not is_downloaded(model, settings.models):
            raise ModelError(
                f"the embedding model {name} is not in {settings.models.folder}",
                remedy=f"run `wenbao models fetch {name}`",
            )
        # The download is there and only its converted form is missing or of an older version.
        folder = fetch(model, settings.models)
    return OnnxEmbedder(model, folder, settings.embedder)


def choose_prompts(settings: EmbedderSettings, encoding: Encoding) -> tuple[str, str]:
    """Return the texts before a question and before a passage; the user's settings win."""
    query, passage = settings.query_prompt, settings.passage_prompt
    return (
        encoding.query_prompt if query is None else query,
        encoding.passage_prompt if passage is None else passage,
    )


def make_fingerprint(name: str, *parts: str) -> str:
    """Return the model's short name and a digest of everything that decides its vectors."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"{Path(name).name}:{digest[:16]}"


def encodable(text: str) -> str:
    """Return the text with lone surrogates, which tokenizers refuse, replaced by `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")
