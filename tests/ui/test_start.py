from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.ui.conftest import HOSTILE, make_article, seed_articles
from ui.start import example_questions, loaded, render_start


def test_examples_come_from_complete_articles_of_the_collection():
    questions = example_questions(seed_articles())
    assert 3 <= len(questions) <= 4
    assert any("专题党课" in question for question in questions)
    assert not any("以雪为令" in question for question in questions)


def test_a_headline_of_two_parts_reads_as_one_clause():
    questions = example_questions(seed_articles())
    assert any("区政府召开专题会议，听取城中村改造工作情况汇报" in item for item in questions)


def test_quotes_inside_quotes_are_single():
    (question,) = example_questions([make_article("为群租房上好“安全锁”", ["甲。"])])
    assert "“为群租房上好‘安全锁’”" in question


def test_given_examples_are_used_as_they_are():
    html = render_start(seed_articles(), ["谁来讲党课?"])
    assert html.count("data-ask") == 1
    assert "谁来讲党课?" in html


def test_it_says_how_many_articles_of_which_days():
    articles = seed_articles()
    articles[0] = replace(articles[0], published=date(2023, 12, 16))
    assert loaded(articles) == "已收录 6 篇报道，见报日期 2023年12月16日—2023年12月19日"
    assert loaded([replace(articles[0], published=None)]) == "已收录 1 篇报道"


def test_an_empty_collection_names_the_command():
    html = render_start([])
    assert "还没有收录任何报道" in html
    assert "<code>wenbao ingest" in html


def test_headlines_never_become_markup():
    assert "<script" not in render_start([make_article("头版 " + HOSTILE[:20], ["甲。"])])
