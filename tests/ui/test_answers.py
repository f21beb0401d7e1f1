from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from rag.types import AnswerSentence, Source, Verdict
from tests.ui.conftest import HOSTILE
from ui.answers import render, render_all, render_live
from ui.conversation import Exchange, Found, Status

SOURCE = Source(
    number=1,
    article_id="a",
    headline="邹区人民医院 血液透析中心获省级荣誉",
    published=date(2023, 12, 19),
    published_inferred=True,
    source="seeds/page.txt",
    quote="血透中心现共收治70余位尿毒症患者,累计血透、血滤达25000人次。",
    start=10,
    end=43,
)
DONE = Exchange(
    "血透中心累计血透多少人次?",
    status=Status.DONE,
    text="累计血透、血滤达25000人次。",
    sentences=(AnswerSentence("累计血透、血滤达25000人次。", Verdict.SUPPORTED, (1,)),),
    sources=(SOURCE,),
)


def visible(html: str) -> str:
    """What a reader sees of it, near enough."""
    import html as library

    return library.unescape(re.sub(r"<[^>]*>", "", html))


def test_a_supported_sentence_is_followed_by_its_number_and_no_mark():
    html = render(DONE, 3)
    assert re.search(r"25000人次。<sup><button[^>]*>1</button></sup></span>", html)
    assert 'data-do="cite" data-turn="3" data-number="1"' in html
    assert "核实" not in html


def test_a_partly_supported_sentence_names_what_is_missing():
    sentence = AnswerSentence("每年5200人次。", Verdict.PARTLY, (1,), ("5200人次", "每年"))
    html = render(replace(DONE, sentences=(sentence,)), 0)
    assert "部分核实" in html
    assert "来源中没有找到：5200人次、每年" in html
    assert 'tabindex="0"' in html


def test_an_unsupported_sentence_is_marked():
    sentence = AnswerSentence("它是全省最大的。", Verdict.UNSUPPORTED)
    html = render(replace(DONE, sentences=(sentence,)), 0)
    assert "未核实" in html
    assert "部分核实" not in html
    assert 'class="cite"' not in html


def test_a_number_without_a_source_gets_no_button():
    sentence = AnswerSentence("累计25000人次。", Verdict.SUPPORTED, (1, 7))
    html = render(replace(DONE, sentences=(sentence,)), 0)
    assert html.count('class="cite"') == 1


def test_marks_stand_before_a_line_break_that_ends_the_sentence():
    sentence = AnswerSentence("第一句。\n", Verdict.SUPPORTED, (1,))
    assert "</sup></span>\n" in render(replace(DONE, sentences=(sentence,)), 0)


def test_a_refusal_cites_nothing_and_offers_articles_apart():
    found = Found("b", "以雪为令", None, False, 0, 10, "12月18日上午", ())
    exchange = Exchange(
        "下周天气?",
        status=Status.DONE,
        text="报上没有查到。",
        refused=True,
        reason="找到的报道没有提到数字“5000家”",
        related=(found,),
    )
    html = render(exchange, 0)
    assert 'class="refusal"' in html
    assert "<p>找到的报道没有提到数字“5000家”。</p>" in html
    assert 'class="cite"' not in html
    assert 'data-do="related"' in html
    assert "以雪为令" in html
    assert "日期不详" in html


def test_a_draft_is_apart_from_verified_text_and_says_that_it_is_being_checked():
    html = render_live(DONE, 0, draft="近三年")
    assert '<span class="draft" aria-hidden="true">近三年</span>' in html
    assert "正在核对…" in html
    assert 'aria-busy="true"' in html
    assert 'aria-busy="false"' in render(DONE, 0)


def test_a_failure_shows_the_command_and_lets_one_ask_again():
    exchange = Exchange(
        "问题", status=Status.FAILED, problem="需要的模型还没有准备好。", command="wenbao models"
    )
    html = render(exchange, 0)
    assert "<code>wenbao models</code>" in html
    assert 'data-ask="问题"' in html
    assert "data-rating" not in html


def test_exchanges_are_numbered_from_the_first():
    html = render_all((DONE, DONE), first=4)
    assert 'data-turn="4"' in html
    assert 'data-turn="5"' in html


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED, Status.INTERRUPTED])
@pytest.mark.parametrize("refused", [True, False])
def test_nothing_written_by_others_becomes_markup(status: Status, refused: bool):
    exchange = Exchange(
        HOSTILE,
        status=status,
        text=HOSTILE,
        sentences=(AnswerSentence(HOSTILE, Verdict.PARTLY, (1,), (HOSTILE,)),),
        sources=(replace(SOURCE, headline=HOSTILE, quote=HOSTILE),),
        refused=refused,
        related=(Found(HOSTILE, HOSTILE, None, False, 0, 1, HOSTILE, (HOSTILE,)),),
        problem=HOSTILE,
        command=HOSTILE,
        detail=HOSTILE,
    )
    for html in (render(exchange, 0), render_live(exchange, 0, draft=HOSTILE, status=HOSTILE)):
        for piece in ("<script", "<img", "${", "{{", "onerror='"):
            assert piece not in html
        assert HOSTILE in visible(html)
