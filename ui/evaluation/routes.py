"""Addresses beside the page: whole reports, comparisons, and files to download."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rag.errors import WenBaoError
from ui.evaluation import texts
from ui.evaluation.problems import failure
from ui.evaluation.workbench import TEMPLATE_KINDS, InputError, Workbench
from ui.markup import escape

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

# Reports quote whatever the test set and the articles say: no script may run in them.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def add_routes(api: FastAPI, workbench: Workbench, path: str) -> None:
    """Add the addresses below `path` ("/eval"), and stop a run when the server stops."""
    from starlette.responses import RedirectResponse

    def onward(_: Request) -> Response:
        return RedirectResponse(path.rsplit("/", 1)[1] + "/")

    def report(request: Request) -> Response:
        name = request.path_params["name"]
        kind = request.query_params.get("as", "")
        if kind == "json":
            return _file(workbench.report_data(name).encode(), f"{name}.json")
        page = workbench.report_page(name)
        return _file(page.encode(), f"{name}.html") if kind == "html" else _page(page)

    def comparison(request: Request) -> Response:
        given = request.query_params
        return _page(workbench.comparison_page(given.get("before", ""), given.get("after", "")))

    def template(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in TEMPLATE_KINDS:
            raise InputError(texts.GONE)
        return _file(workbench.template(kind), texts.TEMPLATE_FILE.format(kind=kind))

    def draft(_: Request) -> Response:
        return _file(workbench.drafts(), texts.DRAFT_FILE)

    api.add_route(path, onward)
    api.add_route(f"{path}/reports/{{name:path}}", _explained(report))
    api.add_route(f"{path}/compare", _explained(comparison))
    api.add_route(f"{path}/template.{{kind}}", _explained(template))
    api.add_route(f"{path}/draft.xlsx", _explained(draft))
    _stop_with(api, workbench)


def _explained(act: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Return the act with its errors told in Chinese."""

    def endpoint(request: Request) -> Response:
        try:
            return act(request)
        except InputError as error:
            return _page(_sorry(str(error)), status=404)
        except WenBaoError as error:
            return _page(_sorry(failure(error) or texts.GONE), status=404)

    return endpoint


def _stop_with(api: FastAPI, workbench: Workbench) -> None:
    """Stop the run before what it asks is closed: what is finished stays, the rest can follow."""
    inner = api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with inner(app) as state:
            try:
                yield state
            finally:
                workbench.stop()

    api.router.lifespan_context = lifespan


def _page(content: str, *, status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(content, status_code=status, headers=_HEADERS)


def _file(content: bytes, name: str) -> Response:
    from starlette.responses import Response

    named = quote(name.replace("/", "-"))
    headers = {**_HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{named}"}
    return Response(content, media_type=_KINDS[name.rsplit(".", 1)[1]], headers=headers)


def _sorry(sentence: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{texts.ERROR_PAGE}</title></head>'
        f'<body style="margin:3rem 1.5rem;font:1.1rem/1.8 serif">'
        f"<p>{escape(sentence)}</p></body></html>"
    )
