"""Slips of the keyboard are mended where the collection shows what was meant, and only there."""

from __future__ import annotations

import pytest

from rag.chinese.readings import homophones
from rag.index.spelling import mend
from tests.support.collections import article, source_file

TOWN = article(
    "古城夜游开放",
    "凤凰古城夜游线路开放，凤凰古城接待游客三万人，经济危机的影响减弱。",
    "区长李超鲲鹏介绍，凤凰古城将增加夜游班次，六大工程开工，企业有信心，工业增长。",
    source="古城.txt",
)


@pytest.fixture
def town(collection):
    collection.update([source_file(TOWN, source="古城.txt")])
    return collection.snapshot()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("凤皇古城什么时候开放", "凤凰古城什么时候开放"),
        ("经济危记的影响", "经济危机的影响"),
        ("李超坤鹏介绍了什么", "李超鲲鹏介绍了什么"),
        # 工业有 is in the collection too, but 成 and 业 do not sound alike.
        ("六大工成有哪些", "六大工程有哪些"),
        # A wrong key: nothing that sounds alike fits, and only one thing fits at all.
        ("李超猫鹏介绍了什么", "李超鲲鹏介绍了什么"),
    ],
)
def test_a_wrong_character_is_mended(town, typed, meant):
    assert town.mended(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "凤凰古城什么时候开放？",
        "谁介绍了危机的影响？",
        "张晓炜是谁？",
        "第２季度ＧＤＰ增长多少？",
        "",
        "？？",
        "a",
        "鳳凰古城夜遊",
    ],
)
def test_what_is_found_or_cannot_be_known_stays_as_typed(town, question):
    assert town.mended(question) == question


def test_a_slip_is_found_like_what_was_meant(town):
    assert town.lexical("凤皇古城", 5) == town.lexical("凤凰古城", 5)


def test_a_collection_mends_by_its_own_wording_only(town, tmp_path, settings, embedder):
    from rag.index.collection import Collection

    with Collection.open(tmp_path / "other", settings, embedder) as other:
        other.update([source_file(article("地方志", "坤鹏路位于城东，李超写过坤鹏路。"))])
        assert other.snapshot().mended("坤鹏路") == "坤鹏路"
        assert other.snapshot().mended("李超坤鹏") == "李超坤鹏"
    assert town.mended("李超坤鹏") == "李超鲲鹏"


def test_a_long_text_is_not_looked_through():
    def never(pair):
        raise AssertionError(pair)

    text = "危记" * 200
    assert mend(text, never, never) == text


def test_the_same_sounds_are_known_with_what_is_often_confused():
    assert "凰" in homophones("皇")
    assert "鲲" in homophones("坤")
    assert "重" in homophones("众")
    assert "长" in homophones("常")
    assert "长" in homophones("涨")
    # z and zh, in and ing.
    assert "站" in homophones("赞")
    assert "鹰" in homophones("因")
    assert homophones("a") == ""
