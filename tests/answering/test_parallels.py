"""What is told of one of several parallel things is not told of another one."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article


def verdict(sentence: str, printed: str) -> Verdict:
    return verify(sentence, "", candidates_from(article("新闻", printed))).verdict


@pytest.mark.parametrize(
    ("printed", "right", "wrong"),
    [
        ("冠军是白鹭队，亚军是青松队。", "亚军是青松队。", "冠军是青松队。"),
        ("桃子每斤6元，李子每斤4元。", "李子每斤4元。", "李子每斤6元。"),
        ("膏药对扭伤有效，对骨折无效。", "膏药对扭伤有效。", "膏药对骨折有效。"),
        ("70岁以上免票，70岁以下半票。", "70岁以下半票。", "70岁以上半票。"),
        ("明天上午晴，下午有雨。", "明天下午有雨。", "明天上午有雨。"),
        ("急诊不收挂号费，门诊挂号费10元。", "急诊不收挂号费。", "门诊不收挂号费。"),
        ("小麦增产，玉米减产。", "玉米减产。", "玉米增产。"),
        ("前楼由文旅局管理，后楼由教育局管理。", "后楼由教育局管理。", "前楼由教育局管理。"),
        (
            "灵活就业人员由本人缴费，企业职工由单位缴费。",
            "企业职工由单位缴费。",
            "企业职工由本人缴费。",
        ),
        (
            "房东未尽告知义务，应退还押金；租客提前退租，应支付一个月租金。",
            "房东应退还押金。",
            "租客应退还押金。",
        ),
        (
            "义工上门为独居老人理发，为残疾人家庭维修电器。",
            "义工为残疾人家庭维修电器。",
            "义工为独居老人维修电器。",
        ),
        (
            "绿茶有助于降低血压，但浓咖啡可能诱发心脏病。",
            "绿茶有助于降低血压。",
            "浓咖啡有助于降低血压。",
        ),
        (
            "第一产业增加值8亿元，增长2.1%；第二产业增加值120亿元，增长6.3%。",
            "第一产业增加值增长2.1%。",
            "第一产业增加值增长6.3%。",
        ),
        ("首班车5点50分发车，末班车22点30分发车。", "末班车22:30发车。", "首班车22:30发车。"),
    ],
)
def test_each_has_its_own(printed: str, right: str, wrong: str):
    assert verdict(right, printed) is Verdict.SUPPORTED
    assert verdict(wrong, printed) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("王某驾车逃逸，民警当场将其拦截。", "民警当场拦截王某。"),
        ("蓝海公司发布新手机，公司表示将扩大产能。", "蓝海公司将扩大产能。"),
        ("区图书馆今日开放，馆方称将延长开放时间。", "区图书馆将延长开放时间。"),
        ("我市今年粮食增产，全市总产达50万吨。", "我市今年粮食总产达50万吨。"),
        ("个人不得携犬进入公园，导盲犬除外。", "导盲犬可以进入公园。"),
        ("赵敏以10秒21夺冠，孙磊获得银牌。", "赵敏以10秒21获得冠军。"),
        ("公司去年投资3亿元，今年投资5亿元。", "公司今年投资5亿元。"),
        ("门诊周六上午开放，下午休息。", "门诊周六下午休息。"),
        (
            "截至美国东部时间19时13分，也就是北京时间7时13分，累计报告病例9619例。",
            "截至美国东部时间19时13分，累计报告病例9619例。",
        ),
    ],
)
def test_clauses_about_one_thing_may_be_joined(printed: str, sentence: str):
    assert verdict(sentence, printed) is Verdict.SUPPORTED


def test_a_list_is_the_same_with_other_marks_between_its_items():
    printed = "投资最多的是电力与公用事业，金融服务业以及先进制造与运输业。"
    assert verdict("电力与公用事业、金融服务业以及先进制造与运输业。", printed) is Verdict.SUPPORTED
