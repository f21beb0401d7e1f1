"""The pages as an application: build the chat page, or mount both beside other routes.

The page library takes seconds to import, so `ui.page` is imported when a page is built.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from rag.errors import WenBaoError
from rag.evaluation.run import RUNS, Askable
from ui import texts
from ui.chat import ChatAssistant

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

_Made = TypeVar("_Made")

_HERE = Path(__file__).parent
_EVALUATION = "eval"
_MOST_UPLOADED = "20mb"
_SEAL = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<rect width='32' height='32' rx='4' fill='%23a8281c'/><text x='16' y='23.5' fill='white' "
    "font-size='21' text-anchor='middle' font-family='serif'>报</text></svg>"
)


class PageAssistant(ChatAssistant, Askable, Protocol):
    """What the pages need of an assistant: the chat page answers, the evaluation page searches."""


def build(
    assistant: ChatAssistant | WenBaoError,
    *,
    examples: Sequence[str] | None = None,
    feedback: Path | None = None,
    concurrency: int = 4,
    evaluation: str = "",
) -> gr.Blocks:
    """Return the chat page for an assistant.

    Args:
        assistant: what answers; or the error that kept it from opening, which the page then
            explains with the command that mends it.
        examples: questions offered at the start; None makes them from the articles.
        feedback: file that ratings are appended to; None: beside the collection's folder.
        concurrency: answers written at the same time; further questions wait in line.
        evaluation: address of the evaluation page, linked from this one; empty: there is none.
    """
    _silence()
    from ui.page import chat_page, closed_page

    if isinstance(assistant, WenBaoError):
        return _in_a_loop(partial(closed_page, assistant))
    return _in_a_loop(
        partial(
            chat_page,
            assistant,
            examples=examples,
            feedback=feedback,
            concurrency=concurrency,
            evaluation=evaluation,
        )
    )


def mount(
    api: FastAPI,
    assistant: PageAssistant | WenBaoError,
    path: str = "/",
    *,
    runs: Path = RUNS,
    **options: Any,
) -> FastAPI:
    """Return the application with the chat page at `path` and the evaluation page below it.

    `runs` is the folder of evaluation runs; `options` are those of `build`. Routes of the
    application must be added before: at "/" the page takes all that is left.
    """
    _silence()
    return _in_a_loop(lambda: _mount(api, assistant, path, runs, options))


def _mount(
    api: FastAPI,
    assistant: PageAssistant | WenBaoError,
    path: str,
    runs: Path,
    options: dict[str, Any],
) -> FastAPI:
    import gradio as gr

    if not isinstance(assistant, WenBaoError):
        from ui.evaluation.page import evaluation_page
        from ui.evaluation.routes import add_routes
        from ui.evaluation.workbench import Workbench

        below = f"{path.rstrip('/')}/{_EVALUATION}"
        workbench = Workbench(assistant, runs)
        # An application of its own: what is loaded for the chat does not grow by this page.
        add_routes(api, workbench, below)
        gr.mount_gradio_app(
            api,
            evaluation_page(workbench),
            below,
            max_file_size=_MOST_UPLOADED,
            **look("evaluation"),
        )
        options["evaluation"] = f"{_EVALUATION}/"
    mounted: FastAPI = gr.mount_gradio_app(api, build(assistant, **options), path, **look())
    return mounted


def look(page: Literal["page", "evaluation"] = "page") -> dict[str, Any]:
    """Return the theme, style, script and head for `mount_gradio_app` or `launch`."""
    _silence()
    import gradio as gr

    from ui.page import STORAGE

    sans = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    sheets = ["style.css", *(["evaluation.css"] if page == "evaluation" else []), "print.css"]
    style = "".join(map(_read, sheets))
    said = json.dumps(texts.SCRIPT, ensure_ascii=False)
    return {
        "theme": gr.themes.Base(font=sans, font_mono=["ui-monospace", "monospace"]),
        # In the head and not in `css`, whose rules the library rewrites below its own root.
        "head": (
            f'<link rel="icon" href="data:image/svg+xml,{_SEAL}">'
            f'<meta name="color-scheme" content="light dark"><style>{style}</style>'
            + (f"<script>({_read('tabs.js')})('{STORAGE}');</script>" if page == "page" else "")
        ),
        "js": f"() => [{_read('common.js')}, {_read(f'{page}.js')}].forEach((act) => act({said}))",
        "footer_links": [],
        "show_error": False,
        "ssr_mode": False,
    }


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").strip()


def _in_a_loop(make: Callable[[], _Made]) -> _Made:
    """Return what `make` makes, inside an event loop that is closed again.

    Outside of one, the page library opens several that nobody closes.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        loop = asyncio.new_event_loop()
    else:
        return make()

    async def made() -> _Made:
        return make()

    try:
        return loop.run_until_complete(made())
    finally:
        loop.close()


def _silence() -> None:
    """Keep the page library from reporting its use, and from working out reports.

    It reads the first two when imported. After every event it would build a table of all events
    since the start, in the event's own time: the last makes that as good as never.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
