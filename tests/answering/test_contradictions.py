"""What is denied, turned round, or of somebody else is not told as what the paper says."""

from __future__ import annotations

import pytest

from rag.answering.verification import verify
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.support.collections import article


def verdict(sentence: str, printed: str, question: str = "") -> Verdict:
    return verify(sentence, question, candidates_from(article("新闻", printed))).verdict


@pytest.mark.parametrize(
    ("question", "printed", "sentence"),
    [
        ("滨河路能不能骑车?", "庙会期间，滨河路禁止非机动车通行。", "能。"),
        ("漏水有没有造成停电?", "漏水没有造成停电。", "有。"),
        ("进馆要不要预约?", "读者须提前两天预约进馆。", "读者不需要预约进馆。"),
        ("报名收钱吗?", "讲座不收取报名费。", "讲座收报名费。"),
        ("龙舟赛照常举行吗?", "龙舟赛因大风延期举行。", "龙舟赛照常举行。"),
    ],
)
def test_the_opposite_of_what_is_printed_answers_no_question_of_whether(
    question, printed, sentence
):
    assert verdict(sentence, printed, question) is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("question", "printed", "sentence"),
    [
        ("事故有人员伤亡吗?", "事故没有造成人员伤亡。", "事故无人员伤亡。"),
        ("这家店有许可证吗?", "该店未取得餐饮许可证。", "该店没有餐饮许可证。"),
        ("小偷抓到没有?", "警方尚未抓获小偷。", "小偷还没有被抓获。"),
        ("庙会取消了吗?", "庙会没有因雨取消，照常举行。", "庙会没有取消。"),
    ],
)
def test_one_denial_in_other_words_is_supported(question, printed, sentence):
    assert verdict(sentence, printed, question) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("男子组冠军是周凯。", "女子组冠军是周凯。"),
        ("市水务局昨天检查了9座泵站。", "县水务局昨天检查了9座泵站。"),
        ("出口总额同比增长6.1%，环比下降2.4%。", "出口总额环比增长6.1%。"),
        ("每户每月补贴180元。", "每户每年补贴180元。"),
        ("参赛者中最年轻的19岁，最年长的71岁。", "参赛者中最年长的19岁。"),
        ("租金从每月2800元降到2300元。", "租金降了2300元。"),
        ("会员由600人增至900人。", "会员增加900人。"),
    ],
)
def test_one_of_two_opposites_is_not_the_other(printed, sentence):
    assert verdict(sentence, printed) is not Verdict.SUPPORTED
    assert verdict(printed, printed) is Verdict.SUPPORTED


def test_what_is_denied_of_two_opposites_counts_as_denied():
    assert verdict("居委会没有同意改造。", "居委会拒绝了改造。") is not Verdict.UNSUPPORTED
    assert verdict("投诉没有减少。", "投诉没有增加。") is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("question", "printed", "sentence"),
    [
        ("县长昨天去了哪里?", "副县长何梅昨天走访了养老院。", "县长何梅昨天走访了养老院。"),
        ("城管局局长是谁?", "城管局原局长丁立被判刑五年。", "城管局局长是丁立。"),
        ("城管局局长是谁?", "方晴任城管局局长，免去丁立的城管局局长职务。", "城管局局长是丁立。"),
    ],
)
def test_a_deputy_or_former_holder_does_not_hold_the_office(question, printed, sentence):
    assert verdict(sentence, printed, question) is not Verdict.SUPPORTED


def test_who_holds_the_office_now_does():
    printed = "方晴任城管局局长，免去丁立的城管局局长职务。"
    assert verdict("城管局局长是方晴。", printed, "城管局局长是谁?") is Verdict.SUPPORTED
    printed = "副县长何梅昨天走访了养老院。"
    assert verdict("副县长何梅昨天走访了养老院。", printed, "副县长是谁?") is Verdict.SUPPORTED
