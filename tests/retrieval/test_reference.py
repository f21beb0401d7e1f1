"""What lacks a subject belongs to what was spoken of; what has one stands by itself."""

from __future__ import annotations

import pytest

from rag.retrieval.reference import is_follow_up, own_words

BEFORE, ANSWER = "西太湖半程马拉松有多少人参加？", "1.5万人。"


@pytest.mark.parametrize(
    "question",
    [
        "冠军是谁？",
        "负责人是谁？",
        "需要什么材料？",
        "在哪里报名？",
        "造成几人受伤",
        "涉及多少户居民？",
        "全长多少公里？",
        "外地人也能参加吗？",
        "该赛事由谁主办？",
        "其中女性有多少？",
        "第二个方面是什么？",
        "第三名是谁？",
        "最佳选手是谁？",
        "费用",
        "报名时间",
        "咨询电话？",
        "西太湖的比赛时间",
        "累不累",
        "免不免费",
        "方便不方便",
    ],
)
def test_what_lacks_a_subject_is_a_follow_up(question):
    assert is_follow_up(question, BEFORE, ANSWER)


@pytest.mark.parametrize(
    "question",
    [
        "沈东是谁？",
        "区委书记是谁？",
        "六大工程是哪六大工程？",
        "“三个一”有哪些？",
        "G312何时通车？",
        "12月16日召开了什么会议？",
        "什么时候召开区委全会？",
        "海苔回潮了还能吃吗",
        "汪涵该为代言负责吗",
        "其余城区的老旧小区花了多少改造资金？",
        "血液透析中心累计服务了多少人次？",
    ],
)
def test_what_has_a_subject_stands_by_itself(question):
    assert not is_follow_up(question, BEFORE, ANSWER)


@pytest.mark.parametrize("question", ["防汛措施", "龙舟赛的比赛时间", "12月17日的比赛时间"])
def test_what_is_said_of_a_subject_stands_by_itself(question):
    assert not is_follow_up(question, BEFORE, ANSWER)
    assert is_follow_up(question[-2:], BEFORE, ANSWER)


def test_own_words_name_subjects_only():
    assert own_words("负责人是谁") == own_words("结果怎么样") == []
    assert "早市" in own_words("早市搬到哪里了")
