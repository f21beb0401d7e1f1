"""What a source denies, doubts or only bounds is not told as a plain fact."""

from __future__ import annotations

import pytest

from rag.answering.factuality import with_bounds
from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.answering.test_pipeline import answer
from tests.support.collections import article


def found(sentence: str, source: str, question: str = ""):
    return verify(sentence, question, candidates_from(article("简讯", source)))


@pytest.mark.parametrize(
    ("sentence", "source", "word"),
    [
        ("刘海收受贿赂一百万元。", "刘海否认收受贿赂一百万元。", "否认"),
        ("市第三小学明天停课。", "市教育局说,市第三小学明天停课的消息不属实。", "不属实"),
        ("市第三小学明天停课。", "网传市第三小学明天停课,市教育局说是谣言。", "是谣言"),
        ("湿地公园5月1日开放。", "湿地公园原定5月1日开放,现推迟到6月1日开放。", "原定"),
        ("孙市长说他有替身。", "孙市长没有替身,称孙市长有替身的说法都是谣言。", "都是谣言"),
    ],
)
def test_what_a_source_denies_is_unsupported(sentence: str, source: str, word: str):
    judged = found(sentence, source)
    assert judged.verdict is Verdict.UNSUPPORTED
    assert f"不带“{word}”的说法" in map(str, judged.missing)


@pytest.mark.parametrize(
    ("sentence", "source", "word"),
    [
        ("刘海收受贿赂一百万元。", "刘海涉嫌收受贿赂一百万元。", "涉嫌"),
        ("今年全区游客达到900万人次。", "预计今年全区游客达到900万人次。", "预计"),
        ("刘海辞去局长职务。", "居民呼吁刘海辞去局长职务。", "呼吁"),
        ("运动会改在周日举行。", "如果周六下雨,运动会改在周日举行。", "如果"),
        ("火灾造成3人受伤。", "火灾造成至少3人受伤。", "至少"),
        ("投入资金100万元。", "投入资金100万元以上。", "以上"),
    ],
)
def test_what_a_source_doubts_or_bounds_is_supported_only_in_part(
    sentence: str, source: str, word: str
):
    judged = found(sentence, source)
    assert judged.verdict is Verdict.PARTLY
    assert [str(fact) for fact in judged.missing] == [f"不带“{word}”的说法"]


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("刘海否认收受贿赂一百万元。", "刘海否认收受贿赂一百万元。"),
        ("刘海被控收受贿赂一百万元。", "刘海涉嫌收受贿赂一百万元。"),
        ("今年全区游客有望达到900万人次。", "预计今年全区游客达到900万人次。"),
        ("运动会改在周日举行的条件是周六下雨,如果下雨就改。", "如果周六下雨,运动会改在周日举行。"),
        ("湿地公园推迟到6月1日开放。", "湿地公园原定5月1日开放,现推迟到6月1日开放。"),
        ("火灾造成不少于3人受伤。", "火灾造成至少3人受伤。"),
        ("火灾造成3人受伤。", "火灾造成约3人受伤。"),
        # One source says plainly what another one doubts.
        ("火灾造成3人受伤。", "此前报道称火灾可能造成3人受伤。经核实,火灾造成3人受伤。"),
        ("刘海将配合调查。", "刘海否认收受贿赂,表示将配合调查。"),
    ],
)
def test_what_keeps_the_doubt_or_needs_none_is_supported(sentence: str, source: str):
    assert found(sentence, source).verdict is Verdict.SUPPORTED


def test_what_the_question_says_in_doubt_need_not_be_said_again():
    source = "预计今年全区游客达到900万人次。"
    question = "预计今年全区游客达到多少人次?"
    assert found("今年全区游客达到900万人次。", source, question).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "text", "bounded"),
    [
        ("3人受伤。", "造成至少3人受伤", "至少3人受伤。"),
        ("会员有2.5万人。", "会员近25000人", "会员有近2.5万人。"),
        ("投入100万元。", "投入100万元以上", "投入100万元以上。"),
        ("20名居民受伤。", "20多名居民受伤", "20多名居民受伤。"),
        ("会员有500万人。", "会员500多万人", "会员有500多万人。"),
        ("投入5万元。", "投入5万多元", "投入5万多元。"),
        ("至多3人受伤。", "造成至少3人受伤", "至多3人受伤。"),
        ("3人受伤。", "造成至少3人受伤，另有3人受伤", "3人受伤。"),
        ("3天后开放。", "造成至少3人受伤", "3天后开放。"),
    ],
)
def test_figures_get_the_bounds_of_their_sources(sentence: str, text: str, bounded: str):
    assert with_bounds(sentence, [text]) == bounded


def test_an_answer_gives_figures_with_their_bounds():
    fire = article("简讯", "4月8日,和平社区火灾造成至少3人受伤,原因不明。")
    given = answer("和平社区火灾造成几人受伤?", "和平社区火灾造成3人受伤。", fire)
    assert given.text == "和平社区火灾造成至少3人受伤。"
    assert given.sentences[0].verdict is Verdict.SUPPORTED


SCHOOL = article(
    "停课传言",
    "有网友称市第三小学13日起停课一周。",
    "市教育局回应称,网传第三小学停课的消息不属实,学校教学秩序正常。",
)
DENIAL = "市教育局回应称,网传第三小学停课的消息不属实,学校教学秩序正常。"


def test_no_rumour_is_told_without_its_denial():
    given = answer("第三小学什么时候停课?", "有网友称市第三小学13日起停课一周。", SCHOOL)
    assert [item.text for item in given.sentences] == [
        "有网友称市第三小学13日起停课一周。",
        DENIAL,
    ]
    assert [source.quote for source in given.sources] == [item.text for item in given.sentences]


def test_a_draft_that_a_source_denies_gives_way_to_the_denial():
    given = answer("第三小学停课了吗?", "第三小学停课了。", SCHOOL)
    assert [item.text for item in given.sentences] == [DENIAL]
    told = answer("第三小学停课了吗?", DENIAL, SCHOOL)
    assert [item.text for item in told.sentences] == [DENIAL]


@pytest.mark.parametrize(
    ("printed", "plain", "wide"),
    [
        (
            "疫苗对65岁以上老人免费接种，其他人员自费。",
            "疫苗对65岁以上老人免费接种。",
            "疫苗对所有人员免费接种。",
        ),
        (
            "居民可网上办理，也可到社区服务站办理。",
            "居民可到社区服务站办理。",
            "居民只能到社区服务站办理。",
        ),
        (
            "图书馆周二至周日9:00至20:30开放。",
            "图书馆周二至周日9点至20点半开放。",
            "图书馆每天9:00至20:30开放。",
        ),
    ],
)
def test_what_holds_for_some_is_not_told_of_all(printed: str, plain: str, wide: str):
    candidates = candidates_from(article("新闻", printed))
    assert verify(plain, "", candidates).verdict is Verdict.SUPPORTED
    assert verify(wide, "", candidates).verdict is not Verdict.SUPPORTED
