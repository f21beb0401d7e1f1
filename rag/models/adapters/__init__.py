"""Small trained additions to models; they ship with WenBao, each known by its SHA-256.

How they were trained, on what data and with what result: `training/README.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError


@dataclass(frozen=True, slots=True)
class Adapter:
    """A file of this folder."""

    file: str
    sha256: str

    def path(self) -> Path:
        """Return where the file lies, its checksum compared.

        Raises:
            ModelError: it is missing or another file.
        """
        path = Path(__file__).with_name(self.file)
        if not path.is_file() or _digest(path) != self.sha256:
            raise ModelError(
                f"{self.file} is not the file that this version of WenBao came with",
                remedy="install WenBao again",
            )
        return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


READER = Adapter(
    "reader.safetensors", "509f14189857b74e01d94cd62a752ccc0bb71b9a06831b23cbe8b421c982c9b3"
)
JUDGES: Mapping[str, Adapter] = {
    "qwen2.5-coder-1.5b-instruct": Adapter(
        "judge-1.5b.gguf", "5dc5ec1cec0b477526ecb39316bac6eb2ac6e29a409f14412592d337e4cd7ee9"
    ),
}
"""By the name of a language model in the catalogue: what teaches it to judge its evidence."""
