from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from rag.models.catalogue import HubFile, Model, ModelKind, Wheels
from rag.models.embedder import Embedder, load_embedder
from rag.settings import ModelsSettings, Settings

CONTENT = b"".join(f"{number:07d}\n".encode() for number in range(400_000))
PATH = "/news/tiny/resolve/main/tiny.gguf"


@dataclass
class Hub:
    """A model hub on this machine whose manners a test chooses."""

    url: str
    files: dict[str, bytes] = field(default_factory=lambda: {PATH: CONTENT})
    ranges: bool = True
    announce_length: bool = True
    cut_after: list[int] = field(default_factory=list)
    redirect: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        hub: Hub = self.server.hub  # type: ignore[attr-defined]
        wanted = self.headers.get("Range")
        hub.requests.append((self.path, wanted))
        if self.path in hub.redirect:
            self.send_response(302)
            self.send_header("Location", hub.redirect[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = hub.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if hub.announce_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        self.wfile.write(rest[: hub.cut_after.pop(0)] if hub.cut_after else rest)

    def log_message(self, *arguments: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.hub = Hub(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.hub  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def models(tmp_path, hub, monkeypatch) -> ModelsSettings:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return ModelsSettings(
        folder=tmp_path / "models", hub=hub.url, hub_mirror="http://127.0.0.1:9", connect_timeout=1
    )


def make_model(
    content: bytes = CONTENT, wheels: Wheels | None = None, *, hub: bool = True
) -> Model:
    return Model(
        name="tiny",
        kind=ModelKind.GENERATOR,
        publisher="news/tiny",
        licence="MIT",
        file="tiny.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        hub=HubFile("news/tiny", "tiny.gguf") if hub else None,
        wheels=wheels,
    )


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(Settings.load())
