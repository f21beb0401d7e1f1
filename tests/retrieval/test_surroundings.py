from __future__ import annotations

import pytest

from rag.chinese.words import content_units
from rag.index.chunking import split_article
from rag.retrieval.surroundings import surroundings
from rag.types import Article

LEAD = "4月8日,东湖派出所联合和平社区为12个老旧小区安装烟感器3200个。"
SCHOOL = "同一天,新华小学的师生观摩了演练。"
CHIEF = "所长赵立新介绍,今年一季度辖区火警同比下降30%。"
MONEY = "他说,项目共投入资金25.6万元,由街道承担。"
ARTICLE = Article("a", "为老旧小区装上“电子哨兵”", "\n".join((LEAD, SCHOOL, CHIEF, MONEY)), "test")
PASSAGES = {draft.text: draft for draft in split_article(ARTICLE, 20)}


@pytest.mark.parametrize(
    ("question", "passage", "told"),
    [
        ("东湖派出所装烟感器花了多少钱？", MONEY, LEAD),
        ("赵立新说花了多少钱？", MONEY, CHIEF),
        ("新华小学的师生看了什么？", MONEY, SCHOOL),
        # Nothing of the question stands elsewhere: how the article begins.
        ("投入资金多少万元？", MONEY, LEAD),
        ("安装烟感器多少个？", LEAD, SCHOOL),
    ],
)
def test_the_sentence_with_what_the_passage_lacks_stands_above_it(
    question: str, passage: str, told: str
) -> None:
    headline, sentence = surroundings(question, ARTICLE, PASSAGES[passage]).split("\n")
    assert headline == ARTICLE.headline
    assert sentence == f"{told} |"


def test_a_sentence_of_the_passage_is_not_told_twice() -> None:
    (whole,) = split_article(ARTICLE, 400)
    assert surroundings("赵立新是谁？", ARTICLE, whole) == ARTICLE.headline
    assert surroundings("赵立新是谁？", ARTICLE, whole, headline=False) == ""


def test_what_is_long_is_cut_around_what_was_looked_for() -> None:
    long = "、".join(f"第{number}小区" for number in range(40)) + "和丰臣家园都装了。"
    article = Article("b", "题" * 500, f"{LEAD}\n{long}\n{MONEY}", "test")
    passage = split_article(article, 20)[-1]
    headline, sentence = surroundings("丰臣家园花了多少钱？", article, passage).split("\n")
    assert len(headline) == 60
    assert "丰臣家园" in sentence
    assert len(sentence) <= 62


def test_what_was_looked_for_is_found_in_traditional_characters() -> None:
    long = "、".join(f"第{number}社區" for number in range(40)) + "和豐臺醫院都裝了。"
    article = Article("c", "", f"{LEAD}\n{long}\n{MONEY}", "test")
    passage = split_article(article, 20)[-1]
    assert "豐臺醫院" in surroundings("丰台医院花了多少钱？", article, passage)


def test_function_words_and_question_words_are_not_looked_for() -> None:
    assert content_units("请问这是谁的？") == []
    units = content_units("G312国道上的是什么？")
    assert {"g312", "国道"} <= set(units)
    assert not any("的" in unit or "什" in unit for unit in units)
