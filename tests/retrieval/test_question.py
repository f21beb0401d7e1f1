"""Follow-ups are completed from the conversation; questions of their own are left alone."""

from __future__ import annotations

from datetime import date

import pytest

from rag.retrieval.question import DateRange, understand
from rag.types import Turn

TODAY = date(2023, 12, 20)
MARKET = Turn("运河早市搬到了哪里？", "搬到了人民路北侧。")


@pytest.mark.parametrize(
    "follow_up",
    [
        "那里有多少个摊位？",
        "还有什么优惠？",
        "那摊位费呢？",
        "他还强调了什么？",
        "为什么？",
        "什么时候？",
        "其中有多少免费？",
        "具体多少钱？",
        "商户呢？",
    ],
)
def test_a_follow_up_takes_the_subject_of_the_question_before(follow_up):
    question = understand(follow_up, [MARKET], today=TODAY)
    assert question.followed_up
    assert question.text == follow_up
    assert "运河早市" in question.search_text
    assert follow_up in question.search_text
    assert "哪里" not in question.search_text


@pytest.mark.parametrize(
    "question",
    [
        "12月16日的大雪封闭了哪条国道？",
        "市青少年足球联赛决赛在哪里举行？",
        "李超鲲鹏是谁？",
        "老旧小区改造其实花了多少资金？",
    ],
)
def test_a_question_of_its_own_stays_as_it_is(question):
    understood = understand(question, [MARKET], today=TODAY)
    assert understood.search_text == question
    assert not understood.followed_up


def test_a_chain_of_follow_ups_reaches_back_to_its_subject():
    history = [Turn("今冬首场大雪积雪多深？", "12厘米。"), Turn("那除雪车呢？", "85台次。")]
    question = understand("还有呢？", history, today=TODAY)
    assert "大雪" in question.search_text
    assert "除雪车" in question.search_text


def test_the_conversation_before_another_subject_is_left_out():
    history = [Turn("今冬首场大雪积雪多深？", "12厘米。"), MARKET]
    question = understand("那里有多少个摊位？", history, today=TODAY)
    assert "大雪" not in question.search_text


def test_without_a_conversation_nothing_is_supplied():
    assert understand("他还强调了什么？", today=TODAY).search_text == "他还强调了什么？"


def test_dates_are_whole_days_and_survive_a_follow_up():
    question = understand("12月13日—15日有什么活动？", today=TODAY)
    assert question.dates == (DateRange(date(2023, 12, 13), date(2023, 12, 15)),)
    later = understand("在哪里举行呢？", [Turn("12月13日—15日有什么活动？", "")], today=TODAY)
    assert later.dates == question.dates
