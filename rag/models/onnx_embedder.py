"""The fast engine of the default embedder: ONNX Runtime and a tokenizer, without torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.catalogue import Model
from rag.models.e5_folder import CONVERTER, MAX_TOKENS, ONNX_FILE, TOKENIZER_FILE
from rag.models.e5_onnx import SENTENCE_OUTPUT
from rag.models.embedder import Vectors, choose_prompts, encodable, make_fingerprint
from rag.settings import EmbedderSettings

# Texts tokenised at a time: enough to sort by length, few enough to bound the memory.
_WINDOW = 1024
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


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
        self._threads = settings.threads or _cores()
        try:
            self._tokenizer = _load_tokenizer(folder / TOKENIZER_FILE)
            self._session = _load_session(folder / ONNX_FILE)
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
        with _Workers(min(self._threads, len(texts))) as workers:
            for start in range(0, len(texts), _WINDOW):
                ids = self._tokenise(prompt, texts[start : start + _WINDOW])
                batches = _batches([len(tokens) for tokens in ids], self._batch_tokens)
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
        longest = max(len(tokens) for tokens in batch)
        # The padding's token does not matter: the mask hides it.
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        outputs: list[NDArray[np.float32]] = self._session.run(
            [SENTENCE_OUTPUT], {"input_ids": ids, "attention_mask": mask}
        )
        return outputs[0]


class _Workers:
    """Maps on threads, or on the caller's own when one is enough."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "embed") if threads > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            # After Ctrl-C, batches that have not begun must not be computed.
            self._pool.shutdown(cancel_futures=True)

    def map(
        self, function: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        return map(function, items) if self._pool is None else self._pool.map(function, items)


def _batches(lengths: list[int], budget: int) -> list[list[int]]:
    """Group places by length, longest first, so that padding is small and no thread ends late.

    A batch has at most `budget` tokens with its padding, or is one text.
    """
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        longest = lengths[batches[-1][0]] if batches else 0
        if batches and longest * (len(batches[-1]) + 1) <= budget:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches


def _load_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _load_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Every batch has its own shape: remembered allocation plans and a growing arena would only
    # hold memory.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
