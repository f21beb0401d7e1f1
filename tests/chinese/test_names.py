"""Names of persons are found where the word cutter does not know them."""

from __future__ import annotations

import pytest

from rag.chinese.names import names, people, titled


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("区教育局局长方志鹏做客直播间。", "方志鹏"),
        ("农科院副院长顾明远应邀作专题辅导。", "顾明远"),
        ("交通建设集团负责人林海波介绍,大桥明年通车。", "林海波"),
        ("本地选手吴倩以1小时15分08秒夺冠。", "吴倩"),
        ("区委书记沈东主持会议。", "沈东"),
    ],
)
def test_a_name_of_two_words_is_found_behind_an_office(text: str, name: str):
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "书记马上就到。",
        "交通局长江大桥管理处",
        "区长高质量推进旧改。",
        "代表于昨日抵达。",
        "主任林场调研。",
    ],
)
def test_other_words_behind_an_office_are_no_name(text: str):
    assert people(text) == []


def test_a_name_is_told_as_often_as_it_stands_there():
    text = "局长方志鹏做客直播间，局长方志鹏表示欢迎。"
    assert titled(text) == ["方志鹏", "方志鹏"]


def test_what_a_person_does_is_no_part_of_the_name():
    assert people("工程师李强说,大桥明年通车。") == ["李强"]


@pytest.mark.parametrize(
    "text", ["志愿者送东西来了。", "二人的成绩令人高兴。", "自即日之日起生效。"]
)
def test_a_common_word_is_no_name(text: str):
    assert not names(text)
