"""The reader: whether a passage answers a question, and with which of its words.

A cross-encoder made of the default embedder's weights and a small trained adapter that ships with
WenBao (`training/README.md` says from what). It judges the few passages that a search found best.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from rag.chinese.normalise import level, simplify
from rag.chinese.numbers import rewrite_numbers
from rag.errors import ModelError
from rag.models.adapters import READER
from rag.models.catalogue import Model, find_model
from rag.models.e5 import AdaptedE5, build_tokenizer
from rag.models.e5_onnx import READER_OUTPUTS, write_reader_onnx
from rag.models.embedder import encodable
from rag.models.onnx_batches import Workers, cores, load_session, load_tokenizer, padded
from rag.models.weights import is_downloaded
from rag.settings import Settings
from rag.types import Span

BASE = "multilingual-e5-small-zh"
# Raise it whenever the folder's files change: folders of an older version are rebuilt.
_VERSION = 1
_FOLDER = "reader-zh"
_ONNX, _TOKENIZER, _MANIFEST = "reader_int8.onnx", "tokenizer.json", "manifest.json"
_MAX_TOKENS = 384
_QUESTION_CHARS = 120
# Answers are short: a longer one is a start and an end that do not belong together.
_ANSWER_TOKENS = 48
# Texts in one batch: enough for full matrices, few enough that both cores get one.
_BATCH = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the reader says of one passage.

    `relevance` are the log-odds that the passage answers the question; `answer` the place of the
    likeliest answer in the passage's text, and `certainty` its share among all places, in [0, 1].
    """

    relevance: float
    answer: Span
    certainty: float


class Reader:
    """Judges passages for a question; safe to use from several threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._threads = threads or cores()
        try:
            self._tokenizer = load_tokenizer(folder / _TOKENIZER, _MAX_TOKENS)
            self._session = load_session(folder / _ONNX)
        except Exception as error:
            # Both libraries raise bare or private exception types for a damaged file.
            raise ModelError(
                f"{folder} cannot be loaded: {error}",
                remedy=f"delete that folder and run `wenbao models fetch {BASE}`",
            ) from error

    def judge(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Judgement]:
        """Return the judgement of each (what stands above it, text).

        `rag.retrieval.surroundings` says what stands above; answers are looked for in the text.
        """
        asked = as_trained(question)
        before = [f"{above}\n" if above else "" for above, _ in passages]
        encodings = [
            self._tokenizer.encode(asked, encodable(simplify(start + text)))
            for start, (_, text) in zip(before, passages, strict=True)
        ]
        order = sorted(range(len(encodings)), key=lambda place: -len(encodings[place].ids))
        size = min(_BATCH, math.ceil(len(order) / self._threads)) or 1
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        judged: dict[int, Judgement] = {}
        with Workers(min(self._threads, len(batches))) as workers:
            rows = ([encodings[place].ids for place in places] for places in batches)
            for places, outputs in zip(batches, workers.map(self._run, rows), strict=True):
                for place, relevance, starts, ends in zip(places, *outputs, strict=True):
                    judged[place] = _judgement(
                        encodings[place], len(before[place]), float(relevance), starts, ends
                    )
        return [judged[place] for place in range(len(passages))]

    def _run(self, batch: list[list[int]]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(READER_OUTPUTS, padded(batch))
        return outputs


def load_reader(settings: Settings) -> Reader | None:
    """Return the reader; None where the default embedder's file, of which it is made, is missing.

    It is made when it is first needed, which takes two seconds.

    Raises:
        ModelError: its files are damaged, or cannot be written.
    """
    model = find_model(BASE)
    if not is_downloaded(model, settings.models):
        return None
    folder = settings.models.folder / _FOLDER
    if not _is_current(folder, model):
        with FileLock(settings.models.folder / f".{_FOLDER}.lock"):
            if not _is_current(folder, model):
                _build(model, settings.models.folder / model.file, folder)
    return Reader(folder, settings.embedder.threads)


def _build(model: Model, packed_path: Path, folder: Path) -> None:
    """Write the folder beside its place and rename it."""
    tensors = _adapter()
    packed = AdaptedE5(packed_path, tensors)
    vocabulary = packed.chinese_vocabulary()
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(parents=True)
        write_reader_onnx(packed, vocabulary, tensors, building / _ONNX)
        build_tokenizer(vocabulary).save(str(building / _TOKENIZER))
        files = {file.name: file.stat().st_size for file in building.iterdir()}
        manifest = {**_origin(model), "files": files}
        (building / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    except OSError as error:
        raise ModelError(
            f"the reader cannot be written to {folder}: {error.strerror or error}",
            remedy="free space or correct the folder's rights, or set retrieval.rerank to 0",
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _adapter() -> dict[str, NDArray[np.float32]]:
    from safetensors.numpy import load_file

    tensors = load_file(READER.path())
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def _origin(model: Model) -> Mapping[str, Any]:
    return {"version": _VERSION, "base_sha256": model.sha256, "adapter_sha256": READER.sha256}


def _is_current(folder: Path, model: Model) -> bool:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        files: dict[str, int] = manifest.pop("files")
        return manifest == _origin(model) and all(
            (folder / name).stat().st_size == size for name, size in files.items()
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def as_trained(question: str) -> str:
    """Return the question in the form that the reader knows: Arabic figures, a question mark."""
    plain = rewrite_numbers(level(encodable(question)))[:_QUESTION_CHARS]
    return plain.rstrip("?。.! ") + "？"


def _judgement(
    encoding: Any,
    before: int,
    relevance: float,
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
) -> Judgement:
    """The likeliest answer among the tokens of the passage's own text."""
    inside = np.array(
        [
            place
            for place, (kind, (_, end)) in enumerate(
                zip(encoding.sequence_ids, encoding.offsets, strict=True)
            )
            if kind == 1 and end > before
        ]
    )
    if not len(inside):
        return Judgement(relevance, Span(0, 0), 0.0)
    first, last = _shares(starts[inside]), _shares(ends[inside])
    together = np.triu(np.outer(first, last)) - np.triu(np.outer(first, last), _ANSWER_TOKENS)
    place = int(together.argmax())
    begin, finish = inside[place // len(inside)], inside[place % len(inside)]
    span = Span(
        max(0, encoding.offsets[begin][0] - before), max(0, encoding.offsets[finish][1] - before)
    )
    return Judgement(relevance, span, float(together.flat[place]))


def _shares(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares
