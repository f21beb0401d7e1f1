"""The days that questions name."""

from __future__ import annotations

from datetime import date

import pytest

from rag.retrieval.question import DateRange, understand
from tests.retrieval.asking import ask


def test_dates_are_whole_days_and_survive_a_follow_up():
    question = ask("2023年12月13日—15日有什么活动？")
    assert question.dates == (DateRange(date(2023, 12, 13), date(2023, 12, 15)),)
    later = ask("在哪里举行呢？", ("2023年12月13日—15日有什么活动？", ""))
    assert later.dates == question.dates


def test_a_day_without_a_year_is_that_day_of_any_year():
    (asked,) = ask("12月16日的大雪").dates
    assert asked.first == date(2023, 12, 16)
    for year in (2019, 2023, 2024):
        assert asked.meets(DateRange(date(year, 12, 16), date(year, 12, 16)))
        assert DateRange(date(year, 12, 10), date(year, 12, 20)).meets(asked)
        assert not asked.meets(DateRange(date(year, 12, 17), date(year, 12, 17)))
    # A year meets the days in it only when it is theirs.
    assert not asked.meets(DateRange(date(2019, 1, 1), date(2019, 12, 31)))
    (dated,) = ask("2023年12月16日的大雪").dates
    assert not dated.meets(DateRange(date(2022, 12, 16), date(2022, 12, 16)))


def test_a_leap_day_and_the_turn_of_the_year_are_met():
    (leap,) = understand("2月29日", today=date(2024, 3, 1)).dates
    assert not leap.meets(DateRange(date(2023, 2, 20), date(2023, 2, 28)))
    (turn,) = ask("12月30日至1月2日").dates
    assert turn.meets(DateRange(date(2020, 1, 1), date(2020, 1, 1)))


def test_a_day_named_by_another_word_is_searched_by_its_date_too():
    assert ask("上周五谁来访？").search_text == "上周五谁来访？ 12月15日"
    assert ask("昨天的会议").search_text == "昨天的会议 12月19日"
    assert ask("去年的会议").search_text == "去年的会议"


def test_festivals_are_days():
    assert ask("今年春节有什么活动？").dates == (DateRange(date(2023, 1, 21), date(2023, 1, 28)),)
    (around,) = ask("春节前后").dates
    assert around.first < date(2024, 2, 9) < date(2024, 2, 17) < around.last


@pytest.mark.parametrize("question", ["12月16日的报纸头版", "上周五刊登了什么？", "昨日见报的文章"])
def test_days_that_are_asked_for_as_printed_are_marked(question):
    assert ask(question).printed


def test_days_of_events_are_not_marked_as_printed():
    assert not ask("12月16日谁作报告？").printed
    assert not ask("有什么报道？").printed
    assert not ask("12月16日福州晚报社搬到了哪里？").printed
    assert not ask("12月16日的福州日报社活动有谁参加？").printed
    assert not ask("12月16日读《红楼梦》的人有多少？").printed


@pytest.mark.parametrize(
    "paper", ["的福州晚报", "的《福州晚报》", "《福州晚报》头版", "那天的人民日报"]
)
def test_a_paper_may_be_named(paper):
    assert ask(f"12月16日{paper}有什么新闻？").printed
