"""Answers told as the paper printed them."""

from __future__ import annotations

import pytest

from rag.answering.printed import as_printed
from rag.types import Verdict
from tests.answering.test_pipeline import answer
from tests.support.collections import article

BRIDGE = "市交通局表示，青云桥预计明年5月建成通车，旨在缓解老城区的拥堵。"


@pytest.mark.parametrize(
    ("draft", "sentence", "told"),
    [
        # A word got lost that says how sure it is, or what it is for.
        (
            "运河早市搬迁至文化广场。",
            "运河早市暂时搬迁至文化广场。",
            "运河早市暂时搬迁至文化广场。",
        ),
        (
            "青云桥建成后缓解了老城区的拥堵。",
            "青云桥建成后有望缓解老城区的拥堵，市民盼望已久。",
            "青云桥建成后有望缓解老城区的拥堵。",
        ),
        # Two halves joined wrongly.
        (
            "厨余垃圾和有害垃圾投入红色桶。",
            "厨余垃圾投入绿色桶，有害垃圾投入红色桶。",
            "厨余垃圾投入绿色桶，有害垃圾投入红色桶。",
        ),
        # A list keeps its last item, a sentence the clause that says whom it is about.
        (
            "小区改造的内容是墙面刷新、雨污分流，屋顶防水和飞线整治。",
            "小区改造内容包括墙面刷新、雨污分流，屋顶防水和飞线整治。",
            "小区改造内容包括墙面刷新、雨污分流，屋顶防水和飞线整治。",
        ),
        (
            "东湖派出所将为小区的独居老人免费安装烟感器。",
            "东湖派出所民警说，本月起将为小区的独居老人免费安装烟感器，请大家放心。",
            "东湖派出所民警说，本月起将为小区的独居老人免费安装烟感器。",
        ),
        # A word that stands once more in a later clause does not bring that clause along.
        (
            "储备库要求符合改造标准的城中村一个不落纳入改造项目储备库。",
            "符合改造标准的城中村一个不落全部纳入改造项目储备库;强化规划赋能,盯紧目标要求。",
            "符合改造标准的城中村一个不落全部纳入改造项目储备库。",
        ),
        # In one clause, what was left out changes what is said, however much it is.
        (
            "工会与罢工无关。",
            "工会在当天的公告里说与二厂部分工人正在酝酿的罢工无关。",
            "工会在当天的公告里说与二厂部分工人正在酝酿的罢工无关。",
        ),
        # The word that joined it to what stood before is left out.
        (
            "东湖派出所为独居老人安装烟感器。",
            "春节将近，但东湖派出所依旧为独居老人安装烟感器。",
            "东湖派出所依旧为独居老人安装烟感器。",
        ),
    ],
)
def test_a_draft_that_copies_is_told_as_printed(draft, sentence, told):
    assert as_printed(draft, sentence) == told


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        # Another wording, not a copy.
        ("桥通车以后路不堵了。", "青云桥建成后有望缓解老城区的拥堵。"),
        # Whom it is about stands in a clause before, which makes it too long.
        (
            "孙丽获评先进工作者。",
            "市场负责人孙丽在这个岗位上一干就是二十多年，今年她获评区级先进工作者。",
        ),
        # The clause only leads to its consequence.
        ("早市的摊位费上涨。", "由于早市的摊位费普遍上涨，不少商户打算搬走。"),
        # The source asks.
        ("小区可以安装充电桩。", "“小区可不可以安装充电桩？”许多居民问。"),
        # Its printed clause has another figure beside the one that is asked for.
        ("共有12名居民受伤。", "共有3名居民死亡、12名居民受伤。"),
        # What the draft made explicit would be lost.
        ("2024年4月9日早市搬迁至文化广场。", "早市昨天整体搬迁至文化广场。"),
    ],
)
def test_a_draft_stays_where_the_printed_clause_says_less_or_more(draft, sentence):
    assert as_printed(draft, sentence) == draft


def test_the_answer_quotes_and_cites_what_the_draft_copied():
    source = article("青云桥明年通车", BRIDGE)
    given = answer("青云桥什么时候建成?", "青云桥明年5月建成通车。", source)
    (sentence,) = given.sentences
    assert sentence.text == "市交通局表示，青云桥预计明年5月建成通车。"
    assert sentence.verdict is Verdict.SUPPORTED
    assert sentence.text.rstrip("。") in given.sources[0].quote


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        # A name and a figure that the source has not, and what it puts less firmly.
        ("负责人孙利说，260个摊位没有涨价。", "负责人孙丽说，260个摊位没有涨价。"),
        ("活动共有36家企业和58名残疾人到场。", "活动共有36家企业和85名残疾人到场。"),
        ("青云桥将于明年5月建成通车。", "市交通局表示，青云桥预计明年5月建成通车。"),
    ],
)
def test_what_a_draft_has_wrong_is_told_as_its_source_has_it(draft, told):
    sources = (
        article("早市搬家", "负责人孙丽说，260个摊位没有涨价。"),
        article("招聘会", "活动共有36家企业和85名残疾人到场，现场气氛热烈。"),
        article("青云桥明年通车", BRIDGE),
    )
    (sentence,) = answer("有什么新闻?", draft, *sources).sentences
    assert (sentence.text, sentence.verdict) == (told, Verdict.SUPPORTED)


def test_what_the_asker_has_wrong_is_not_put_right_in_silence():
    source = article("招聘会", "活动共有36家企业和85名残疾人到场，现场气氛热烈。")
    question = "有58名残疾人到场的是什么活动?"
    given = answer(question, "活动共有36家企业和58名残疾人到场。", source)
    assert "85名" not in given.text


def test_what_another_sentence_says_word_for_word_is_left_alone():
    said = "运河早市从本周起搬迁至文化广场北侧。"
    source = article("早市搬家", f"运河早市从本周起已经整体搬迁至文化广场北侧。{said}")
    assert answer("早市搬到哪里?", said, source).text == said


def test_the_clause_that_copies_does_not_take_the_place_of_the_figure_beside_it():
    quoted = "快报:青江生物8月2日资金净卖出100万元截至8月2日收盘,青江生物报收于3.2元,下跌1%。"
    draft = "青江生物8月2日收盘价为3.2元。"
    given = answer("青江生物8月2日股价收在多少?", draft, article("股票快报", quoted))
    assert "3.2元" in given.text


def test_two_drafts_that_copy_one_clause_are_told_once():
    source = article("早市搬家", "运河早市整体搬迁至文化广场北侧。")
    draft = "运河早市搬迁至文化广场北侧。早市整体搬迁至文化广场北侧。"
    given = answer("运河早市搬到哪里?", draft, source)
    assert given.text == "运河早市整体搬迁至文化广场北侧。"


NIGHT = article("夜市新规", "主任强调，要持续用好“网格+清单”工作模式，确保夜市干净有序。")


def test_an_answer_in_the_askers_words_is_told_in_the_sources():
    question = "主任让大家往后一直拿哪种办法来干活?"
    given = answer(question, "主任让大家往后一直拿“网格+清单”工作模式来干活。", NIGHT)
    (sentence,) = given.sentences
    assert sentence.text == "要持续用好“网格+清单”工作模式。"
    assert sentence.verdict is Verdict.SUPPORTED


def test_what_no_source_says_stays_unsupported_in_whatever_words_it_is_asked():
    question = "主任让大家往后一直拿哪种办法来干活?"
    assert answer(question, "主任让大家往后一直拿“专人+台账”的办法来干活。", NIGHT).refused
