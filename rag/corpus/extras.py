"""Libraries that only some formats need: a missing one is named with its remedy."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from rag.errors import CorpusError


def pip_line(extra: str) -> str:
    """Return the command that installs an extra."""
    return f'pip install "wenbao[{extra}]"'


def is_installed(module: str) -> bool:
    """Return whether a module can be imported, without importing it."""
    return importlib.util.find_spec(module) is not None


def load(module: str, extra: str, source: str) -> ModuleType:
    """Return a module of an extra; `source` names the file that needs it.

    Raises:
        CorpusError: the extra is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise CorpusError(
            f"{source} needs {module}, which is not installed", remedy=pip_line(extra)
        ) from error
