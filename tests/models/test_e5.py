from __future__ import annotations

import json
import shutil

import pytest

from rag.errors import ModelError
from rag.models import e5_folder
from rag.models.catalogue import find_model
from rag.models.e5 import PackedE5
from rag.models.e5_folder import damaged_files, is_current
from rag.models.weights import fetch, model_path
from rag.settings import Settings

E5 = find_model("multilingual-e5-small-zh")


@pytest.fixture(scope="module")
def folder():
    path = model_path(E5, Settings.load().models)
    assert path is not None, "run `wenbao models fetch` first"
    return path


@pytest.fixture(scope="module")
def tokenizer(folder):
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.mark.parametrize("content", [b"", b"GGUF" + b"\0" * 100, b"E5S1" + b"\0" * 20])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a packed e5 model"):
        PackedE5(path)


def test_a_folder_without_manifest_is_not_current(tmp_path):
    assert not is_current(E5, tmp_path)
    for manifest in ("", "[]", "{}", '{"files": 1}'):
        (tmp_path / e5_folder.MANIFEST).write_text(manifest)
        assert not is_current(E5, tmp_path)


@pytest.mark.model
def test_digits_and_names_stay_whole_and_nothing_is_unknown(tokenizer):
    text = "12月16日,G312国道通车,全长25000米,投资3.5亿元,惠及乡镇〇八个。"
    encoding = tokenizer.encode(text)
    assert "<unk>" not in encoding.tokens
    assert {"▁12", "16", "3.5"} <= set(encoding.tokens)
    assert tokenizer.decode(encoding.ids) == text


@pytest.mark.model
def test_full_width_forms_are_folded_except_the_tilde(tokenizer):
    assert tokenizer.encode("ＡＢ１２").ids == tokenizer.encode("AB12").ids
    assert tokenizer.encode("甲～乙").ids != tokenizer.encode("甲~乙").ids


@pytest.mark.model
def test_a_newer_converter_rebuilds_without_downloading(tmp_path, monkeypatch):
    source = Settings.load().models
    models = source.model_copy(update={"folder": tmp_path, "mirrors": ()})
    shutil.copy(source.folder / E5.file, tmp_path / E5.file)
    (tmp_path / f".{E5.name}.building").mkdir()
    (tmp_path / f".{E5.name}.building" / "left by a killed process").touch()
    folder = fetch(E5, models)
    assert damaged_files(folder) == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == sorted(
        [E5.file, E5.name]
    )
    monkeypatch.setattr(e5_folder, "CONVERTER", e5_folder.CONVERTER + 1)
    assert model_path(E5, models) is None
    assert fetch(E5, models) == folder
    manifest = json.loads((folder / e5_folder.MANIFEST).read_text("utf-8"))
    assert manifest["converter"] == e5_folder.CONVERTER
    (folder / "onnx" / "model_int8.onnx").write_bytes(b"")
    assert model_path(E5, models) is None


@pytest.mark.model
def test_a_damaged_download_is_never_converted(tmp_path):
    models = Settings.load().models.model_copy(update={"folder": tmp_path, "mirrors": ()})
    with (tmp_path / E5.file).open("wb") as file:
        file.truncate(E5.size)
    with pytest.raises(ModelError, match="damaged and has been deleted"):
        fetch(E5, models)
    assert not (tmp_path / E5.file).exists()
