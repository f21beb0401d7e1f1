"""Questions as people say them are searched as they are written."""

from __future__ import annotations

from datetime import date

import pytest

from rag.chinese.spoken import written
from rag.retrieval.question import understand


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("请问一下，早市搬到了哪里？", "早市搬到了哪里？"),
        ("您好，想了解一下早市几点开门", "早市几点开门"),
        ("麻烦问下,早市为啥搬家呀", "早市为什么搬家"),
        ("麻烦您帮我查一下早市是哪天搬的，谢谢！", "早市是哪天搬的"),
        ("不好意思，打扰一下，所长叫啥？", "所长叫什么？"),
        ("早市是几号搬的", "早市是哪天搬的"),
        ("摊位费涨了多少来着", "摊位费涨了多少"),
        ("早市咋样了", "早市怎么样了"),
        ("谁投了十万块？", "谁投了十万元？"),
        ("摊位费涨了两百块钱吗", "摊位费涨了两百元吗"),
        ("摊位费几块钱一天", "摊位费几元一天"),
        ("罚款30块吗", "罚款30元吗"),
        ("摊位费20块一天，贵吗", "摊位费20元一天，贵吗"),
        ("押金十块以上？", "押金十元以上？"),
        ("票价40多块", "票价40多元"),
    ],
)
def test_courtesy_and_spoken_question_words_are_taken_away(said: str, asked: str):
    assert written(said) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "请问",
        "你好",
        "麻烦问题有哪些？",
        "想问题的人是谁？",
        "居民几月几号搬家？",
        "火灾发生在几号楼？",
        "谁想知道早市搬家的事？",
        "请各部门配合的是谁？",
        "谁捐了三万块砖？",
        "哪一块地要拍卖？",
    ],
)
def test_what_is_asked_stays(asked: str):
    assert written(asked) == asked


@pytest.mark.parametrize("counted", ["墙上挂了12块展板", "展板有12块吗", "第12块的作者是谁"])
def test_things_counted_are_no_money(counted: str):
    assert written(counted) == counted
    assert written("每人交了12块吗") == "每人交了12元吗"


def test_a_question_is_searched_as_it_is_written():
    question = understand("請問一下，早市搬到咗哪兒？", today=date(2026, 3, 1))
    assert question.search_text == "早市搬到咗哪里？"
    assert question.text == "請問一下，早市搬到咗哪兒？"
