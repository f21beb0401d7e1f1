"""The packed file of multilingual-e5-small, read: weights, vocabulary, and its Chinese part.

Layout (little endian): magic `E5S1`, version i32; hidden, layers, heads, feed-forward, vocabulary,
positions, types (7 x i32); layer-norm epsilon f32; block length i32; pieces, bos, eos, pad, unk
(5 x i32); blob length u64, offsets u32[pieces + 1], scores f32[pieces], blob of UTF-8 pieces;
normalisation count i32 and byte length u32, its table; tensor count i32, and for each tensor: name
length u16, name, type u8, elements u32, offset u64, bytes u64.
Weights are Q4_0: blocks of 32 as a float16 scale d and 16 bytes, byte j holding value j in its low
and value j + 16 in its high half; weight = (value - 8) * d.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_MAGIC = b"E5S1"
# Letters outside Chinese and ASCII that are kept as single pieces: they occur in Chinese news in
# units (μ), formulas (π), names (é) and brands (の).
_LETTER_RANGES = ((0x0370, 0x03FF), (0x00C0, 0x024F), (0x3040, 0x30FF))
_HAN_RANGES = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x323AF),
    (0xF900, 0xFAFF),
    (0x3005, 0x3005),
    (0x3007, 0x3007),
)
_PUNCTUATION_RANGES = ((0x2000, 0x206F), (0x3000, 0x303F), (0xFF00, 0xFFEF))
_SCRIPT_MARKS = (0x0600, 0x1CFF)


@dataclass(frozen=True, slots=True)
class _Tensor:
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces that are kept: `rows[i]` is the row of piece i in the packed embedding table."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    rows: NDArray[np.int64]

    def id_of(self, piece: str) -> int:
        """Return the token id of a piece that is in the vocabulary."""
        return self.pieces.index(piece)


class PackedE5:
    """The packed file, mapped into memory; tensors are read when they are asked for.

    Raises:
        ModelError: the file is not a packed e5 model.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._data: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
            self._read_header()
        except (struct.error, ValueError, IndexError) as error:
            raise ModelError(
                f"{path} is not a packed e5 model: {error or 'it ends too early'}",
                remedy="delete it and run `wenbao models fetch`",
            ) from error

    def _read_header(self) -> None:
        view = self._data.data
        if bytes(view[:4]) != _MAGIC:
            raise ValueError("wrong magic bytes")
        position = 8
        (
            self.hidden,
            self.layers,
            self.heads,
            self.feed_forward,
            _,
            self.positions,
            self.types,
        ) = struct.unpack_from("<7i", view, position)
        position += 28
        self.epsilon, block = struct.unpack_from("<fi", view, position)
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, not {BLOCK}")
        position += 8
        count, *_ = struct.unpack_from("<5i", view, position)
        position += 20
        (blob_length,) = struct.unpack_from("<Q", view, position)
        position += 8
        offsets = np.frombuffer(bytes(view[position : position + 4 * (count + 1)]), np.uint32)
        position += 4 * (count + 1)
        self.scores = np.frombuffer(bytes(view[position : position + 4 * count]), np.float32)
        position += 4 * count
        blob = bytes(view[position : position + blob_length])
        position += blob_length
        self.pieces = tuple(blob[start:end].decode("utf-8") for start, end in pairwise(offsets))
        _, normalisation_length = struct.unpack_from("<iI", view, position)
        position += 8 + normalisation_length
        (tensors,) = struct.unpack_from("<i", view, position)
        position += 4
        self._tensors: dict[str, _Tensor] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", view, position)
            position += 2
            name = bytes(view[position : position + length]).decode("utf-8")
            position += length
            _, _, offset, nbytes = struct.unpack_from("<BIQQ", view, position)
            position += 21
            if offset + nbytes > len(self._data):
                raise ValueError(f"tensor {name} lies beyond the end of the file")
            self._tensors[name] = _Tensor(offset, nbytes)

    def _raw(self, name: str) -> NDArray[np.uint8]:
        tensor = self._tensors[name]
        return self._data[tensor.offset : tensor.offset + tensor.length]

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return an unpacked float32 tensor, flat."""
        return np.frombuffer(self._raw(name).tobytes(), np.float32)

    def blocks(
        self, name: str, columns: int, rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
        """Return scales (rows, columns / 32) and 4-bit values (rows, columns) of a weight matrix.

        `rows` picks rows; values are in natural order, one a byte, 0 to 15.
        """
        packed = self._raw(name).reshape(-1, columns // BLOCK, _BLOCK_BYTES)
        if rows is not None:
            packed = packed[rows]
        scales = np.ascontiguousarray(packed[..., :2]).view(np.float16)[..., 0]
        halves = packed[..., 2:]
        values = np.concatenate([halves & 15, halves >> 4], axis=-1)
        return scales, values.reshape(len(values), columns)

    def matrix(
        self, name: str, columns: int, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Return a weight matrix (rows, columns) as the model computes with it."""
        scales, values = self.blocks(name, columns, rows)
        weights = values.reshape(len(values), -1, BLOCK).astype(np.float32)
        weights -= 8.0
        weights *= scales.astype(np.float32)[..., None]
        return weights.reshape(len(values), columns)

    def chinese_vocabulary(self) -> Vocabulary:
        """Return the pieces that Chinese text can use; its vectors stay as they were.

        Kept are the special tokens and every piece made only of Han, ASCII, digits, punctuation,
        symbols and full-width forms, and single Greek, accented Latin and kana letters.
        """
        special = {0, 1, 2, 3, len(self.pieces) - 1}
        rows = np.array(
            [i for i, piece in enumerate(self.pieces) if i in special or _is_chinese(piece)],
            dtype=np.int64,
        )
        pieces = tuple(self.pieces[row] for row in rows)
        scores = self.scores[rows].copy()
        # A Unigram tokenizer takes the cost of an unknown character from the lowest score. The
        # lowest piece may just have gone, so its score is parked on <pad>, which no text matches.
        scores[pieces.index("<pad>")] = self.scores.min()
        return Vocabulary(pieces, scores, rows)


class AdaptedE5(PackedE5):
    """The packed file's first layers with low-rank additions to their matrices (LoRA).

    `additions` has, for a matrix `l0.q`, `l0.q.down` (rank, columns) and `l0.q.up` (rows, rank).

    Raises:
        ModelError: the file is not a packed e5 model.
    """

    def __init__(self, path: Path, additions: Mapping[str, NDArray[np.float32]]) -> None:
        super().__init__(path)
        self._additions = additions
        adapted = [name for name in additions if name.endswith(".down")]
        self.layers = 1 + max(int(name[1:].split(".")[0]) for name in adapted)

    def matrix(
        self, name: str, columns: int, rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Return a weight matrix (rows, columns) with its addition."""
        weights = super().matrix(name, columns, rows)
        stem = name.removesuffix(".w")
        if f"{stem}.down" in self._additions:
            weights += self._additions[f"{stem}.up"] @ self._additions[f"{stem}.down"]
        return weights


def build_tokenizer(vocabulary: Vocabulary) -> Any:
    """Return the `tokenizers.Tokenizer` that cuts text as the model's SentencePiece does."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    scored = [
        (piece, float(score))
        for piece, score in zip(vocabulary.pieces, vocabulary.scores, strict=True)
    ]
    tokenizer = Tokenizer(models.Unigram(scored, vocabulary.id_of("<unk>"), byte_fallback=False))
    # SentencePiece's nmt_nfkc leaves the full-width tilde alone, which NFKC would fold: it waits
    # as a private-use character meanwhile.
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace("\uff5e", "\uf8f0"),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace("\uf8f0", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(piece, vocabulary.id_of(piece)) for piece in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens(
        [
            AddedToken(piece, special=True, normalized=False)
            for piece in ("<s>", "<pad>", "</s>", "<unk>")
        ]
    )
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    return tokenizer


def _is_chinese(piece: str) -> bool:
    if all(_is_chinese_character(character) for character in piece):
        return True
    letters = piece.replace("▁", "")
    return len(letters) == 1 and _within(ord(letters), _LETTER_RANGES)


def _is_chinese_character(character: str) -> bool:
    code = ord(character)
    if code < 0x80 or character == "▁":
        return True
    if _within(code, _HAN_RANGES) or _within(code, _PUNCTUATION_RANGES):
        return True
    first, last = _SCRIPT_MARKS
    return unicodedata.category(character)[0] in "PSN" and not first <= code <= last


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
