"""问报 (WenBao): ask Chinese newspapers, get short answers verified sentence by sentence.

>>> from rag import Assistant
>>> with Assistant.open() as assistant:                      # doctest: +SKIP
...     assistant.ingest("seeds")
...     answer = assistant.ask("六大工程是哪六大工程?")
...     print(answer.text, [source.quote for source in answer.sources])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import WenBaoError
from rag.settings import Settings
from rag.types import Answer, Article, Evidence, Filters, Source, Turn, Verdict

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.evaluation import evaluate

__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "Evidence",
    "Filters",
    "Settings",
    "Source",
    "Turn",
    "Verdict",
    "WenBaoError",
    "evaluate",
]


def __getattr__(name: str) -> object:
    """Import what is slow to import when it is first asked for."""
    if name == "Assistant":
        from rag.assistant import Assistant

        return Assistant
    if name == "evaluate":
        from rag.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
