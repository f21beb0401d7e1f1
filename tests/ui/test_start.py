from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.ui.conftest import HOSTILE, make_article, seed_articles
from ui.start import example_questions, loaded, render_start

CLINIC = make_article(
    "血液透析中心获省级荣誉",
    ["日前,邹区人民医院血液透析中心喜获省级荣誉。", "血透中心现共收治70余位尿毒症患者。"],
)
COUNCIL = make_article(
    "区政府召开专题会议", ["12月15日,区政府召开专题会议,听取城中村改造工作情况汇报。"]
)


def test_a_figure_and_a_date_are_asked_for_as_a_person_would():
    assert example_questions([CLINIC]) == ["血透中心现共收治多少位尿毒症患者？"]
    assert example_questions([COUNCIL]) == ["区政府召开专题会议是什么时候？"]


def test_what_is_no_statement_of_its_own_is_not_asked_for():
    lines = ["据介绍,同比增长8.7%。", "5月31日,记者从检察院获悉有关情况。"]
    (question,) = example_questions([make_article("医院门诊量逐年上升", lines)])
    assert question == "医院门诊量逐年上升是怎么回事？"


def test_four_examples_come_from_four_complete_articles():
    questions = example_questions(seed_articles())
    assert len(set(questions)) == 4
    assert not any("以雪为令" in question for question in questions)


def test_a_headline_of_two_parts_reads_as_one_clause_without_quotation_marks_around_it():
    article = make_article("区政府召开会议 听取情况汇报", ["甲。"])
    assert example_questions([article]) == ["区政府召开会议，听取情况汇报是怎么回事？"]


def test_rubrics_and_collections_of_short_news_are_no_questions():
    assert example_questions([make_article("国际联播快讯快讯", ["甲。"])]) == []
    (question,) = example_questions([make_article("【新时代】老城区改造见成效", ["甲。"])])
    assert question == "老城区改造见成效是怎么回事？"


def test_given_examples_are_used_as_they_are():
    html = render_start(seed_articles(), ["谁来讲党课?"])
    assert html.count("data-ask") == 1
    assert "谁来讲党课?" in html


def test_it_says_how_many_articles_of_which_days():
    articles = seed_articles()
    articles[0] = replace(articles[0], published=date(2023, 12, 16))
    assert loaded(articles).startswith("已收录 6 篇报道，见报日期 2023年12月16日—2023年12月19日")
    assert loaded([replace(articles[0], published=None)]) == "已收录 1 篇报道"


def test_it_says_what_is_found_by_words_alone():
    articles = seed_articles()
    assert "只按字词查找" not in render_start(articles, [])
    assert "另有 1200 段文字还在编入" in render_start(articles, [], 1200)


def test_days_that_were_all_inferred_are_said_to_be_so():
    printed = replace(seed_articles()[0], published_inferred=False)
    inferred = replace(printed, published_inferred=True)
    assert loaded([inferred]).endswith("（推定）")
    assert "推定" not in loaded([inferred, printed])


def test_an_empty_collection_names_the_command():
    html = render_start([])
    assert "还没有收录任何报道" in html
    assert "<code>wenbao ingest" in html


def test_headlines_never_become_markup():
    assert "<script" not in render_start([make_article("头版 " + HOSTILE[:20], ["甲。"])])
