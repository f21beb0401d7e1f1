"""The general engine: any sentence-transformers model, by the name on a hub or by folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from rag.errors import ModelError
from rag.models.catalogue import Encoding, known_encoding
from rag.models.embedder import Vectors, choose_prompts, encodable, make_fingerprint
from rag.settings import EmbedderSettings, ModelsSettings

_WINDOW = 256
# Tokens that a text is taken to have when texts per batch are reckoned from tokens per batch.
_TEXT_TOKENS = 256
_SAMPLES = 64


class SentenceTransformerEmbedder:
    """Embeds with sentence-transformers.

    Prompts come from the settings, else from the model's own configuration, else from the
    catalogue's table of well-known models. A folder without a sentence-transformers configuration
    gets that table's pooling, or the mean.

    Raises:
        ModelError: the engine is not installed, or the model is unknown or cannot be loaded.
    """

    def __init__(self, name: str, settings: EmbedderSettings, models: ModelsSettings) -> None:
        self.name = name
        known = known_encoding(name)
        self._model = _load(name, settings.device, known, models)
        if settings.threads and settings.device == "cpu":
            import torch

            torch.set_num_threads(settings.threads)
        own = _own_encoding(self._model.prompts or {})
        self._query_prompt, self._passage_prompt = choose_prompts(
            settings, own or known or Encoding()
        )
        self._batch_size = max(1, settings.batch_tokens // _TEXT_TOKENS)
        self.dimension = int(self._model.get_embedding_dimension())
        self.fingerprint = make_fingerprint(
            name, _sample(self._model), str(self._model), self._passage_prompt
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, shape (len(texts), dimension)."""
        return self._embed(self._query_prompt, texts, None)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, shape (len(texts), dimension)."""
        return self._embed(self._passage_prompt, texts, progress)

    def _embed(
        self, prompt: str, texts: Sequence[str], progress: Callable[[int], None] | None
    ) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _WINDOW):
            window = [encodable(text) for text in texts[start : start + _WINDOW]]
            vectors[start : start + len(window)] = self._model.encode(
                window,
                prompt=prompt,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            if progress is not None:
                progress(start + len(window))
        if not np.isfinite(vectors).all():
            raise ModelError(
                f"{self.name} computed vectors that are not numbers",
                remedy="set embedder.device to cpu, or embedder.model to another model",
            )
        return vectors


def _load(name: str, device: str, known: Encoding | None, models: ModelsSettings) -> Any:
    """Return the `SentenceTransformer`."""
    folder = Path(name).expanduser()
    if not folder.is_dir() and (folder.is_absolute() or name.startswith((".", "~"))):
        raise ModelError(
            f"there is no folder {folder} with an embedding model",
            remedy="set embedder.model to the folder of a model, or to a name of `wenbao models`",
        )
    # The hub's library reads its address from here, once, when it is imported.
    hub = os.environ.setdefault("HF_ENDPOINT", models.hub)
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError(
            f"{name} needs sentence-transformers, which is not installed",
            remedy='run `pip install "wenbao[transformers]"`',
        ) from error
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        if not folder.is_dir():
            return _from_hub(name, device, hub, models.connect_timeout)
        if known is not None and not (folder / "modules.json").is_file():
            return _with_pooling(folder, device, known)
        return SentenceTransformer(str(folder), device=device)
    except ModelError:
        raise
    except Exception as error:
        # The library lets through what the hub, torch, safetensors and JSON raise.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"the embedding model {name} cannot be loaded: {reason}",
            remedy="check embedder.model, or set it to a name of `wenbao models`",
        ) from error


def _from_hub(name: str, device: str, hub: str, connect_timeout: float) -> Any:
    """Return the model of a hub name, from the local cache if it is there."""
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name, device=device, local_files_only=True)
    except (OSError, ValueError):
        # Asked blindly, the library would wait for a silent hub for more than a minute.
        silence = _silence(hub, connect_timeout)
        if silence:
            raise ModelError(
                f"the embedding model {name} is not on this machine, and {silence}",
                remedy="set models.hub to a hub that can be reached, or embedder.model to the "
                "folder of a model or to a name of `wenbao models`",
            ) from None
    return SentenceTransformer(name, device=device)


def _silence(hub: str, connect_timeout: float) -> str:
    """Return why the hub gives nothing, empty when it answers."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE forbids to ask the hub"
    try:
        httpx.head(hub, timeout=connect_timeout)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the hub {hub} does not answer: {str(error) or type(error).__name__}"
    return ""


def _with_pooling(folder: Path, device: str, known: Encoding) -> Any:
    """Return a plain transformers folder as a model with the pooling its publisher gives."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    transformer = Transformer(str(folder))
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode=known.pooling)
    return SentenceTransformer(modules=[transformer, pooling, Normalize()], device=device)


def _own_encoding(prompts: dict[str, str]) -> Encoding | None:
    """Return the prompts of the model's configuration, None when it has none."""
    query = prompts.get("query", "")
    passage = prompts.get("document", "") or prompts.get("passage", "")
    return Encoding(query, passage) if query or passage else None


def _sample(model: Any) -> str:
    """Return a digest of values from every tensor: any training changes it, and it is quick."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().flatten()
        picked = values[:: max(1, len(values) // _SAMPLES)][:_SAMPLES].float().cpu().numpy()
        digest.update(f"{name} {tuple(tensor.shape)}".encode())
        digest.update(picked.tobytes())
    return digest.hexdigest()
