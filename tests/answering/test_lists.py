"""In a list that gives each item a figure, none has that of another."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article


@pytest.mark.parametrize(
    ("printed", "right", "wrong"),
    [
        ("成人票60元、学生票30元、老人票15元。", "学生票30元。", "学生票60元。"),
        ("北街150户、南街90户居民完成签约。", "南街90户居民完成签约。", "南街150户居民完成签约。"),
        ("塌方造成3人死亡、7人受伤。", "塌方造成7人受伤。", "塌方造成3人受伤。"),
        (
            "城东中学和城西中学分别有学生1500人和700人。",
            "城西中学有学生700人。",
            "城西中学有学生1500人。",
        ),
        (
            "地铁2号线全长31公里，设站24座，日均客流15万人次。",
            "地铁2号线日均客流15万人次。",
            "地铁2号线日均客流24万人次。",
        ),
        (
            "一期工程3月开工，投资2亿元；二期工程明年开工，投资4亿元。",
            "二期工程投资4亿元。",
            "二期工程投资2亿元。",
        ),
        (
            "一等奖1名，奖金8000元；二等奖3名，奖金5000元。",
            "二等奖奖金5000元。",
            "二等奖奖金8000元。",
        ),
    ],
)
def test_each_item_has_its_own_figure(printed: str, right: str, wrong: str):
    candidates = candidates_from(article("新闻", printed))
    assert verify(right, "", candidates).verdict is Verdict.SUPPORTED
    assert verify(wrong, "", candidates).verdict is not Verdict.SUPPORTED


def test_what_is_printed_is_supported_whatever_the_list():
    printed = "上半年，冰箱、洗衣机和电视销量分别增长21%、14%和9%，二十国集团中居前。"
    candidates = candidates_from(article("新闻", printed))
    assert verify(printed, "", candidates).verdict is Verdict.SUPPORTED
    assert verify("电视销量增长21%。", "", candidates).verdict is not Verdict.SUPPORTED


def test_what_only_stands_beside_a_figure_of_a_list_keeps_it():
    candidates = candidates_from(article("新闻", "民警当场查获账本3册、现金4万元。"))
    assert verify("民警查获现金4万元。", "", candidates).verdict is Verdict.SUPPORTED
