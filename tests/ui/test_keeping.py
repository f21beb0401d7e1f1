"""What readers wrote and were told is not lost by a slip of the hand or of the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from rag.types import Filters
from tests.ui.conftest import StandIn
from tests.ui.steps import QUESTION, ask

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
