"""The ONNX graphs of the e5 encoder for CPUs: int8 matrices and a 4-bit embedding table.

One ends in mean pooling (the embedder), the other in the reader's heads.

Weights are int8 per output channel, activations are quantised as they come (one scale a tensor).
ONNX Runtime multiplies unsigned activations with signed weights in 16-bit pairs on CPUs without
VNNI, and 255 * 127 * 2 does not fit: it saturates. With 7-bit weights (at most 63) it always fits,
so every CPU computes the same vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.e5 import BLOCK, PackedE5, Vocabulary

SENTENCE_OUTPUT = "sentence_embedding"
TOKEN_OUTPUT = "token_embeddings"  # noqa: S105 - the name of a tensor
READER_OUTPUTS = ("relevance", "starts", "ends")
_MICROSOFT = "com.microsoft"
_OPSET = 21
_WEIGHT_LIMIT = 63


def write_onnx(packed: PackedE5, vocabulary: Vocabulary, path: Path) -> None:
    """Write the graph: `input_ids`, `attention_mask` (int64, batch x tokens) to two outputs.

    `sentence_embedding` (batch, hidden) is L2-normalised; `token_embeddings` (batch, tokens,
    hidden) are the last layer's, for late interaction.
    """
    import onnx

    graph = _Graph()
    hidden = _embed(graph, packed, vocabulary)
    for layer in range(packed.layers):
        hidden = _encode(graph, packed, f"l{layer}.", hidden)
    graph.node("Identity", [hidden], TOKEN_OUTPUT)
    _pool(graph, hidden)
    outputs: dict[str, list[str | int]] = {
        TOKEN_OUTPUT: ["batch", "tokens", packed.hidden],
        SENTENCE_OUTPUT: ["batch", packed.hidden],
    }
    onnx.save_model(graph.model(outputs), str(path))


def write_reader_onnx(
    packed: PackedE5, vocabulary: Vocabulary, heads: Mapping[str, NDArray[np.float32]], path: Path
) -> None:
    """Write the reader's graph: the same inputs to `READER_OUTPUTS`, logits.

    `relevance` (batch) says whether the passage answers the question, `starts` and `ends` (batch,
    tokens) where the answer begins and ends. `heads` are the weights (out, hidden) and biases of
    the heads, `relevance.w`, `relevance.b`, `span.w` and `span.b`.
    """
    import onnx

    graph = _Graph()
    hidden = _embed(graph, packed, vocabulary)
    for layer in range(packed.layers):
        hidden = _encode(graph, packed, f"l{layer}.", hidden)
    lead = graph.node(
        "Gather", [hidden, graph.constant("lead_token", np.array([0], np.int64))], "lead", axis=1
    )
    single = graph.constant("single_axes", np.array([1, 2], np.int64))
    graph.node("Squeeze", [_head(graph, "relevance", lead, heads), single], "relevance")
    spans = _head(graph, "span", hidden, heads)
    last = graph.constant("last_axis", np.array([2], np.int64))
    graph.node("Split", [spans], ["span_starts", "span_ends"], axis=-1, num_outputs=2)
    graph.node("Squeeze", ["span_starts", last], "starts")
    graph.node("Squeeze", ["span_ends", last], "ends")
    tokens: list[str | int] = ["batch", "tokens"]
    outputs: dict[str, list[str | int]] = {"relevance": ["batch"], "starts": tokens, "ends": tokens}
    onnx.save_model(graph.model(outputs), str(path))


def _head(graph: _Graph, name: str, inputs: str, heads: Mapping[str, NDArray[np.float32]]) -> str:
    """Add a linear head."""
    weights = graph.constant(f"{name}_w", heads[f"{name}.w"].T)
    product = graph.node("MatMul", [inputs, weights], f"{name}_product")
    return graph.node(
        "Add", [product, graph.constant(f"{name}_b", heads[f"{name}.b"])], f"{name}_logits"
    )


class _Graph:
    """Nodes and constants under construction."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(
        self,
        operator: str,
        inputs: list[str],
        outputs: str | list[str],
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Add a node; return its first output."""
        from onnx import helper

        names = [outputs] if isinstance(outputs, str) else outputs
        self._nodes.append(
            helper.make_node(
                operator, inputs, names, domain=domain, name=f"{names[0]}_node", **attributes
            )
        )
        return names[0]

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def nibbles(self, name: str, values: NDArray[np.uint8]) -> str:
        """Add a constant of unsigned 4-bit values, given one a byte; return its name."""
        from onnx import TensorProto, helper

        packed = values[..., 0::2] | (values[..., 1::2] << 4)
        self._constants.append(
            helper.make_tensor(
                name, TensorProto.UINT4, list(values.shape), packed.tobytes(), raw=True
            )
        )
        return name

    def model(self, shapes: Mapping[str, Sequence[str | int]]) -> Any:
        """Return the finished model, whose outputs have these names and shapes."""
        from onnx import TensorProto, helper

        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
            for name, shape in shapes.items()
        ]
        graph = helper.make_graph(self._nodes, "e5", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _embed(graph: _Graph, packed: PackedE5, vocabulary: Vocabulary) -> str:
    hidden = packed.hidden
    scales, values = packed.blocks("emb.word", hidden, vocabulary.rows)
    words = graph.node(
        "GatherBlockQuantized",
        [
            graph.nibbles("word_values", values),
            "input_ids",
            graph.constant("word_scales", scales.astype(np.float32)),
            graph.nibbles("word_zero", np.full((len(values), hidden // BLOCK), 8, np.uint8)),
        ],
        "word_embeddings",
        _MICROSOFT,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    # Every token of a text has type 0, so the type is part of the position.
    positions = packed.vector("emb.pos").reshape(-1, hidden)
    positions = positions + packed.vector("emb.type").reshape(-1, hidden)[0]
    graph.node("Shape", ["input_ids"], "length", start=1, end=2)
    zero = np.array([0], np.int64)
    places = graph.node(
        "Slice",
        [
            graph.constant("positions", positions),
            graph.constant("first", zero),
            "length",
            graph.constant("rows_axis", zero),
        ],
        "position_embeddings",
    )
    graph.node("Cast", ["attention_mask"], "mask", to=6)  # INT32, as MultiHeadAttention asks
    return graph.node(
        "LayerNormalization",
        [
            graph.node("Add", [words, places], "embeddings"),
            graph.constant("emb.ln.w", packed.vector("emb.ln.w")),
            graph.constant("emb.ln.b", packed.vector("emb.ln.b")),
        ],
        "embeddings_normed",
        axis=-1,
        epsilon=float(packed.epsilon),
    )


def _encode(graph: _Graph, packed: PackedE5, prefix: str, inputs: str) -> str:
    hidden, wide = packed.hidden, packed.feed_forward
    joined = np.concatenate([packed.matrix(f"{prefix}{part}.w", hidden) for part in "qkv"])
    joined_bias = np.concatenate([packed.vector(f"{prefix}{part}.b") for part in "qkv"])
    graph.node(
        "Split",
        [_multiply(graph, f"{prefix}qkv", inputs, joined, joined_bias)],
        [f"{prefix}q", f"{prefix}k", f"{prefix}v"],
        axis=-1,
        num_outputs=3,
    )
    context = graph.node(
        "MultiHeadAttention",
        [f"{prefix}q", f"{prefix}k", f"{prefix}v", "", "mask"],
        f"{prefix}context",
        _MICROSOFT,
        num_heads=packed.heads,
    )
    attended = _multiply(
        graph, f"{prefix}attended", context, packed.matrix(f"{prefix}ao.w", hidden)
    )
    inner = _add_and_norm(graph, packed, prefix, "a", attended, inputs)
    widened = _multiply(graph, f"{prefix}widened", inner, packed.matrix(f"{prefix}fi.w", hidden))
    activated = graph.node(
        "BiasGelu",
        [widened, graph.constant(f"{prefix}fi.b", packed.vector(f"{prefix}fi.b"))],
        f"{prefix}activated",
        _MICROSOFT,
    )
    narrowed = _multiply(
        graph, f"{prefix}narrowed", activated, packed.matrix(f"{prefix}fo.w", wide)
    )
    return _add_and_norm(graph, packed, prefix, "f", narrowed, inner)


def _multiply(
    graph: _Graph,
    name: str,
    inputs: str,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32] | None = None,
) -> str:
    """Multiply by the transpose of `weights` (out, in) in int8, and add `bias`."""
    scales = np.maximum(np.abs(weights).max(axis=1), np.finfo(np.float32).tiny) / _WEIGHT_LIMIT
    quantised = np.rint(weights / scales[:, None]).astype(np.int8).T
    operands = [
        inputs,
        graph.constant(f"{name}_weights", quantised),
        graph.constant(f"{name}_scales", scales.astype(np.float32)),
    ]
    if bias is not None:
        operands += ["", graph.constant(f"{name}_bias", bias)]
    return graph.node("DynamicQuantizeMatMul", operands, name, _MICROSOFT)


def _add_and_norm(
    graph: _Graph, packed: PackedE5, prefix: str, half: str, values: str, residual: str
) -> str:
    """Add bias and residual and normalise; `half` is `a` (attention) or `f` (feed-forward)."""
    norm, dense = (
        (f"{prefix}aln", f"{prefix}ao") if half == "a" else (f"{prefix}oln", f"{prefix}fo")
    )
    return graph.node(
        "SkipLayerNormalization",
        [
            values,
            residual,
            graph.constant(f"{norm}.w", packed.vector(f"{norm}.w")),
            graph.constant(f"{norm}.b", packed.vector(f"{norm}.b")),
            graph.constant(f"{dense}.b", packed.vector(f"{dense}.b")),
        ],
        f"{norm}_out",
        _MICROSOFT,
        epsilon=float(packed.epsilon),
    )


def _pool(graph: _Graph, hidden: str) -> None:
    """Mean over the tokens, L2-normalised; the mean's divisor cancels in the normalisation."""
    last, tokens = np.array([-1], np.int64), np.array([1], np.int64)
    graph.node("Cast", ["attention_mask"], "weights", to=1)  # FLOAT
    graph.constant("last_axis", last)
    graph.constant("tokens_axis", tokens)
    graph.node("Unsqueeze", ["weights", "last_axis"], "token_weights")
    graph.node("Mul", [hidden, "token_weights"], "weighted")
    graph.node("ReduceSum", ["weighted", "tokens_axis"], "summed", keepdims=0)
    graph.node("ReduceL2", ["summed", "last_axis"], "norm", keepdims=1)
    graph.node("Div", ["summed", "norm"], SENTENCE_OUTPUT)
