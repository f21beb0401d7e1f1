from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models import reader as reader_module
from rag.models.adapters import READER, Adapter
from rag.models.catalogue import find_model
from rag.models.reader import BASE, Reader, load_reader
from rag.settings import Settings

pytestmark = pytest.mark.model

HEADLINE = "为老旧小区装上“电子哨兵”"
INSTALLED = "4月8日,东湖派出所联合和平社区为12个老旧小区安装烟感器3200个,投入资金25.6万元。"
CHIEF = "东湖派出所所长赵立新介绍,今年一季度辖区火警同比下降30%。"
MARKET = "4月9日,运河早市整体搬迁至文化广场北侧,首日迎客1.8万人次。"


@pytest.fixture(scope="module")
def reader() -> Reader:
    loaded = load_reader(Settings.load())
    assert loaded is not None, "run `wenbao models fetch`"
    return loaded


@pytest.mark.parametrize(
    ("question", "right", "answer"),
    [
        ("一共安装了多少个烟感器?", INSTALLED, "3200"),
        ("东湖派出所的所长是谁?", CHIEF, "赵立新"),
        ("运河早市搬到了哪里?", MARKET, "文化广场北侧"),
    ],
)
def test_the_passage_that_answers_is_told_from_its_neighbours(
    reader: Reader, question: str, right: str, answer: str
) -> None:
    texts = [INSTALLED, CHIEF, MARKET]
    judged = dict(zip(texts, reader.judge(question, [(HEADLINE, t) for t in texts]), strict=True))

    others = [judged[text].relevance for text in texts if text != right]
    assert judged[right].relevance > max(others) + 1
    start, end = judged[right].answer
    assert answer in right[start:end]
    assert 0 < judged[right].certainty <= 1


def test_a_question_that_no_passage_answers_finds_none_likely(reader: Reader) -> None:
    judged = reader.judge(
        "今年有多少名大学生入伍?", [(HEADLINE, INSTALLED), ("", CHIEF), ("早市", MARKET)]
    )
    assert all(one.relevance < 0 for one in judged)


def test_answers_lie_in_the_text_and_not_in_the_headline(reader: Reader) -> None:
    for text in (INSTALLED, "。", "共1个"):
        start, end = reader.judge("安装了什么?", [(HEADLINE, text)])[0].answer
        assert 0 <= start <= end <= len(text)


def test_judgements_do_not_depend_on_the_order(reader: Reader) -> None:
    texts = [INSTALLED, CHIEF, MARKET, INSTALLED + CHIEF, MARKET * 2]
    question = "投入了多少资金?"
    there = reader.judge(question, [(HEADLINE, text) for text in texts])
    back = reader.judge(question, [(HEADLINE, text) for text in reversed(texts)])

    assert [one.answer for one in there] == [one.answer for one in reversed(back)]
    assert [one.relevance for one in there] == pytest.approx(
        [one.relevance for one in reversed(back)], abs=0.3
    )


def test_nothing_and_very_long_texts_can_be_judged(reader: Reader) -> None:
    assert reader.judge("谁?", []) == []
    long = reader.judge("问" * 2000, [("题" * 500, "文" * 5000)])[0]
    assert long.answer.end <= 5000
    assert reader.judge("\ud800?", [("", "\ud800")])[0].answer.end <= 1


def test_without_the_embedder_s_file_there_is_no_reader(tmp_path: Path) -> None:
    assert load_reader(Settings.load(models={"folder": tmp_path})) is None


def test_another_adapter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _models(tmp_path)
    monkeypatch.setattr(reader_module, "READER", Adapter(READER.file, "0" * 64))
    with pytest.raises(ModelError, match="install WenBao again"):
        load_reader(settings)


def test_a_folder_of_another_version_or_without_a_file_is_made_anew(tmp_path: Path) -> None:
    settings = _models(tmp_path)
    assert load_reader(settings) is not None
    folder = tmp_path / "reader-zh"
    (folder / "reader_int8.onnx").unlink()
    assert load_reader(settings) is not None
    (folder / "manifest.json").write_text('{"version": 0, "files": {}}')
    assert load_reader(settings) is not None
    assert '"version": 0' not in (folder / "manifest.json").read_text()


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    settings = _models(tmp_path)
    load_reader(settings)
    graph = tmp_path / "reader-zh" / "reader_int8.onnx"
    graph.write_bytes(bytes(graph.stat().st_size))
    with pytest.raises(ModelError, match="wenbao models fetch"):
        load_reader(settings)


def _models(folder: Path) -> Settings:
    file = find_model(BASE).file
    there = Settings.load().models.folder / file
    try:
        (folder / file).hardlink_to(there)
    except OSError:
        shutil.copyfile(there, folder / file)
    return Settings.load(models={"folder": folder})
