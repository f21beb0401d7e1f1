"""Files of every kind into a collection, without a model."""

from __future__ import annotations

import json
import os
import sys

import pytest

from rag.corpus import extras
from rag.errors import CorpusError
from rag.index.collection import Collection
from rag.ingest import ingest
from rag.settings import Settings
from tests.corpus.documents import Printed, column, packed, pdf
from tests.support.collections import HashingEmbedder

SNOW = "雪后初晴\n\n本报讯（记者 陈立）昨日雪后初晴，环卫工人清理了道路上的积雪，主干道恢复通行。\n"
MARKET = "菜市场开张\n\n本报讯（记者 贺青山）河西菜市场昨日重新开张，摊位由96个增加到138个。\n"
FERRY = "老渡口变身驿站\n\n本报讯（记者 林知夏）停航多年的石矶渡口近日变身驿站，首月接待7600人。\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "报纸").mkdir()
    return tmp_path / "报纸"


@pytest.fixture
def embedder():
    return HashingEmbedder()


@pytest.fixture
def collection(tmp_path, embedder):
    with Collection.open(tmp_path / "collection", Settings(), embedder) as opened:
        yield opened


def sources(collection):
    return sorted(article.source for article in collection.articles())


def pack(folder, **members):
    content = {f"{name}.txt": text.encode() for name, text in members.items()}
    (folder / "四月.zip").write_bytes(packed(content))


def test_members_of_an_archive_come_stay_and_go_as_files_do(folder, collection, embedder):
    pack(folder, snow=SNOW, market=MARKET)
    first = ingest(collection, [folder])
    assert first.added == 2
    assert sources(collection) == ["报纸/四月.zip/market.txt", "报纸/四月.zip/snow.txt"]
    embedded = len(embedder.embedded)
    again = ingest(collection, [folder])
    assert (again.added, again.unchanged, again.removed) == (0, 2, 0)
    pack(folder, snow=SNOW, ferry=FERRY)
    changed = ingest(collection, [folder])
    assert (changed.added, changed.unchanged, changed.removed) == (1, 1, 1)
    assert len(embedder.embedded) > embedded
    assert sources(collection) == ["报纸/四月.zip/ferry.txt", "报纸/四月.zip/snow.txt"]
    (folder / "四月.zip").write_bytes(b"PK damaged")
    broken = ingest(collection, [folder])
    assert "四月.zip" in broken.dropped[0].reason
    assert len(sources(collection)) == 2
    (folder / "四月.zip").unlink()
    (folder / "a.txt").write_text(SNOW, encoding="utf-8")
    ingest(collection, [folder])
    assert sources(collection) == ["报纸/a.txt"]


def test_files_of_every_format_are_taken_and_bad_ones_reported(folder, collection):
    (folder / "a.txt").write_bytes(SNOW.encode("gb18030"))
    title, text = MARKET.split("\n\n")
    (folder / "b.html").write_text(f"<h1>{title}</h1><p>{text}</p>", encoding="utf-8")
    title, text = FERRY.strip().split("\n\n")
    page = [Printed(title, 30, 30, 24), *column(text, 30, 80, 30)]
    (folder / "c.pdf").write_bytes(pdf([page]))
    (folder / "d.docx").write_bytes(b"no Word file")
    report = ingest(collection, [folder])
    assert sources(collection) == ["报纸/a.txt", "报纸/b.html", "报纸/c.pdf"]
    assert ["d.docx" in problem.source for problem in report.dropped] == [True]
    assert "save it again" in report.dropped[0].reason


def test_a_missing_extra_is_reported_and_the_file_is_read_once_it_is_there(
    folder, collection, monkeypatch
):
    title, text = FERRY.strip().split("\n\n")
    content = pdf([[Printed(title, 30, 30, 24), *column(text, 30, 80, 30)]])
    (folder / "四月.zip").write_bytes(packed({"a.txt": SNOW.encode(), "c.pdf": content}))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pypdfium2", None)
        without.setattr("rag.corpus.readers.is_installed", lambda module: False)
        report = ingest(collection, [folder])
    assert extras.pip_line("formats") in report.dropped[0].reason
    assert report.dropped[0].source == "报纸/四月.zip/c.pdf"
    assert ingest(collection, [folder]).added == 1
    assert len(sources(collection)) == 2


def test_reprints_are_named_and_kept(folder, collection):
    (folder / "2024-04-18.txt").write_text(FERRY + "\n\n\n" + MARKET, encoding="utf-8")
    ingest(collection, [folder])
    (folder / "2024-04-20.txt").write_text(FERRY.replace("驿站\n", "骑行驿站\n"), encoding="utf-8")
    report = ingest(collection, [folder])
    (problem,) = report.doubted
    assert problem.source == "报纸/2024-04-20.txt"
    assert "reprint" in problem.reason
    assert "老渡口变身驿站 (报纸/2024-04-18.txt)" in problem.reason
    assert len(collection.articles()) == 3
    assert ingest(collection, [folder]).doubted == ()


def test_halves_of_characters_in_an_export_end_no_ingestion(folder, collection):
    (folder / "a.txt").write_text(SNOW, encoding="utf-8")
    names = ("title", "text", "author", "source", "url", "kicker")
    row = dict.fromkeys(names, "菜市场重新开张\ud83d")
    (folder / "b.jsonl").write_text(json.dumps(row), encoding="ascii")
    assert ingest(collection, [folder]).added == 2
    assert "菜市场重新开张\ufffd" in [article.text for article in collection.articles()]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", ["城东区报.txt", "城东区报.bak"])
def test_a_file_named_in_another_encoding_is_reported(folder, collection, name):
    (folder / "a.txt").write_text(SNOW, encoding="utf-8")
    (folder / os.fsdecode(name.encode("gb18030"))).write_text(MARKET, encoding="utf-8")
    report = ingest(collection, [folder])
    assert sources(collection) == ["报纸/a.txt"]
    (problem,) = report.dropped
    assert f"{problem.source}{problem.reason}".encode()


def test_nothing_to_read_is_an_error(folder, collection):
    (folder / "a.docx").write_bytes(b"no Word file")
    with pytest.raises(CorpusError, match=r"a\.docx"):
        ingest(collection, [folder])
