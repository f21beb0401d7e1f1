"""A sentence that says nothing beside the question is no answer."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answering.pipeline import REFUSAL_TEXT
from rag.answering.premise import asks_again, false_premises, tell_of_another
from rag.retrieval.question import understand
from rag.types import Article
from tests.answering.conftest import MARKET
from tests.answering.test_pipeline import answer
from tests.support.collections import article


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("美丽的运河早市的摊位费是多少钱", "美丽的运河早市的摊位费是钱。"),
        ("运河早市几点开放", "运河早市几点开放?"),
        ("早市冷清是什么原因", "早市冷清的原因是早市冷清。"),
        ("运河早市的摊位费", "摊位费"),
        ("谁是早市的负责人?", "早市的负责人。"),
        ("运河早市今年的目标是什么?", "运河早市今年的目标。"),
        ("运河早市算不算最早的一批早市?", "是的，运河早市算不算最早的一批早市?"),
    ],
)
def test_what_only_repeats_the_question_is_no_answer(question: str, sentence: str):
    assert asks_again(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("运河早市搬迁到哪里?", "搬迁至文化广场北侧。"),
        ("摊位费上涨了吗?", "摊位费上涨了。"),
        ("摊位费有没有上涨?", "摊位费没有上涨。"),
        ("早市和夜市哪个热闹?", "早市热闹。"),
        ("早市搬到北侧还是西侧?", "早市搬到北侧。"),
        (
            "4月9日搬迁至文化广场北侧的运河早市首日有多少个摊位开张迎客?",
            "4月9日搬迁至文化广场北侧的运河早市首日有8个摊位开张迎客。",
        ),
        (
            "为了清除白蚁,物业逐户上门查看什么的踪迹,并在单元门口张贴防治白蚁的告示?",
            "为了清除白蚁,物业逐户上门查看白蚁的踪迹,并在单元门口张贴防治白蚁的告示。",
        ),
        ("除了叙利亚的空袭,哪个国家还有袭击?", "叙利亚。"),
        ("河堤边上修了多长的护栏", "河堤边上修了3公里的护栏。"),
    ],
)
def test_an_answer_in_the_askers_words_is_one(question: str, sentence: str):
    assert not asks_again(question, sentence)


def test_a_draft_that_repeats_the_question_is_not_made_whole_and_shown():
    given = answer("运河早市的摊位费", "摊位费", MARKET)
    assert given.refused
    assert given.text == REFUSAL_TEXT


TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("question", "text", "published"),
    [
        ("2024年4月的早市开放日来了多少人?", "4月9日,早市举办开放日。", None),
        ("2024年的早市开放日来了多少人?", "4月9日,早市举办开放日。", None),
        ("2024年4月9日的开放日来了多少人?", "早市举办开放日,来了800人。", None),
        ("2024年4月的早市开放日来了多少人?", "4月9日,早市举办开放日。", date(2024, 4, 10)),
        ("4月初的早市开放日来了多少人?", "4月6日,早市举办开放日。", None),
        ("4月下旬的早市开放日来了多少人?", "早市25日举办开放日。", None),
        ("2024年4月25日的早市开放日来了多少人?", "4月20日的公告说，早市25日办开放日。", None),
        ("2024年第一季度早市来了多少人?", "一季度,早市来了9万人次。", None),
        ("4月中旬的早市开放日来了多少人?", "4月12日,早市举办开放日。", None),
        ("4月9日的早市书展在哪里?", "4月8日至10日,早市举办书展。", date(2026, 4, 10)),
    ],
)
def test_an_article_of_unknown_day_may_be_of_the_year_that_is_asked_for(question, text, published):
    article = Article("a", "早市", text, "a.txt", published=published)
    assert false_premises(question, [article], TODAY) == ()


@pytest.mark.parametrize(
    ("question", "text", "published"),
    [
        ("2024年5月的早市开放日来了多少人?", "4月9日,早市举办开放日。", None),
        ("4月初的早市开放日来了多少人?", "4月19日,早市举办开放日。", None),
        ("4月8日的早市开放日来了多少人?", "4月9日,早市举办开放日。", None),
        ("2024年4月的早市开放日来了多少人?", "2023年的开放日来了800人。", None),
        ("2024年4月的早市开放日来了多少人?", "4月9日,早市举办开放日。", date(2025, 4, 10)),
    ],
)
def test_what_an_article_says_of_its_day_denies_another_one(question, text, published):
    article = Article("a", "早市", text, "a.txt", published=published)
    assert [fact.text for fact in false_premises(question, [article], TODAY)]


@pytest.mark.parametrize(
    "question",
    [
        "早市的5000家摊位是怎么管起来的?",
        "投了36万元的早市在哪里?",
        "早市推出的15条新规管什么?",
        "日均1.9万人次的早市在哪里?",
        "日均2万人次的早市在哪里?",
    ],
)
def test_a_figure_that_no_article_holds_is_a_false_premise(question: str):
    assert [fact.text for fact in false_premises(question, [MARKET], TODAY)]


@pytest.mark.parametrize(
    "question",
    [
        "首日来了18000人次的早市在哪里?",  # printed as 1.8万
        "来了近2万人的早市在哪里?",
        "早市上八十多岁的摊主叫什么?",
        "早市头十个月来了多少人?",
        "2023年10月30日前后早市来了多少人?",
        "列出10条早市的新闻",
        "给我找12条新规",
        "早市的3位负责人是谁?",
        "早市是9号搬的吗?",
    ],
)
def test_what_is_not_counted_exactly_claims_nothing(question: str):
    assert false_premises(question, [MARKET], TODAY) == ()


def test_the_day_of_publication_is_not_that_of_what_happened_on_another():
    given = answer("早市是哪天搬的?", "2024年4月10日。", MARKET)
    assert "10日" not in given.text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("第六届社区运动会在哪里开幕?", "第五届社区运动会昨天在体育中心开幕。"),
        ("第3批“绿色商场”有哪些?", "第2批“绿色商场”名单公布。"),
    ],
)
def test_another_one_of_a_series_is_not_what_was_asked_for(question: str, text: str):
    assert tell_of_another(question, [article("新闻", text)], TODAY)
    # Where it is spoken of as well, or nothing is numbered so, there is nothing to say.
    both = article("新闻", text + question.split("在")[0].split("有")[0] + "也已筹备。")
    assert not tell_of_another(question, [both], TODAY)
    second = article("新闻", "第二次社区、“绿色商场”普查开始。")
    assert not tell_of_another(question, [second], TODAY)
    assert not tell_of_another("社区运动会在哪里开幕?", [article("新闻", text)], TODAY)


def test_no_answer_is_told_of_another_one_of_a_series():
    games = article("运动会", "第五届社区运动会昨天在体育中心开幕。")
    draft = "社区运动会在体育中心开幕。"
    assert not answer("第五届社区运动会在哪里开幕?", draft, games).refused
    assert answer("第六届社区运动会在哪里开幕?", draft, games).refused


def test_a_person_whom_no_article_names_is_a_false_premise():
    final = article("乒乓球赛", "周永康乐获得男子单打冠军，林小荷获得女子单打冠军。")
    asked = "林思远在乒乓球赛得了第几名?"
    assert [fact.text for fact in false_premises(asked, [final], TODAY)] == ["林思远"]


@pytest.mark.parametrize(
    "question",
    [
        "林小河得了什么奖?",  # misspelt
        "小荷得了什么奖?",
        "比赛因何原因推迟?",
        "江先生得了什么奖?",
        "黄金周谁得了冠军?",
        "文旅局颁了什么奖?",
    ],
)
def test_who_is_misspelt_shortened_or_no_person_is_not_denied(question: str):
    final = article("乒乓球赛", "周永康乐获得男子单打冠军，林小荷获得女子单打冠军。")
    assert false_premises(question, [final], TODAY) == ()


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("60岁老人领什么补贴?", "年满60周岁的老人可领补贴。"),
        ("50平米的房子有多少套?", "50平方米的房子有80套。"),
        ("长30公里的绿道在哪里?", "绿道全长30千米，在东湖边。"),
        ("气温36度的那天做了什么?", "当天气温36℃，社区送水。"),
        ("要等12个小时的检查是什么?", "检查要等12小时。"),
        ("种了500棵树的是哪个村?", "河东村种树500株。"),
        ("12栋楼加装电梯的是哪个小区?", "和平小区12幢楼加装电梯。"),
        ("总投资三点五亿元的项目在哪里?", "项目总投资3.5亿元，在东湖。"),
        ("产值612亿元的是哪个区?", "东湖区产值612.4亿元。"),
        ("来了3万人的庙会在哪里?", "庙会迎客31200人，在东湖。"),
        ("2610套公寓在哪里?", "东湖边有公寓2610户。"),
    ],
)
def test_one_measure_under_two_names_is_no_false_premise(asked: str, printed: str):
    assert false_premises(asked, [article("新闻", printed)], TODAY) == ()


def test_what_another_article_holds_is_not_answered_from_one_that_lacks_it():
    spring = article("春季招聘会", "春季招聘会提供岗位1200个，在体育馆举行。")
    autumn = article("秋季招聘会", "秋季招聘会提供岗位860个，在文化馆举行。")
    given = answer("提供1200个岗位的招聘会在哪里举行?", "招聘会在文化馆举行。", autumn, spring)
    assert "文化馆" not in given.text
    given = answer("提供1200个岗位的招聘会在哪里举行?", "招聘会在体育馆举行。", autumn, spring)
    assert "体育馆" in given.text


def test_a_house_of_fifty_years_has_its_anniversary():
    library = article("馆庆", "区图书馆庆祝建馆50周年。")
    assert false_premises("五十岁的区图书馆怎么过生日?", [library], TODAY) == ()
    assert false_premises("六十岁的区图书馆怎么过生日?", [library], TODAY)


DEEDS = article(
    "老城区优化营商环境",
    "城西区印发《加快夜间消费发展三年行动方案》，不动产证当天办好。改造资金已拨付。",
)


@pytest.mark.parametrize(
    "question",
    [
        "“办产权证”需要什么材料?",
        "“坐公交”能不能去?",
        "“营商环境优化”做了什么?",
        "《夜间消费行动方案》是哪个区印发的?",
        "“老城区改造资金”拨付了吗?",
        "办证要准备哪些“申请材料”?",
        "“城西区加快发展夜间消费”的方案叫什么?",
    ],
)
def test_what_is_only_stressed_or_half_remembered_need_not_be_printed_so(question: str):
    assert false_premises(question, [DEEDS], TODAY) == ()


@pytest.mark.parametrize(
    "question",
    [
        "什么是“最多跑一次”?",
        "“送书香”活动是哪天?",
        "《夜间消费五年规划》是哪个区印发的?",
        "《夜间文化行动方案》是哪个区印发的?",
        "“六个环境”是什么?",
        "“证照分离”什么时候实行?",
    ],
)
def test_a_name_or_slogan_that_no_article_has_is_a_false_premise(question: str):
    assert [fact.text for fact in false_premises(question, [DEEDS], TODAY)]


@pytest.mark.parametrize(
    "question", ["图书馆周一开门吗?", "每周五有集市吗?", "星期天的球赛谁赢了?"]
)
def test_a_day_of_the_week_is_no_day_of_the_calendar(question: str):
    library = article("图书馆", "图书馆周一闭馆，集市每周五开，4月12日的球赛东湖队赢了。")
    understood = understand(question, today=TODAY)
    assert understood.dates == ()
    assert false_premises(understood.search_text, [library], TODAY) == ()
