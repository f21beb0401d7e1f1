"""A time of day is compared as what it means, and belongs to what is said to be then."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article


def verdict(sentence: str, printed: str, question: str = "") -> Verdict:
    return verify(sentence, question, candidates_from(article("新闻", printed))).verdict


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("讲座于8：30开始。", "讲座八点三十分开始。"),
        ("讲座于8：30开始。", "讲座早上8点半开始。"),
        ("泳池营业到17时。", "泳池营业到下午5点。"),
        ("窗口办公时间为8:30-17:30。", "窗口办公时间为上午8:30至下午5:30。"),
        ("中午12点半，义工送餐到户。", "12:30，义工送餐到户。"),
        ("3路首班车6:05发车，末班车22:40发车。", "3路末班车22点40分发车。"),
        ("停电时间为4月2日22时至次日6时。", "停电时间为4月2日晚上10点至次日早上6点。"),
    ],
)
def test_a_time_in_another_form_is_supported(printed: str, sentence: str):
    assert verdict(sentence, printed) is Verdict.SUPPORTED


def test_a_time_alone_answers_when():
    printed = "泳池营业到17时。"
    assert verdict("下午5点。", printed, "泳池营业到几点?") is Verdict.SUPPORTED
    assert verdict("下午7点。", printed, "泳池营业到几点?") is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("讲座于8：30开始。", "讲座于9:30开始。"),
        ("讲座上午8点开始。", "讲座晚上8点开始。"),
        ("讲座上午8点开始。", "讲座20:00开始。"),
        ("展厅每天9时至17时开放。", "展厅每天17时至9时开放。"),
        ("抢修历时8小时。", "抢修8时结束。"),
        ("4月9日凌晨，货车侧翻。", "4月9日晚上，货车侧翻。"),
        ("清早，菜农进城卖菜，傍晚时分收摊回家。", "清早收摊回家。"),
    ],
)
def test_another_time_is_not_supported(printed: str, sentence: str):
    assert verdict(sentence, printed) is not Verdict.SUPPORTED
    assert verdict(printed, printed) is Verdict.SUPPORTED
