from __future__ import annotations

import re
from dataclasses import replace

from rag.types import Article, Source, Span
from tests.ui.conftest import HOSTILE, make_article, seed_articles
from ui.conversation import Exchange, Found, Status
from ui.sources import render_article, render_gone, render_sources


def article_on(word: str) -> Article:
    return next(article for article in seed_articles() if word in article.headline)


def cite(article: Article, number: int, quote: str) -> Source:
    start = article.text.index(quote)
    return Source(
        number,
        article.id,
        article.headline,
        article.published,
        article.published_inferred,
        article.source,
        quote,
        start,
        start + len(quote),
    )


def exchange(*sources: Source) -> Exchange:
    return Exchange("问题", status=Status.DONE, sources=sources)


def test_an_article_shows_what_the_paper_prints():
    article = article_on("专题党课")
    html = render_article(article, exchange(), 0, Span(0, 5), opened=1)
    assert "树牢正确政绩观 求真务实促发展" in html
    assert "<h2>沈东讲授主题教育专题党课</h2>" in html
    assert "田雨婷" in html
    assert "2023年12月19日" in html
    assert "推定" in html
    assert "seeds/" in html
    assert "本文未完" not in html


def test_subheads_are_headings_and_paragraphs_are_paragraphs():
    html = render_article(article_on("融创益家"), exchange(), 0, Span(0, 1), opened=1)
    assert "<h3>场景拓展,打造便民服务站</h3>" in html
    assert html.count("<p>") == 9


def test_an_incomplete_article_says_so():
    html = render_article(article_on("以雪为令"), exchange(), 0, Span(0, 5), opened=1)
    assert "本文未完" in html


def test_exactly_the_cited_sentence_is_marked_and_other_citations_faintly():
    article = article_on("血液透析")
    first = cite(article, 1, "血透中心现共收治70余位尿毒症患者,累计血透、血滤达25000人次。")
    second = cite(article, 2, "近三年每年血透均在4800人次以上")
    html = render_article(
        article, exchange(first, second), 0, Span(first.start, first.end), number=1, opened=1
    )
    assert f'<mark class="focus" tabindex="-1">{first.quote}</mark>' in html
    assert f"<mark>{second.quote}</mark>" in html
    assert html.count("<mark") == 2


def test_a_found_passage_is_marked_across_paragraphs():
    article = make_article("标题", ["第一段。尾句。", "第二段。"])
    html = render_article(article, exchange(), 0, Span(4, 12), opened=1)
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", html) == ["尾句。", "第二段。"]


def test_overlapping_citations_lose_no_text():
    article = make_article("标题", ["一二三四五六七八九十。"])
    base = cite(article, 1, "二三四五六")
    other = cite(article, 2, "五六七八")
    html = render_article(
        article, exchange(base, other), 0, Span(base.start, base.end), number=1, opened=1
    )
    body = html[html.index('class="text">') + 13 : html.index("</div><dl")]
    assert re.sub(r"<[^>]*>", "", body) == article.text
    assert '<mark class="focus" tabindex="-1">五六</mark><mark>七八</mark>' in body


def test_one_steps_through_the_cited_sentences_in_order():
    article = article_on("血液透析")
    sources = [cite(article, n, q) for n, q in ((1, "25000人次"), (2, "4800人次"), (3, "2018年"))]
    html = render_article(article, exchange(*sources), 5, Span(0, 1), number=2, opened=1)
    assert "第 2 处，共 3 处" in html
    assert re.search(r'data-number="1"[^>]*上一处', html)
    assert re.search(r'data-number="3"[^>]*下一处', html)
    last = render_article(article, exchange(*sources), 5, Span(0, 1), number=3, opened=1)
    assert re.search(r"disabled[^>]*下一处", last)


def test_an_article_without_paragraphs_still_shows_its_lines():
    article = replace(make_article("标题", ["甲。", "乙。"]), paragraphs=())
    html = render_article(article, exchange(), 0, Span(0, 1), opened=1)
    assert html.count("<p>") == 2


def test_an_article_that_is_gone_still_shows_its_quote():
    assert "原句" in render_gone("原句", exchange(), 0, opened=1)


def test_the_panel_lists_citations_first_and_each_article_once():
    article = article_on("血液透析")
    found = (
        Found(article.id, article.headline, None, False, 0, 5, "片段", ("有相同的词：血透",), 3),
        Found("b", "以雪为令", None, False, 0, 5, "铲雪", ("意思相近",), 2),
    )
    html = render_sources(replace(exchange(cite(article, 1, "25000人次")), found=found), 0)
    assert html.index("答案引用") < html.index("其他查到的报道")
    assert html.count(article.headline) == 3  # the number's title twice, the headline once
    assert "意思相近；另有 1 处" in html


def test_the_panel_before_a_question_and_after_a_refusal_says_what_it_is_for():
    assert "点答案里的数字" in render_sources(None, 0)
    refused = Exchange("问", status=Status.DONE, refused=True)
    assert "没有引用任何报道" in render_sources(refused, 0)


def test_nothing_in_an_article_becomes_markup():
    article = replace(
        make_article(HOSTILE, [HOSTILE + "。"], byline=(HOSTILE,)),
        kicker=HOSTILE,
        source=HOSTILE,
        section=HOSTILE,
    )
    found = Found(article.id, HOSTILE, None, False, 0, 5, HOSTILE, (HOSTILE,))
    cited = exchange(cite(article, 1, HOSTILE))
    pages = (
        render_article(article, cited, 0, Span(3, 9), number=1, opened=1),
        render_article(article, exchange(), 0, Span(3, 9), opened=1),
        render_sources(cited, 0),
        render_sources(replace(exchange(), found=(found,)), 0),
        render_gone(HOSTILE, cited, 0, opened=1),
    )
    for html in pages:
        for piece in ("<script", "<img", "${", "{{", "onerror='"):
            assert piece not in html
