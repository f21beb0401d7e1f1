"""The page for those who enlarge it, print it or work by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.types import AnswerSentence, Verdict
from tests.get_browser import find_browser
from tests.ui.conftest import FLAGS, StandIn
from tests.ui.steps import QUESTION, ask, in_view, overflow

pytestmark = pytest.mark.browser

# Whether a tap a thumb's breadth wide around its middle meets the element.
_TAPPED = """node => {
  const box = node.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  return [[-12, 0], [12, 0], [0, -12], [0, 12]].every(([right, down]) =>
    document.elementFromPoint(x + right, y + down) === node);
}"""
_ROOM = """() => {
  const top = Math.max(0, document.querySelector("#top").getBoundingClientRect().bottom);
  const bottom = document.querySelector("#compose").getBoundingClientRect().top;
  return (bottom - top) / window.innerHeight;
}"""


@pytest.fixture
def with_font(browser: Browser, address: str) -> Iterator[Callable[[int, int, int], Page]]:
    """Opens the page in a browser whose reader has set this font size."""
    opened: list[Browser] = []

    def open_page(font: int, width: int, height: int) -> Page:
        flags = [*FLAGS, f"--blink-settings=defaultFontSize={font}"]
        opened.append(browser.browser_type.launch(executable_path=find_browser(), args=flags))
        page = opened[-1].new_page(viewport={"width": width, "height": height})
        page.goto(address)
        page.wait_for_selector(".start")
        return page

    yield open_page
    for enlarged in opened:
        enlarged.close()


# A notebook's screen at 150 %, and a browser set to a very large font.
@pytest.mark.parametrize("given", [(16, 911, 432), (32, 1280, 800)])
def test_enlarged_pages_and_large_fonts_leave_room_for_the_answer(
    with_font: Callable[[int, int, int], Page], given: tuple[int, int, int]
):
    page = with_font(*given)
    ask(page, QUESTION)
    page.wait_for_timeout(500)
    assert page.evaluate(_ROOM) > 0.6
    assert in_view(page, "#current .answer")
    assert overflow(page) <= 0


def test_the_masthead_of_a_telephone_with_a_large_font_does_not_overlap(
    with_font: Callable[[int, int, int], Page],
):
    page = with_font(32, 390, 844)
    assert overflow(page) <= 0
    assert all(in_view(page, name) for name in ("#masthead h1", "#new", "#export"))


def test_a_thumb_meets_the_number_it_aims_at(address: str, browser: Browser, stand_in: StandIn):
    stand_in.script[QUESTION] = [AnswerSentence("累计25000人次。", Verdict.SUPPORTED, (1, 2))]
    telephone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = telephone.new_page()
    page.goto(address)
    ask(page, QUESTION)
    chips = page.locator("#current .cite")
    assert [chip.evaluate(_TAPPED) for chip in chips.all()] == [True, True]
    telephone.close()


def test_paper_shows_every_answer_with_what_its_numbers_stand_for(
    address: str, reader: Callable[..., Page]
):
    page = reader(address, width=1123, height=794)
    ask(page, QUESTION)
    ask(page, "群租房里的充电桩是谁设置的?")
    expect(page.locator(".on-paper").first).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    for exchange in (page.locator("#past .exchange"), page.locator("#current .exchange")):
        cited = exchange.locator(".cite").count()
        assert cited
        expect(exchange.locator(".on-paper li:visible")).to_have_count(cited)
    expect(page.locator("#past .on-paper")).to_contain_text("累计血透、血滤达25000人次")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#page :is(button, textarea):visible:not(.cite)")).to_have_count(0)
    # What scrolls inside the page would be cut off at the end of the sheet.
    assert page.evaluate("getComputedStyle(document.querySelector('#talk')).overflowY") == "visible"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.click("#past .cite >> nth=0")
    page.emulate_media(media="print")
    expect(page.locator("#article mark.focus")).to_be_visible()
    expect(page.locator("#article .bar")).to_be_hidden()


def test_what_is_finished_comes_into_view_but_not_under_the_eyes_of_who_reads_on(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    long = "血液透析中心累计血透情况?"
    stand_in.script[long] = [
        AnswerSentence(f"第{number}句说的是很多事情中的一件。\n", Verdict.SUPPORTED, (1,))
        for number in range(60)
    ]
    page = reader(address, height=640)
    ask(page, QUESTION)
    ask(page, "下周的天气怎么样?")
    for name in ("question", "related li:last-child", "tools [data-rating=down]"):
        expect(page.locator(f"#current .{name}")).to_be_in_viewport(ratio=1)
    page.fill("#question textarea", long)
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .sentence").nth(20)).to_be_attached()
    page.evaluate("document.querySelector('#talk').scrollTop = 0")
    expect(page.locator("#current .tools")).to_be_attached()
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('#talk').scrollTop") == 0


def test_a_stopped_search_does_not_claim_that_nothing_was_found(
    address: str, reader: Callable[..., Page], stand_in: StandIn
):
    stand_in.script[QUESTION] = [AnswerSentence("慢。" * 400, Verdict.SUPPORTED)]
    page = reader(address)
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#current .draft")).to_be_visible()
    page.reload()
    expect(page.locator("#current .status")).to_have_text("回答没有完成。")
    expect(page.locator("#sources")).not_to_contain_text("没有找到")


def test_the_keyboard_keeps_its_place(address: str, reader: Callable[..., Page]):
    page = reader(address)
    ask(page, QUESTION)
    chip = page.locator("#current .cite").nth(1)
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#article mark.focus")).to_be_focused()
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    page.focus("#article .to-sources")
    page.keyboard.press("Enter")
    expect(page.locator("#sources .cite[data-number='2']")).to_be_focused()
    page.focus("#sources .headline >> nth=0")
    page.keyboard.press("Enter")
    expect(page.locator("#article mark.focus")).to_be_focused()
    page.focus("#current [data-rating=down]")
    page.keyboard.press("Enter")
    page.focus("#current .reason button")
    page.keyboard.press("Enter")
    expect(page.locator("#current .thanks")).to_be_visible()
    expect(page.locator("#current [data-rating=down]")).to_be_focused()
    page.click("#new")
    page.focus("#hint button")
    page.keyboard.press("Enter")
    expect(page.locator("#question textarea")).to_be_focused()


@pytest.mark.parametrize(
    "clipboard", ["undefined", "{writeText: () => Promise.reject(new Error('denied'))}"]
)
def test_copying_works_where_the_browser_keeps_its_clipboard_to_itself(
    address: str, reader: Callable[..., Page], clipboard: str
):
    page = reader(address)
    page.evaluate(f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}})")
    ask(page, QUESTION)
    page.focus("#current [data-copy]")
    page.keyboard.press("Enter")
    expect(page.locator("#current [data-copy]")).to_have_text("已复制")
    expect(page.locator("#current [data-copy]")).to_be_focused()
    page.focus("#question textarea")
    page.keyboard.press("ControlOrMeta+v")
    expect(page.locator("#question textarea")).to_have_value(re.compile("出处：\n\\[1\\] 《"))
