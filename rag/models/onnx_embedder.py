"""The fast engine of the default embedder: ONNX Runtime and a tokenizer, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.catalogue import Model
from rag.models.e5_folder import CONVERTER, MAX_TOKENS, ONNX_FILE, TOKENIZER_FILE
from rag.models.e5_onnx import SENTENCE_OUTPUT
from rag.models.embedder import Vectors, choose_prompts, encodable, make_fingerprint
from rag.models.onnx_batches import (
    Workers,
    cores,
    load_session,
    load_tokenizer,
    make_batches,
    padded,
)
from rag.settings import EmbedderSettings

# Texts tokenised at a time: enough to sort by length, few enough to bound the memory.
_WINDOW = 1024


class OnnxEmbedder:
    """Embeds with a folder that `e5_folder` made.

    Each batch runs on one thread and as many batches run at once as there are threads: that scales
    with the cores, and an idle engine does not spin. Safe to use from several threads.

    Activations are quantised with one scale a batch, so that a text's vector depends a little
    (cosine above 0.999) on the texts that share its batch.
    """

    def __init__(self, model: Model, folder: Path, settings: EmbedderSettings) -> None:
        self.name = model.name
        self.dimension = model.dimension
        self._query_prompt, self._passage_prompt = choose_prompts(settings, model.encoding)
        self.fingerprint = make_fingerprint(
            model.name, model.sha256, f"int8 {CONVERTER}", self._passage_prompt
        )
        self._batch_tokens = settings.batch_tokens
        self._threads = settings.threads or cores()
        try:
            self._tokenizer = load_tokenizer(folder / TOKENIZER_FILE, MAX_TOKENS)
            self._session = load_session(folder / ONNX_FILE)
        except Exception as error:
            # Both libraries raise bare or private exception types for a damaged file.
            raise ModelError(
                f"{folder} cannot be loaded: {error}",
                remedy=f"delete that folder and run `wenbao models fetch {model.name}`",
            ) from error

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
        done = 0
        with Workers(min(self._threads, len(texts))) as workers:
            for start in range(0, len(texts), _WINDOW):
                ids = self._tokenise(prompt, texts[start : start + _WINDOW])
                batches = make_batches([len(tokens) for tokens in ids], self._batch_tokens)
                rows = ([ids[place] for place in places] for places in batches)
                for places, result in zip(batches, workers.map(self._run, rows), strict=True):
                    vectors[start + np.array(places)] = result
                    done += len(places)
                    if progress is not None:
                        progress(done)
        return vectors

    def _tokenise(self, prompt: str, texts: Sequence[str]) -> list[list[int]]:
        readable = [encodable(prompt + text) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(readable)]

    def _run(self, batch: list[list[int]]) -> Vectors:
        outputs: list[NDArray[np.float32]] = self._session.run([SENTENCE_OUTPUT], padded(batch))
        return outputs[0]
