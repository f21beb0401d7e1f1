import io
import zipfile

import pytest

from rag.corpus import archives
from rag.corpus.readers import read_path
from rag.errors import CorpusError
from tests.corpus.documents import packed

SNOW = "雪后初晴\n\n本报讯（记者 陈立）昨日雪后初晴，环卫工人清理了道路上的积雪。\n"
MARKET = "菜市场开张\n\n本报讯（记者 贺青山）河西菜市场昨日重新开张，摊位增加到138个。\n"


def read(tmp_path, content, name="报纸.zip"):
    file = tmp_path / name
    file.write_bytes(content)
    return read_path(file, tmp_path)


def reasons(result):
    return {problem.source: problem.reason for problem in result.dropped}


def test_every_member_is_a_file_of_its_own(tmp_path):
    content = packed(
        {
            "要闻/2024-04-18.txt": SNOW.encode("gb18030"),
            "民生/市场.html": f"<h1>菜市场开张</h1><p>{MARKET.split()[1]}</p>".encode(),
            "民生/照片.jpg": b"\xff\xd8",
            "民生/空.txt": b"",
            "__MACOSX/._a.txt": b"x",
            ".hidden.txt": b"x",
        }
    )
    result = read(tmp_path, content)
    found = {article.source: article for article in result.articles}
    assert set(found) == {"报纸.zip/要闻/2024-04-18.txt", "报纸.zip/民生/市场.html"}
    snow = found["报纸.zip/要闻/2024-04-18.txt"]
    assert (snow.headline, str(snow.published)) == ("雪后初晴", "2024-04-18")
    assert "unknown format .jpg" in reasons(result)["报纸.zip/民生/照片.jpg"]
    assert "empty" in reasons(result)["报纸.zip/民生/空.txt"]
    assert len(result.dropped) == 2


def test_names_in_gb18030_are_read(tmp_path):
    content = packed({"placeholder-x.txt": SNOW.encode()})
    name = "雪后新闻报道.txt".encode("gb18030")
    assert len(name) == len(b"placeholder-x.txt") - 1
    content = content.replace(b"placeholder-x.txt", b"a" + name)
    (article,) = read(tmp_path, content).articles
    assert article.source == "报纸.zip/a雪后新闻报道.txt"


@pytest.mark.parametrize(
    "name", ["../../etc/news.txt", "/etc/news.txt", "C:/news.txt", "a/../../b.txt"]
)
def test_a_path_that_leads_out_is_refused(tmp_path, name):
    result = read(tmp_path, packed({name: SNOW.encode(), "b.txt": MARKET.encode()}))
    assert [article.source for article in result.articles] == ["报纸.zip/b.txt"]
    (problem,) = result.dropped
    assert "leads out" in problem.reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["报纸.zip"]


def test_an_archive_inside_is_reported(tmp_path):
    inner = packed({"a.txt": SNOW.encode()})
    result = read(tmp_path, packed({"inner.zip": inner, "b.txt": MARKET.encode()}))
    assert len(result.articles) == 1
    assert "archive inside" in reasons(result)["报纸.zip/inner.zip"]


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MEMBER_BYTES", 100_000)
    result = read(tmp_path, packed({"bomb.txt": b"0" * 5_000_000, "b.txt": MARKET.encode()}))
    assert [article.headline for article in result.articles] == ["菜市场开张"]
    assert "more than 100000 bytes" in reasons(result)["报纸.zip/bomb.txt"]
    monkeypatch.setattr(archives, "MEMBERS", 1)
    with pytest.raises(CorpusError, match="2 files"):
        read(tmp_path, packed({"a.txt": b"1", "b.txt": b"2"}))


def test_all_members_together_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "TOTAL_BYTES", len(SNOW.encode()) + 10)
    result = read(tmp_path, packed({"a.txt": SNOW.encode(), "b.txt": MARKET.encode()}))
    assert [article.source for article in result.articles] == ["报纸.zip/a.txt"]
    assert "unpacks to more" in reasons(result)["报纸.zip/b.txt"]


def test_encrypted_and_damaged_members_are_reported(tmp_path):
    content = bytearray(packed({"a.txt": SNOW.encode() * 3, "b.txt": MARKET.encode()}))
    with zipfile.ZipFile(tmp_path / "whole.zip", "w"):
        pass
    at = content.index(b"a.txt") + len("a.txt") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    result = read(tmp_path, bytes(content))
    assert "damaged" in reasons(result)["报纸.zip/a.txt"]
    assert len(result.articles) == 1
    locked = packed({"a.txt": SNOW.encode()})
    flag = locked.index(b"PK\x01\x02") + 8
    locked = locked[:flag] + b"\x01" + locked[flag + 1 :]
    assert "encrypted" in reasons(read(tmp_path, locked))["报纸.zip/a.txt"]


def test_what_is_no_archive_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.zip"):
        read(tmp_path, b"PK\x03\x04 and nothing more", "a.zip")


def test_a_member_that_fails_in_its_own_way_is_reported(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", SNOW * 9)
        archive.writestr("b.txt", MARKET)
        archive.writestr(".", MARKET)
    content = bytearray(out.getvalue())
    at = content.index(b"a.txt") + len("a.txt") + 4
    content[at : at + 5] = b"\xff" * 5
    result = read(tmp_path, bytes(content))
    assert [article.source for article in result.articles] == ["报纸.zip/b.txt"]
    assert "damaged" in reasons(result)["报纸.zip/a.txt"]
