"""Whether a source holds a fact that is said in another way."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answering.facts import Fact, FactKind, SourceText, holds_fact, names_date
from rag.answering.roles import unbound_role

DAY = date(2024, 4, 10)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("四条", "提出四项意见"),
        ("3项", "明确了三个任务"),
        ("70名", "共收治70位患者"),
        ("50台", "50多辆重卡"),
        ("180个", "180支队伍"),
    ],
)
def test_what_is_listed_is_counted_by_any_word(said: str, printed: str):
    assert holds_fact(SourceText(printed), Fact(FactKind.NUMBER, said))


def test_measures_do_not_stand_for_one_another():
    assert not holds_fact(SourceText("拓宽了四条道路"), Fact(FactKind.NUMBER, "四公里"))
    assert not holds_fact(SourceText("累计25000人次"), Fact(FactKind.NUMBER, "25000人"))


def test_the_day_of_publication_is_named_by_no_text():
    source = SourceText("早市迎客1.8万人次。", published=DAY)
    assert not holds_fact(source, Fact(FactKind.DATE, "2024年4月10日"))
    assert holds_fact(source, Fact(FactKind.DATE, "2024年4月"))
    assert not names_date(source, "2024年4月")
    today = SourceText("今天，早市迎客1.8万人次。", published=DAY)
    assert holds_fact(today, Fact(FactKind.DATE, "4月10日"))


def test_who_is_said_to_do_it_holds_the_office_of_an_occasion():
    source = SourceText("市委副书记孙立群作报告，常务副主席朱明华主持开幕会。")
    assert not unbound_role("常务副主席朱明华主持开幕会。", "开幕会的主持人是谁?", [source])
    assert unbound_role("市委副书记孙立群作报告。", "开幕会的主持人是谁?", [source])


def test_an_office_may_be_asked_for_under_a_short_name():
    source = SourceText("区人大常委会主任汤立群出席会议。")
    assert not unbound_role("区人大常委会主任汤立群。", "区人大的主任是谁?", [source])
    assert unbound_role("区人大常委会主任汤立群。", "街道办的主任是谁?", [source])
