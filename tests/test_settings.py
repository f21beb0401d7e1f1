"""Options as people write them: in the environment, on the command line, in wenbao.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings

WRITTEN = """today = 2023-12-16
question_log = "questions.jsonl"
[retrieval]
dense_weight = 0.5
[embedder]
query_prompt = "query: "
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    return tmp_path


def test_what_the_file_sets_can_be_unset_from_outside(folder, monkeypatch):
    (folder / "wenbao.toml").write_text(WRITTEN, encoding="utf-8")
    assert Settings.load().question_log == Path("questions.jsonl")
    monkeypatch.setenv("WENBAO_TODAY", "")
    monkeypatch.setenv("WENBAO_QUESTION_LOG", "")
    settings = Settings.with_options(["retrieval.dense_weight=", "embedder.query_prompt="])
    assert settings.today is None
    assert settings.question_log is None
    assert settings.retrieval.dense_weight is None
    # No prompt is another thing than the model's.
    assert settings.embedder.query_prompt == ""


@pytest.mark.parametrize("written", ["hub,wheels", " hub, wheels ", '["hub", "wheels"]'])
def test_a_list_is_written_with_commas_or_as_json(folder, monkeypatch, written):
    assert Settings.with_options([f"models.mirrors={written}"]).models.mirrors == ("hub", "wheels")
    monkeypatch.setenv("WENBAO_MODELS__MIRRORS", written)
    assert Settings.load().models.mirrors == ("hub", "wheels")


@pytest.mark.parametrize("written", ["hub,moon", '["hub"'])
def test_a_list_of_other_things_is_an_error(folder, monkeypatch, written):
    monkeypatch.setenv("WENBAO_MODELS__MIRRORS", written)
    with pytest.raises(SettingsError, match=r"models\.mirrors.*'hub-mirror'"):
        Settings.load()


def test_folders_and_files_at_home_lie_at_home(folder, monkeypatch):
    (folder / "wenbao.toml").write_text('collection = "~/news"', encoding="utf-8")
    monkeypatch.setenv("WENBAO_QUESTION_LOG", "~/log.jsonl")
    settings = Settings.with_options(["models.folder=~/models"])
    home = folder / "home"
    assert settings.collection == home / "news"
    assert settings.question_log == home / "log.jsonl"
    assert settings.models.folder == home / "models"
    # As in a shell: nobody of this name has a home.
    assert Settings.load(collection="~nobody-here").collection == Path("~nobody-here")


def test_a_settings_file_may_begin_with_a_byte_order_mark(folder):
    (folder / "wenbao.toml").write_text('collection = "合集"', encoding="utf-8-sig")
    assert Settings.load().collection == Path("合集")


@pytest.mark.parametrize("given", [{"retreival": {"k": 4}}, {"retrieval": {"depth": 4}}])
def test_a_name_that_is_none_is_said_to_be_none(folder, given):
    with pytest.raises(SettingsError, match="→ there is no such setting"):
        Settings.load(**given)
