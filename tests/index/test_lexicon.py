"""A collection learns the words of its newspaper, keeps them, and does not lend them to others."""

from __future__ import annotations

import sqlite3

import pytest

from rag.index.collection import Collection
from rag.index.generation import generation_folder
from rag.index.lexicon import FILE_NAME, Lexicon, terms_of
from rag.retrieval.wording import question_wording
from tests.support.collections import MARKET, PLAYGROUND, SNOW, article, source_file


@pytest.fixture
def filled(collection):
    collection.update([source_file(SNOW, PLAYGROUND, MARKET)])
    return collection


def lexicon_file(collection):
    return generation_folder(collection.folder, collection.generation()) / FILE_NAME


def test_reporters_quoted_terms_and_holders_of_offices_are_learnt():
    assert "三个一" in terms_of(PLAYGROUND)
    one = article(
        "读书节开幕",
        "区长李超鲲鹏出席，推出“线上+线下”活动和《运河谣》。他说：“今天天气很好，我们要多读书，读好书。”",
        byline=("臧赫赫",),
    )
    found = terms_of(one)
    assert {"李超鲲鹏", "线上+线下", "运河谣", "臧赫赫"} <= found
    # What somebody says is no term, and neither is a word that the cutter knows.
    assert not any("天气" in term for term in found)
    assert terms_of(article("通知", "“春天”到了。")) == set()


def test_a_term_of_empty_words_is_found_and_named_as_printed(filled):
    snapshot = filled.snapshot()
    wording = question_wording("三个一是什么", snapshot)
    assert wording.words == ("3个一",)
    assert wording.matched("“3个一”训练法") == ("三个一",)
    best, _ = snapshot.lexical("三个一是什么", 1)[0]
    assert "三个一" in filled.passages([best])[best].text


def test_the_same_articles_teach_the_same_words_in_any_order(filled, tmp_path, settings, embedder):
    with Collection.open(tmp_path / "other", settings, embedder) as other:
        for number, one in enumerate((MARKET, SNOW, PLAYGROUND)):
            other.update([source_file(one, source=f"{number}.txt")])
        other.update([source_file(article("通知", "“新闻哥”来了。"), source="通知.txt")])
        assert "新闻哥" in lexicon_file(other).read_text(encoding="utf-8")
        other.remove("通知.txt")
        assert lexicon_file(other).read_bytes() == lexicon_file(filled).read_bytes()


def test_collections_of_one_process_do_not_share_words(filled, tmp_path, settings, embedder):
    with Collection.open(tmp_path / "other", settings, embedder) as other:
        other.update([source_file(article("足球", "三个一起训练的孩子。"))])
        assert other.snapshot().lexicon.find("3个一是什么") == []
    assert filled.snapshot().lexicon.find("3个一是什么") == ["3个一"]


def test_a_collection_of_before_learns_with_its_next_change(filled, settings, embedder):
    folder = filled.folder
    lexicon_file(filled).unlink()
    filled.close()
    with sqlite3.connect(folder / "catalogue.sqlite") as connection:
        connection.execute("DROP TABLE terms")
        connection.execute("DELETE FROM files WHERE name = ?", (FILE_NAME,))
    connection.close()
    with Collection.open(folder, settings, embedder) as again:
        assert len(again.snapshot().lexicon) == 0
        assert again.check() == []
        again.update([source_file(article("通知", "停水。"), source="通知.txt")])
        assert "三个一" in lexicon_file(again).read_text(encoding="utf-8")


def test_a_lexicon_takes_the_longest_term_at_each_place(tmp_path):
    lexicon = Lexicon(["融创", "融创益家", "商居联盟", "ＡＢ计划"])
    assert lexicon.find("融创益家与商居联盟的ab计划") == ["融创益家", "商居联盟", "ab计划"]
    assert lexicon.printed("ab计划") == "ＡＢ计划"
    assert lexicon.find("") == lexicon.find("融") == []
    lexicon.save(tmp_path / FILE_NAME)
    assert Lexicon.load(tmp_path / FILE_NAME).find("融创益家") == ["融创益家"]
    assert len(Lexicon.load(tmp_path / "none")) == 0
