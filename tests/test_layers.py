"""Rooms import only from those before them; nothing heavy is imported before it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ORDER = (
    "rag.errors",
    "rag.types",
    "rag.settings",
    "rag.records",
    "rag.chinese",
    "rag.corpus",
    "rag.models",
    "rag.index",
    "rag.ingest",
    "rag.retrieval",
    "rag.answering",
    "rag.assistant",
    "rag.evaluation",
    "rag.doctor",
    "ui",
    "rag.server",
    "rag.cli",
    "rag.__main__",
)


def room(module: str) -> int | None:
    for index, name in enumerate(ORDER):
        if module == name or module.startswith(f"{name}."):
            return index
    return None


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


MODULES = sorted(
    path
    for folder in ("rag", "ui")
    for path in (ROOT / folder).rglob("*.py")
    if path != ROOT / "rag" / "__init__.py"
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_follow_the_flow(path):
    relative = path.relative_to(ROOT).with_suffix("")
    own = room(".".join(relative.parts).removesuffix(".__init__"))
    assert own is not None, f"{relative} has no place in the order of rooms"
    later = [name for name in imports(path) if (room(name) or 0) > own]
    assert not later


def test_importing_the_package_and_the_command_line_loads_nothing_heavy():
    code = (
        "import sys, rag, rag.cli\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'faiss', 'numpy',"
        " 'onnxruntime', 'xllamacpp', 'langchain_core', 'tantivy', 'opencc', 'rjieba'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"


def test_the_public_names_are_few_sorted_and_there():
    import rag

    assert rag.__all__ == sorted(rag.__all__)
    assert len(rag.__all__) <= 12
    for name in rag.__all__:
        assert getattr(rag, name)
