"""What the engines on ONNX Runtime share: batches of like length, each on a thread of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Workers:
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
        """Yield the results in the order of the items."""
        return map(function, items) if self._pool is None else self._pool.map(function, items)


def make_batches(lengths: list[int], budget: int) -> list[list[int]]:
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


def padded(batch: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    """Return the graph's inputs for token ids of several texts."""
    longest = max(len(tokens) for tokens in batch)
    # The padding's token does not matter: the mask hides it.
    ids = np.zeros((len(batch), longest), np.int64)
    mask = np.zeros((len(batch), longest), np.int64)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def load_tokenizer(path: Path, max_tokens: int) -> Any:
    """Return the tokenizer; longer texts lose their end."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def load_session(path: Path) -> Any:
    """Return the graph, ready to run on the caller's thread."""
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


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
