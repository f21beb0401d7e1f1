"""The chat page as an application: build it, or mount it beside other routes.

The page library takes seconds to import, so `ui.page` is imported when a page is built.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import WenBaoError
from ui import texts
from ui.chat import ChatAssistant

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

_HERE = Path(__file__).parent
_SEAL = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<rect width='32' height='32' rx='4' fill='%23a8281c'/><text x='16' y='23.5' fill='white' "
    "font-size='21' text-anchor='middle' font-family='serif'>报</text></svg>"
)


def build(
    assistant: ChatAssistant | WenBaoError,
    *,
    examples: Sequence[str] | None = None,
    feedback: Path | None = None,
    concurrency: int = 4,
) -> gr.Blocks:
    """Return the chat page for an assistant.

    Args:
        assistant: what answers; or the error that kept it from opening, which the page then
            explains with the command that mends it.
        examples: questions offered at the start; None makes them from the headlines.
        feedback: file that ratings are appended to; None: beside the collection's folder.
        concurrency: answers written at the same time; further questions wait in line.
    """
    _silence()
    from ui.page import chat_page, closed_page

    if isinstance(assistant, WenBaoError):
        return closed_page(assistant)
    return chat_page(assistant, examples=examples, feedback=feedback, concurrency=concurrency)


def mount(
    api: FastAPI, assistant: ChatAssistant | WenBaoError, path: str = "/", **options: Any
) -> FastAPI:
    """Return the application with the chat page at `path`; `options` are those of `build`.

    Routes of the application must be added before: at "/" the page takes all that is left.
    """
    page = build(assistant, **options)
    import gradio as gr

    mounted: FastAPI = gr.mount_gradio_app(api, page, path, **look())
    return mounted


def look() -> dict[str, Any]:
    """Return the theme, style, script and head for `mount_gradio_app` or `launch`."""
    _silence()
    import gradio as gr

    sans = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    return {
        "theme": gr.themes.Base(font=sans, font_mono=["ui-monospace", "monospace"]),
        # In the head and not in `css`, whose rules the library rewrites below its own root.
        "head": (
            f'<link rel="icon" href="data:image/svg+xml,{_SEAL}">'
            f'<meta name="color-scheme" content="light dark"><style>{style}</style>'
        ),
        "js": script.replace("TEXTS", json.dumps(texts.SCRIPT, ensure_ascii=False), 1),
        "footer_links": [],
        "show_error": False,
        "ssr_mode": False,
    }


def _silence() -> None:
    """Keep the page library from reporting its use, and from working out reports.

    It reads the first two when imported. After every event it would build a table of all events
    since the start, in the event's own time: the last makes that as good as never.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
