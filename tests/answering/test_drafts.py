"""What small models write around an answer, and instead of one."""

from __future__ import annotations

import pytest

from rag.answering.drafts import cleaned, is_headline, says_nothing
from tests.answering.conftest import MARKET, POLICE
from tests.answering.test_pipeline import answer
from tests.support.collections import article


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        ("根据报道，早市搬到了文化广场北侧。", "早市搬到了文化广场北侧。"),
        ("报道原文中提到的早市在文化广场北侧。", "早市在文化广场北侧。"),
        ("- **早市**搬到了文化广场北侧。[1]", "早市搬到了文化广场北侧。"),
        ("资料员整理了三百份档案。", "资料员整理了三百份档案。"),
    ],
)
def test_what_stands_around_a_sentence_is_taken_away(draft: str, sentence: str):
    assert cleaned(draft) == sentence


def test_a_draft_that_says_that_nothing_is_said_says_nothing():
    assert says_nothing("报道没有提到摊位费。")
    assert not says_nothing("摊位费没有上涨。")


def test_news_of_papers_that_lack_something_is_told():
    returned = article("办事", "由于材料未提供房产证明，孙女士的申请被退回。")
    given = answer("孙女士的申请为什么被退回?", returned.text, returned)
    assert given.text == returned.text


@pytest.mark.parametrize("draft", ["《早市搬了新家》（2024年4月10日）。", "《早市搬了新家》"])
def test_an_article_alone_is_no_answer(draft: str):
    assert is_headline(draft, [POLICE, MARKET])
    assert answer("早市为什么搬家?", draft, MARKET).refused
    assert not is_headline("早市搬了新家。", [POLICE, MARKET])
