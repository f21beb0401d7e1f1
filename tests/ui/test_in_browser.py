"""The page in a real browser, answered by the stand-in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

import ui.page
from rag.errors import CollectionMissingError, ModelError
from rag.types import AnswerSentence, Filters, Verdict
from tests.ui.conftest import HOSTILE, StandIn, make_article, seed_articles
from tests.ui.steps import QUESTION, ask, in_view, overflow

pytestmark = pytest.mark.browser


def test_ask_see_sources_read_the_answer_and_open_the_marked_sentence(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    stand_in.pace = 0.05
    page = reader(address)
    assert page.title() == "问报"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator("footer")).to_be_hidden()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#sources .found .headline").first).to_contain_text("血液透析中心")
    expect(page.locator("#current .draft")).to_be_visible()
    expect(page.locator("#current .checking")).to_have_text("正在核对…")
    expect(page.locator("#question textarea")).to_be_disabled()
    expect(page.locator("#current .tools")).to_be_visible()
    expect(page.locator("#current .draft")).to_have_count(0)
    page.click("#current .cite >> nth=0")
    mark = page.locator("#article mark.focus")
    expect(mark).to_have_text(page.locator("#sources blockquote").first.inner_text())
    assert "25000人次" in mark.inner_text()
    assert in_view(page, "#article mark.focus")
    expect(page.locator("#article .inferred")).to_have_text("推定")
    page.click("#article [aria-label=下一处]")
    expect(page.locator("#article .place")).to_have_text("第 2 处，共 2 处")
    page.click("#article .to-sources")
    expect(page.locator("#sources .cited")).to_be_visible()


def test_numbers_are_reached_and_opened_by_keyboard(address: str, reader: Callable[..., Page]):
    page = reader(address)
    ask(page, QUESTION)
    page.focus("#current .cite >> nth=0")
    page.keyboard.press("Enter")
    expect(page.locator("#article mark.focus")).to_be_focused()


def test_other_routes_of_the_server_stay(address: str):
    with urlopen(f"{address}/health") as answer:
        assert json.load(answer) == {"status": "ok"}


def test_a_refusal_offers_related_articles_apart(address: str, reader: Callable[..., Page]):
    page = reader(address)
    ask(page, "下周的天气怎么样?")
    expect(page.locator("#current .refusal")).to_contain_text("没有查到")
    expect(page.locator("#current .cite")).to_have_count(0)
    page.click("#current .related .headline >> nth=0")
    expect(page.locator("#article .clipping")).to_be_visible()


def test_doubtful_sentences_say_what_is_missing(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    stand_in.script[QUESTION] = [
        AnswerSentence("每年血透均在5200人次以上。", Verdict.PARTLY, (1,), ("5200人次",)),
        AnswerSentence("它是全省最大的。", Verdict.UNSUPPORTED),
    ]
    page = reader(address)
    ask(page, QUESTION)
    tip = page.locator(".partly .tip")
    expect(tip).to_be_hidden()
    page.focus(".partly .doubt")
    expect(tip).to_be_visible()
    expect(tip).to_have_text("来源中没有找到：5200人次")
    expect(page.locator(".unsupported .doubt")).to_contain_text("未核实")


def test_a_conversation_survives_a_refresh_with_its_citations(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address)
    ask(page, QUESTION)
    ask(page, "下周的天气怎么样?")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator("#current .refusal")).to_be_visible()
    page.click("#past .cite >> nth=0")
    expect(page.locator("#article mark.focus")).to_contain_text("25000人次")
    ask(page, "近三年每年血透多少人次?")
    assert [turn.question for turn in stand_in.asked[-1][1]] == [QUESTION, "下周的天气怎么样?"]
    page.click("#new")
    expect(page.locator(".start")).to_be_visible()
    page.reload()
    expect(page.locator(".start")).to_be_visible()


def test_more_filters_unfold_reach_the_search_and_are_cleared(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address, width=390, height=844)
    expect(page.locator("#more")).to_be_hidden()
    page.click("#more-toggle button")
    page.locator("#byline").locator("input, textarea").fill("伍浩")
    page.fill("#first-day input", "2023-12-01")
    page.click("#more-toggle button")
    expect(page.locator("#more")).to_be_visible()
    ask(page, QUESTION)
    assert stand_in.asked[-1][2] == Filters(date(2023, 12, 1), None, "伍浩")
    expect(page.locator("#current .limits")).to_contain_text("记者“伍浩”")
    assert overflow(page) <= 0
    page.click("#unfilter")
    expect(page.locator("#first-day input")).to_have_value("")
    ask(page, "谁?")
    assert stand_in.asked[-1][2] == Filters()
    expect(page.locator("#current .limits")).to_have_count(0)


def test_two_readers_see_only_their_own(address: str, reader: Callable[..., Page]):
    first, second = reader(address), reader(address)
    ask(first, QUESTION)
    ask(second, "群租房里的充电桩是谁设置的?")
    expect(first.locator(".exchange")).to_have_count(1)
    expect(first.locator("#current .question")).to_have_text(QUESTION)
    second.reload()
    expect(second.locator("#current .question")).to_have_text("群租房里的充电桩是谁设置的?")


def test_two_tabs_of_one_reader_keep_a_conversation_each(address: str, reader: Callable[..., Page]):
    first = reader(address)
    ask(first, QUESTION)
    second = first.context.new_page()
    second.goto(address)
    expect(second.locator("#current .question")).to_have_text(QUESTION)
    second.click("#new")
    ask(second, "群租房里的充电桩是谁设置的?")
    ask(first, "下周的天气怎么样?")
    for tab, said in ((second, 1), (first, 2), (second, 1)):
        tab.reload()
        expect(tab.locator(".exchange")).to_have_count(said)
    expect(second.locator("#current .question")).to_have_text("群租房里的充电桩是谁设置的?")
    expect(first.locator("#past .question")).to_have_text(QUESTION)


def test_stopping_keeps_the_page_usable(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    stand_in.pace = 0.3
    page = reader(address)
    page.fill("#question textarea", QUESTION)
    page.click("#send")
    expect(page.locator("#current .draft")).to_be_visible()
    page.click("#stop")
    expect(page.locator("#current .status")).to_have_text("回答没有完成。")
    expect(page.locator("#send")).to_be_visible()
    stand_in.pace = 0
    page.click("#current [data-ask]")
    expect(page.locator("#current [data-copy]")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(2)


def test_an_earlier_answer_can_be_used_while_another_is_written(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address)
    ask(page, QUESTION)
    stand_in.pace = 0.15
    page.fill("#question textarea", "群租房里的充电桩是谁设置的?")
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .draft")).to_be_visible()
    page.click("#past [data-rating=up]")
    expect(page.locator("#past .reason")).to_be_visible()
    page.click("#past .cite >> nth=0")
    expect(page.locator("#article mark.focus")).to_contain_text("25000人次")
    expect(page.locator("#send")).to_be_visible()
    page.reload()
    expect(page.locator("#past [data-rating=up]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#current [data-copy]")).to_be_visible()


def test_a_new_conversation_may_begin_while_an_answer_is_written(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    stand_in.pace = 0.3
    page = reader(address)
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .draft")).to_be_visible()
    page.click("#new")
    expect(page.locator("#current .start")).to_be_visible()
    assert stand_in.closed.wait(10)
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    stand_in.pace = 0
    ask(page, QUESTION)
    expect(page.locator(".exchange")).to_have_count(1)


def test_a_lost_server_is_announced_in_chinese(address: str, reader: Callable[..., Page]):
    page = reader(address)
    page.route("**/gradio_api/**", lambda route: route.abort())
    page.fill("#question textarea", QUESTION)
    page.click("#send")
    expect(page.locator("#notice")).to_contain_text("连接断了")
    expect(page.locator(".toast-wrap")).to_be_hidden()


def test_empty_questions_wrong_dates_and_new_lines(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address)
    page.click("#send")
    expect(page.locator("#hint")).to_contain_text("还没有写问题")
    expect(page.locator(".start [data-ask]")).to_have_count(4)
    page.fill("#first-day input", "2023-12-18")
    page.fill("#last-day input", "2023-12-16")
    page.fill("#question textarea", "甲")
    page.press("#question textarea", "Shift+Enter")
    page.keyboard.type("乙")
    assert page.input_value("#question textarea") == "甲\n乙"
    page.press("#question textarea", "Enter")
    expect(page.locator("#hint")).to_contain_text("起始日期晚于截止日期")
    assert page.input_value("#question textarea") == "甲\n乙"
    assert stand_in.asked == []
    page.fill("#last-day input", "2023-12-20")
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .tools")).to_be_visible()
    expect(page.locator("#hint")).not_to_contain_text("日期")
    filters = stand_in.asked[0][2]
    assert str(filters.published_from) == "2023-12-18"


@pytest.mark.parametrize("slow", ["_answer", "_ready"])
def test_a_question_asked_while_a_refused_one_is_still_being_put_away_is_answered(
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[object], str],
    reader: Callable[..., Page],
    stand_in: StandIn,
    slow: str,
):
    place = ui.page._ChatPage if slow == "_answer" else ui.page
    act = getattr(place, slow)

    def slowly(*given: Any) -> Any:
        if given[-1] is None:
            time.sleep(1)
        return act(*given)

    def slowly_in_steps(*given: Any) -> Any:
        yield from slowly(*given)

    monkeypatch.setattr(place, slow, slowly_in_steps if slow == "_answer" else slowly)
    page = reader(serve(stand_in))
    page.click("#send")
    expect(page.locator("#hint")).to_contain_text("还没有写问题")
    ask(page, QUESTION)
    assert [asked[0] for asked in stand_in.asked] == [QUESTION]


def test_an_answer_stays_when_the_start_page_comes_after_it(
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[object], str],
    reader: Callable[..., Page],
    stand_in: StandIn,
):
    start = ui.chat.Chat.start

    def slowly(chat: ui.chat.Chat) -> tuple[str, str]:
        time.sleep(3)
        return start(chat)

    monkeypatch.setattr(ui.chat.Chat, "start", slowly)
    page = reader(serve(stand_in))
    page.reload()
    ask(page, QUESTION)
    expect(page.locator("#masthead .summary")).to_contain_text("已收录")
    page.wait_for_timeout(500)
    expect(page.locator("#current .question")).to_have_text(QUESTION)
    expect(page.locator("#current .tools")).to_be_visible()


def test_examples_are_asked_by_a_click(address: str, reader: Callable[..., Page]):
    page = reader(address)
    expect(page.locator(".start [data-ask]")).to_have_count(4)
    question = page.locator(".start [data-ask]").first.inner_text()
    page.click(".start [data-ask] >> nth=0")
    expect(page.locator("#current .question")).to_have_text(question)
    expect(page.locator("#current .tools")).to_be_visible()


def test_rating_copying_and_exporting(address: str, reader: Callable[..., Page], stand_in: StandIn):
    page = reader(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.click("#current [data-copy]")
    expect(page.locator("#current [data-copy]")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1] 《邹区人民医院" in copied
    page.click("#current [data-rating=down]")
    page.fill("#current .reason textarea", "没说年份")
    page.click("#current .reason button")
    expect(page.locator("#current .thanks")).to_be_visible()
    collection = stand_in.settings.collection
    file = collection.with_name("default.feedback.jsonl")
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [record["reason"] for record in records] == ["", "没说年份"]
    with page.expect_download() as download:
        page.click("#export")
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "问报对话.txt"
    assert QUESTION in saved
    page.reload()
    expect(page.locator("#current .thanks")).to_be_visible()


def test_texts_of_articles_and_answers_show_literally(
    serve: Callable[[object], str],
    make_stand_in: Callable[..., StandIn],
    reader: Callable[..., Page],
):
    article = make_article(HOSTILE, [f"第一句{HOSTILE}。", "第二句完。"], byline=(HOSTILE,))
    question = HOSTILE + "第一句"
    hostile = make_stand_in([article])
    hostile.script[question] = [AnswerSentence(HOSTILE, Verdict.PARTLY, (1,), (HOSTILE,))]
    page = reader(serve(hostile))
    ask(page, question)
    page.click("#current .cite")
    expect(page.locator("#article mark.focus")).to_contain_text(HOSTILE)
    expect(page.locator("#article h2")).to_have_text(HOSTILE)
    expect(page.locator("#current .sentence")).to_contain_text(HOSTILE)
    page.reload()
    expect(page.locator("#current .sentence")).to_contain_text(HOSTILE)
    assert page.locator("#page :is(script, img, a:not(.aside), strong, code, .katex)").count() == 0
    assert page.evaluate("window.hit") is None


def test_a_telephone_shows_one_column_and_comes_back_to_the_answer(
    address: str, reader: Callable[..., Page]
):
    page = reader(address, width=390, height=844)
    assert overflow(page) == 0
    ask(page, QUESTION)
    assert overflow(page) == 0
    page.click("#current .cite >> nth=0")
    expect(page.locator("#article mark.focus")).to_be_in_viewport()
    assert in_view(page, "#article mark.focus")
    assert in_view(page, "#article .to-answer")
    assert overflow(page) == 0
    page.click("#article .to-answer")
    expect(page.locator("#current .cite").first).to_be_in_viewport()
    expect(page.locator("#current .cite").first).to_be_focused()


def test_a_long_article_scrolls_to_its_sentence_inside_the_panel(
    serve: Callable[[object], str],
    make_stand_in: Callable[..., StandIn],
    reader: Callable[..., Page],
):
    lines = [f"第{number}段讲的是别的事情,与问题没有什么关系。" * 4 for number in range(60)]
    long = make_article("长篇报道", [*lines, "末尾写着血透中心累计血透达25000人次。"])
    page = reader(serve(make_stand_in([*seed_articles()[:2], long])))
    ask(page, "血透中心累计血透达多少人次?")
    page.click("#current .cite >> nth=0")
    expect(page.locator("#article mark.focus")).to_be_in_viewport()
    assert in_view(page, "#article mark.focus")
    assert page.evaluate("document.scrollingElement.scrollTop") == 0


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (CollectionMissingError("nothing ingested", remedy="run `wenbao ingest x`"), "收录"),
        (ModelError("no model", remedy="run `wenbao models fetch e5`"), "模型"),
    ],
)
def test_what_cannot_open_is_explained_with_its_command(
    serve: Callable[[object], str], reader: Callable[..., Page], error: Exception, text: str
):
    page = reader(serve(error))
    expect(page.locator(".note")).to_contain_text(text)
    expect(page.locator(".note code")).to_contain_text("wenbao")


def test_an_empty_collection_and_a_failing_answer_are_explained(
    serve: Callable[[object], str],
    make_stand_in: Callable[..., StandIn],
    reader: Callable[..., Page],
):
    empty = make_stand_in([])
    empty.failures["问"] = ModelError("no model", remedy="run `wenbao models fetch e5`")
    page = reader(serve(empty))
    expect(page.locator(".note code")).to_contain_text("wenbao ingest")
    ask(page, "问")
    expect(page.locator("#current .note code")).to_have_text("wenbao models fetch e5")
