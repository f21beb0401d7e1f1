"""The sentence-transformers folder made from the packed e5 file, with the fast ONNX graph inside.

Any tool that loads sentence-transformers models loads the folder; WenBao itself needs only
`tokenizer.json` and `onnx/model_int8.onnx` of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.catalogue import Model
from rag.models.e5 import PackedE5, Vocabulary, build_tokenizer
from rag.models.e5_onnx import write_onnx

# Raise it whenever the folder's vectors or files change: folders of an older version are rebuilt.
CONVERTER = 1
MANIFEST = "manifest.json"
ONNX_FILE = "onnx/model_int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 512
# Our names of a layer's parts, and BERT's.
_DENSE = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def is_current(model: Model, folder: Path) -> bool:
    """Return whether the folder is whole and made by this converter from this packed file."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files: dict[str, list[Any]] = manifest["files"]
        return (
            manifest["packed_sha256"] == model.sha256
            and manifest["converter"] == CONVERTER
            and all((folder / name).stat().st_size == entry[0] for name, entry in files.items())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False


def damaged_files(folder: Path) -> list[str]:
    """Return the names of files whose SHA-256 is not the manifest's. Reads every byte."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    return [
        name
        for name, (_, digest) in manifest["files"].items()
        if not (folder / name).is_file() or _digest(folder / name) != digest
    ]


def convert(model: Model, packed_path: Path, folder: Path) -> None:
    """Write the folder, or leave what was there: it is built beside its place and renamed.

    Takes seconds and about 400 MB of memory. The caller sees to it that no other process converts
    to the same folder.

    Raises:
        ModelError: the packed file cannot be read.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The name is fixed, so that what a killed process has left is found and removed.
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        packed = PackedE5(packed_path)
        vocabulary = packed.chinese_vocabulary()
        (building / "onnx").mkdir()
        write_onnx(packed, vocabulary, building / ONNX_FILE)
        _write_weights(packed, vocabulary, building / "model.safetensors")
        build_tokenizer(vocabulary).save(str(building / TOKENIZER_FILE))
        for name, content in _descriptions(model, packed, vocabulary).items():
            _write_json(building / name, content)
        _write_manifest(model, building)
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _write_weights(packed: PackedE5, vocabulary: Vocabulary, path: Path) -> None:
    """Write the weights in fp32, under BERT's names."""
    from safetensors.numpy import save_file

    hidden = packed.hidden
    tensors: dict[str, NDArray[np.float32]] = {
        "embeddings.word_embeddings.weight": packed.matrix("emb.word", hidden, vocabulary.rows),
        "embeddings.position_embeddings.weight": packed.vector("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": packed.vector("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": packed.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.vector("emb.ln.b"),
        # Mean pooling does not use BERT's pooler, and the packed file has none; without one the
        # loader would invent random values and warn.
        "pooler.dense.weight": np.eye(hidden, dtype=np.float32),
        "pooler.dense.bias": np.zeros(hidden, dtype=np.float32),
    }
    for layer in range(packed.layers):
        for ours, theirs in _DENSE.items():
            columns = packed.feed_forward if ours == "fo" else hidden
            name = f"encoder.layer.{layer}.{theirs}"
            tensors[f"{name}.weight"] = packed.matrix(f"l{layer}.{ours}.w", columns)
            tensors[f"{name}.bias"] = packed.vector(f"l{layer}.{ours}.b")
        for ours, theirs in _NORMS.items():
            name = f"encoder.layer.{layer}.{theirs}"
            tensors[f"{name}.weight"] = packed.vector(f"l{layer}.{ours}.w")
            tensors[f"{name}.bias"] = packed.vector(f"l{layer}.{ours}.b")
    save_file(tensors, str(path), metadata={"format": "pt"})


def _descriptions(model: Model, packed: PackedE5, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the folder's JSON files by name."""
    special = {
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
    }
    modules = (
        ("", "sentence_transformers.base.modules.transformer.Transformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", "sentence_transformers.sentence_transformer.modules.normalize.Normalize"),
    )
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "vocab_size": len(vocabulary.pieces),
            "hidden_size": packed.hidden,
            "num_hidden_layers": packed.layers,
            "num_attention_heads": packed.heads,
            "intermediate_size": packed.feed_forward,
            "max_position_embeddings": packed.positions,
            "type_vocab_size": packed.types,
            "layer_norm_eps": float(f"{packed.epsilon:.6g}"),
            "hidden_act": "gelu",
            "bos_token_id": vocabulary.id_of("<s>"),
            "eos_token_id": vocabulary.id_of("</s>"),
            "pad_token_id": vocabulary.id_of("<pad>"),
        },
        "tokenizer_config.json": {
            **special,
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
        },
        "special_tokens_map.json": special,
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {
                "query": model.encoding.query_prompt,
                "document": model.encoding.passage_prompt,
            },
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind}
            for index, (path, kind) in enumerate(modules)
        ],
        "1_Pooling/config.json": {
            "embedding_dimension": packed.hidden,
            "pooling_mode": model.encoding.pooling,
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
    }


def _write_manifest(model: Model, folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    _write_json(
        folder / MANIFEST,
        {
            "model": model.name,
            "publisher": model.publisher,
            "licence": model.licence,
            "packed_sha256": model.sha256,
            "converter": CONVERTER,
            "files": {
                path.relative_to(folder).as_posix(): [path.stat().st_size, _digest(path)]
                for path in files
            },
        },
    )


def _write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
