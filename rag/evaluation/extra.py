"""The packages of the extra `eval`, and what to do when one is not installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rag.errors import EvaluationError

_FOR_A_RUN = ("ir_measures", "jinja2", "pytrec_eval", "rouge_chinese", "scipy")
_REMEDY = 'pip install "wenbao[eval]"'


def needed(module: str) -> Any:
    """The module, imported now.

    Raises:
        EvaluationError: it is not installed; the remedy names the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise EvaluationError(f"evaluation needs the package {module}", remedy=_REMEDY) from error


def check_installed() -> None:
    """Raise before the first question what would otherwise be raised after the last one."""
    missing = [module for module in _FOR_A_RUN if find_spec(module) is None]
    if missing:
        raise EvaluationError(f"evaluation needs {', '.join(missing)}", remedy=_REMEDY)
