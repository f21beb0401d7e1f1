"""Times of day are what they mean, however they are written."""

from __future__ import annotations

import pytest

from rag.chinese.clock import find_times, other_parts_of_day, same_time


def times(text: str) -> list[list[set[str]]]:
    return [
        [{f"{minutes // 60}:{minutes % 60:02}" for minutes in time} for time in mention.times]
        for mention in find_times(text)
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8:30", {"8:30", "20:30"}),
        ("8：30", {"8:30", "20:30"}),
        ("8点半", {"8:30", "20:30"}),
        ("八點三十分", {"8:30", "20:30"}),
        ("八点一刻", {"8:15", "20:15"}),
        ("08:30", {"8:30"}),
        ("上午8时30分", {"8:30"}),
        ("17时", {"17:00"}),
        ("17:00", {"17:00"}),
        ("下午五点整", {"17:00"}),
        ("中午12点半", {"12:30"}),
        ("晚上12点", {"0:00"}),
        ("凌晨两点零五分", {"2:05"}),
        ("晚上八点二十", {"20:20"}),
        ("周一晚7点", {"19:00"}),
    ],
)
def test_one_time_is_read_from_any_form(text: str, meant: set[str]):
    assert times(text) == [[meant]]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8:30-17:30", [{"8:30"}, {"17:30"}]),
        ("9—17时", [{"9:00"}, {"17:00"}]),
        ("下午2点到5点", [{"14:00"}, {"17:00"}]),
        ("22时至次日6时", [{"22:00"}, {"6:00"}]),
    ],
)
def test_a_span_tells_of_both_its_ends(text: str, meant: list[set[str]]):
    assert times(text) == [meant]


@pytest.mark.parametrize(
    "text",
    [
        "历时8小时",
        "30分钟后",
        "百分之八点四",
        "三点五公里",
        "百分之二点零五",
        "提出三点要求",
        "指数上涨8点",
        "以21:15获胜",
        "成绩2:08:33",
        "同时",
    ],
)
def test_durations_points_and_scores_are_no_times(text: str):
    assert not find_times(text)


def test_a_span_is_told_in_its_order():
    (span,) = find_times("17时至9时")
    assert not same_time(span, "9点到17点")
    assert same_time(span, "17点到次日9点")


@pytest.mark.parametrize(
    ("text", "source", "other"),
    [
        ("下午晴", "上午晴", ["下午"]),
        ("昨晚停电", "昨天凌晨停电", ["昨晚"]),
        ("中午开会", "上午开会", ["中午"]),
        ("早上出门", "上午8点出门", []),
        ("夜里下雨", "凌晨下雨", []),
        ("下午开放", "9时至17时开放", []),
        ("晚上开放", "9时至17时开放", ["晚上"]),
        ("下午开放", "全年开放", []),
    ],
)
def test_parts_of_the_day_are_not_exchanged(text: str, source: str, other: list[str]):
    assert other_parts_of_day(text, source) == other
