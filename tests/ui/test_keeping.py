"""What readers wrote and were told is not lost by a slip of the hand or of the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from rag.types import Filters
from tests.ui.conftest import StandIn
from tests.ui.steps import QUESTION, ask
from ui.conversation import MAX_EXCHANGES

pytestmark = pytest.mark.browser


def test_what_is_written_and_not_asked_yet_survives_a_reload(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address)
    page.click("#more-toggle button")
    page.locator("#byline").locator("input, textarea").fill("伍浩")
    page.fill("#last-day input", "2023-12-31")
    page.fill("#question textarea", QUESTION)
    page.reload()
    expect(page.locator("#question textarea")).to_have_value(QUESTION)
    expect(page.locator("#more")).to_be_visible()
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .tools")).to_be_visible()
    filters = stand_in.asked[-1][2]
    assert (str(filters.published_to), filters.byline) == ("2023-12-31", "伍浩")
    page.click("#unfilter")
    page.reload()
    expect(page.locator("#current .tools")).to_be_visible()
    expect(page.locator("#question textarea")).to_have_value("")
    ask(page, "谁?")
    assert stand_in.asked[-1][2] == Filters()


def test_a_conversation_that_was_put_away_can_be_brought_back(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    page = reader(address)
    page.click("#new")
    expect(page.locator(".start")).to_be_visible()
    expect(page.locator("#hint button")).to_have_count(0)
    ask(page, QUESTION)
    ask(page, "下周的天气怎么样?")
    page.click("#new")
    expect(page.locator(".exchange")).to_have_count(0)
    page.click("#hint button")
    expect(page.locator(".exchange")).to_have_count(2)
    page.click("#past .cite >> nth=0")
    expect(page.locator("#article mark.focus")).to_contain_text("25000人次")
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    ask(page, "近三年每年血透多少人次?")
    assert len(stand_in.asked[-1][1]) == 2
    expect(page.locator("#hint button")).to_have_count(0)


def test_it_is_said_before_the_oldest_question_goes(address: str, reader: Callable[..., Page]):
    page = reader(address)
    for number in range(1, MAX_EXCHANGES + 1):
        expect(page.locator("#hint")).not_to_contain_text("移走")
        ask(page, f"第{number}次问天气怎么样?")
    expect(page.locator("#hint")).to_contain_text("最早的一问就会移走")
    expect(page.locator("#past .question").first).to_have_text("第1次问天气怎么样?")
    page.reload()
    expect(page.locator("#hint")).to_contain_text("最早的一问就会移走")
    page.click("#new")
    expect(page.locator("#hint")).not_to_contain_text("移走")
