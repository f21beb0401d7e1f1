"""What is told of one of two in a sentence is not told of the other, in the commonest slips."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article


def verdict(sentence: str, printed: str, question: str = "") -> Verdict:
    return verify(sentence, question, candidates_from(article("新闻", printed))).verdict


@pytest.mark.parametrize(
    ("question", "printed", "right", "wrong"),
    [
        (
            "",
            "男子组冠军是李明，女子组冠军是王芳。",
            "女子组冠军是王芳。",
            "女子组冠军是李明。",
        ),
        ("", "泳馆3月开工，12月完工。", "泳馆12月完工。", "泳馆3月完工。"),
        ("", "猪肉由每公斤26元降至22元。", "猪肉降至每公斤22元。", "猪肉降至每公斤26元。"),
        ("", "主队以2比1战胜客队。", "主队以2比1战胜客队。", "客队以2比1战胜主队。"),
        (
            "",
            "任命王强为教育局局长，免去李军的教育局局长职务。",
            "王强被任命为教育局局长。",
            "李军被任命为教育局局长。",
        ),
        (
            "局长是谁?",
            "副市长刘洋、教育局局长王强出席。",
            "教育局局长是王强。",
            "教育局局长是刘洋。",
        ),
        ("", "一等奖2名、二等奖5名、三等奖9名。", "二等奖5名。", "二等奖9名。"),
        (
            "周一开放吗?",
            "图书馆周一闭馆，周二至周日开放。",
            "图书馆周一不开放。",
            "图书馆周一开放。",
        ),
        (
            "哪些车能通行?",
            "除公交车和校车外，其他车辆禁止通行。",
            "公交车和校车可以通行。",
            "公交车和校车禁止通行。",
        ),
        (
            "",
            "8月份消费价格同比上涨0.6%，环比下降0.2%。",
            "8月份消费价格环比下降0.2%。",
            "8月份消费价格环比上涨0.6%。",
        ),
        (
            "",
            "城镇居民人均收入31200元，增长4.5%；农村居民人均收入15600元，增长6.8%。",
            "农村居民人均收入增长6.8%。",
            "农村居民人均收入增长4.5%。",
        ),
        ("", "去年全区新增就业1.8万人。", "去年新增就业1.8万人。", "今年新增就业1.8万人。"),
        (
            "",
            "去年新增就业1.8万人，比上年多出2000人。",
            "去年新增就业比上年多2000人。",
            "去年新增就业2000人。",
        ),
        ("", "学费由1800元上调至2200元。", "学费上调至2200元。", "学费上调1800元。"),
        ("", "白鹭队以3比1击败青松队。", "白鹭队3:1战胜青松队。", "白鹭队以1比3击败青松队。"),
        ("", "指数收跌，跌了8点。", "指数跌了8点。", "指数上涨8点。"),
        ("", "白鹭队点球淘汰青松队。", "白鹭队淘汰青松队。", "青松队点球淘汰白鹭队。"),
        ("", "北部山区有大雪，气温骤降。", "北部山区有大雪。", "南部山区有大雪。"),
    ],
)
def test_of_two_each_has_its_own(question: str, printed: str, right: str, wrong: str):
    assert verdict(right, printed, question) is Verdict.SUPPORTED
    assert verdict(wrong, printed, question) is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("question", "printed", "sentence"),
    [
        ("消防员到了吗?", "消防员不到10分钟就赶到现场。", "消防员赶到现场。"),
        ("该项目立项了吗?", "经审议，不同意该项目立项。", "没有立项，不同意该项目立项。"),
        ("市长是谁?", "副市长刘洋陪同市长张明调研。", "市长是张明。"),
        ("三中原校长是谁?", "王芳曾任三中校长，现任教育局副局长。", "王芳曾任三中校长。"),
        ("", "须在10月15日前提交材料，10月20日之后公布。", "须在10月15日之前提交材料。"),
        ("", "博物馆每日接待500人，每月末闭馆一天。", "博物馆每天接待500人。"),
        ("60岁以下怎么收费?", "60周岁以上老人免费乘车，不满60周岁的半价。", "60周岁以下的半价。"),
        ("", "参赛者年龄在35岁以下。", "参赛者年龄不超过35岁。"),
        ("", "市财政局原局长赵平因涉嫌受贿被立案审查。", "市财政局原局长赵平被立案审查。"),
        ("", "每天7时至9时，货车禁止驶入二环路。", "7时至9时货车禁止驶入二环路。"),
        ("", "小学一年级招生1200人，比去年增加60人。", "一年级招生1200人，比去年增加60人。"),
        ("", "餐饮业收入占比六成，零售业占比三成。", "餐饮业收入占60%。"),
        ("", "新菜场占地2800平方米，设摊位136个。", "新菜场占地2800平方米，有136个摊位。"),
        ("", "租房补贴每月800元，最长不超过24个月。", "租房补贴最长24个月。"),
    ],
)
def test_the_same_in_other_everyday_words_is_supported(question, printed, sentence):
    assert verdict(sentence, printed, question) is Verdict.SUPPORTED
