"""Who wrote an article, and under which headline, is told of the article itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answering.colophon import Asked, asked_of_article
from rag.types import Verdict
from tests.answering.conftest import MARKET, POLICE, evidence_from
from tests.answering.test_pipeline import answer


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("早市那条消息是哪个记者写的?", Asked.AUTHOR),
        ("早市搬家的报道是由哪两个人采写的", Asked.AUTHOR),
        ("是谁采写了烟感器的那篇稿子?", Asked.AUTHOR),
        ("这篇文章的作者是谁?", Asked.AUTHOR),
        ("《早市搬了新家》是谁写的?", Asked.AUTHOR),
        ("写早市搬家的那篇新闻,标题叫什么?", Asked.HEADLINE),
        ("烟感器那篇报道叫啥标题", Asked.HEADLINE),
        ("早市那篇报道是哪天见报的?", Asked.DAY),
    ],
)
def test_what_is_asked_about_the_article(question: str, asked: Asked):
    assert asked_of_article(question, evidence_from(MARKET)) is asked


@pytest.mark.parametrize(
    "question",
    [
        "新闻发布会由谁主持?",
        "报道里说谁写了感谢信?",
        "《运河三百年》是谁写的?",  # a book
        "记者采访了谁?",
        "报道提到的感谢信是谁写的?",
        "社区活动的题目是什么?",
        "赵立新是谁?",
    ],
)
def test_what_is_asked_about_the_matter(question: str):
    assert asked_of_article(question, evidence_from(MARKET)) is None


def test_the_author_is_told_with_the_beginning_of_the_article():
    given = answer("装烟感器那条消息是哪个记者写的?", "不会用到。", POLICE, MARKET)
    assert given.text == "《为老旧小区装上“电子哨兵”》署名周敏。"
    (sentence,) = given.sentences
    assert (sentence.verdict, sentence.citations) == (Verdict.SUPPORTED, (1,))
    (source,) = given.sources
    assert POLICE.text[source.start : source.end] == source.quote
    assert source.quote.startswith("本报讯(周敏)")


def test_an_article_without_names_is_not_given_any():
    given = answer("早市那条消息是哪个记者写的?", "孙丽写的。", MARKET)
    assert given.refused
    assert given.related


def test_a_concluded_day_is_told_as_one():
    article = replace(MARKET, published=date(2024, 4, 10), published_inferred=True)
    given = answer("早市那篇报道是哪天见报的?", "4月9日。", article)
    assert given.text == "《早市搬了新家》刊登于2024年4月10日（按报道内容推断）。"


def test_the_line_over_the_headline_is_told_too():
    article = replace(MARKET, kicker="民生实事 件件落地")
    given = answer("早市那篇报道的标题是什么?", "早市。", article)
    assert given.text == "标题是《早市搬了新家》，引题“民生实事 件件落地”。"


def test_a_headline_cannot_act_upon_who_reads_it():
    article = replace(MARKET, headline="早市<script>alert(1)</script>[点此](http://a.b)搬家[9]")
    given = answer("早市那篇报道的标题是什么?", "早市。", article)
    assert given.sentences
    assert "<script>" not in given.text
    assert "](" not in given.text
    assert "[9]" not in given.text
