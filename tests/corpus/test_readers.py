import random
from datetime import date
from pathlib import Path

import pytest

from rag.corpus.encodings import decode
from rag.corpus.readers import find_files, read_content, read_path
from rag.errors import CorpusError
from tests.corpus.documents import column, packed, pdf
from tests.corpus.test_word import docx_of
from tests.corpus.test_workbook import xlsx_of

TEXT = "雪后初晴\n\n本报讯（记者 陈立）昨日雪后初晴，环卫工人清理了道路上的积雪。\n"
TRADITIONAL = "雪後初晴\n\n本報訊（記者 陳立）昨日雪後初晴，環衛工人清理了道路上的積雪。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TEXT, "utf-8"),
        (TEXT, "utf-8-sig"),
        (TEXT, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5"),
        (TEXT, "utf-16"),
    ],
)
def test_chinese_encodings(text, encoding):
    assert decode(text.encode(encoding), "a.txt") == text


def test_what_is_no_text_is_named(tmp_path):
    for name, data in {"nul.txt": b"a\0b", "noise.txt": bytes(range(128, 256)) * 9}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(CorpusError, match=name):
            read_path(tmp_path / name)


@pytest.mark.parametrize(("name", "data"), [("a.txt", ""), ("b.txt", " \n\f\n"), ("c.xyz", "文")])
def test_a_file_without_articles_is_an_error(tmp_path, name, data):
    (tmp_path / name).write_text(data, encoding="utf-8")
    with pytest.raises(CorpusError, match=name):
        read_path(tmp_path / name)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match=r"gone\.txt"):
        read_path(tmp_path / "gone.txt")
    with pytest.raises(CorpusError, match=r"gone\.txt"):
        find_files([tmp_path / "gone.txt"])


def test_files_are_found_sorted_each_once_hidden_ones_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "paper"
    (folder / "b").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("z.txt", "b/a.md", ".secret.txt", ".hidden/x.txt", "b/photo.jpg"):
        (folder / name).write_text("文", encoding="utf-8")
    (folder / "b" / "loop").symlink_to(folder)
    found = find_files([folder, folder / "z.txt"])
    assert [file.source for file in found.files] == ["paper/b/a.md", "paper/z.txt"]
    assert [(problem.source, "unknown format" in problem.reason) for problem in found.dropped] == [
        ("paper/b/photo.jpg", True)
    ]
    assert found.scope == (folder.as_posix(), (folder / "z.txt").as_posix())


def test_files_of_one_name_in_two_places_are_told_apart(tmp_path, monkeypatch):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "news.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "a")
    found = find_files([Path("news.txt"), tmp_path / "b" / "news.txt"])
    assert [file.source for file in found.files] == [
        "news.txt",
        (tmp_path / "b" / "news.txt").as_posix(),
    ]
    again = find_files([tmp_path / "a" / "news.txt", Path("..") / "b"])
    assert {file.source for file in again.files} == {file.source for file in found.files}


def test_a_path_counts_from_the_root(tmp_path):
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "2023-12-20.txt"
    file.write_text(TEXT, encoding="utf-8")
    (article,) = read_path(file, tmp_path).articles
    assert article.source == "a/2023-12-20.txt"
    assert article.published == date(2023, 12, 20)
    assert not article.published_inferred
    assert read_path(file).articles[0].source == file.as_posix()
    assert read_path(file, source="x").articles[0].source == "x"


def test_byte_order_mark_and_control_characters_leave_no_trace(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(("\ufeff" + TEXT.replace("雪后", "雪\u200b后\x07")).encode())
    (article,) = read_path(file).articles
    assert article.headline == "雪后初晴"
    assert "昨日雪后初晴" in article.text


def damaged(data: bytes) -> list[bytes]:
    """Copies with bytes altered or cut off at places spread over the whole file."""
    chance = random.Random(7)
    copies = [data[: len(data) * part // 8] for part in range(1, 8)]
    for _ in range(40):
        copy = bytearray(data)
        for _ in range(chance.randrange(1, 12)):
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        copies.append(bytes(copy))
    return copies


@pytest.mark.parametrize("suffix", [".docx", ".html", ".pdf", ".xlsx", ".zip"])
def test_a_damaged_file_is_read_or_named_but_stops_nothing(suffix):
    page = f"<h1>雪后初晴</h1><p>{TEXT.split()[-1]}</p>".encode()
    whole = {
        ".docx": docx_of(("雪后初晴", "Heading 1"), TEXT),
        ".html": page,
        ".pdf": pdf([column(TEXT, 30, 30, 30)]),
        ".xlsx": xlsx_of(表=[("标题", "正文"), ("雪后初晴", TEXT)]),
        ".zip": packed({"a.txt": TEXT.encode(), "b.html": page}),
    }[suffix]
    assert read_content(whole, f"a{suffix}").articles
    for copy in damaged(whole):
        try:
            read_content(copy, f"a{suffix}")
        except CorpusError as error:
            assert error.remedy
