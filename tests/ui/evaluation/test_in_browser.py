"""The evaluation page in a real browser, answered by the stand-in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.evaluation import Case, write_test_set
from rag.types import Answer
from tests.ui.conftest import StandIn
from tests.ui.evaluation.conftest import CASES
from tests.ui.test_in_browser import ask, overflow

pytestmark = pytest.mark.browser


@pytest.fixture
def address(serve: Callable[[object], str], stand_in: StandIn) -> str:
    stand_in.pace = 0
    return serve(stand_in)


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#file-button")
    chooser.value.set_files(path)


def start(page: Page, path: Path, name: str = "") -> None:
    choose(page, path)
    expect(page.locator("#checked")).to_contain_text("可以开始")
    page.fill("#name input", name)
    page.click("#start")


def slowly(stand_in: StandIn) -> None:
    """Make each question of a run take a while; those of the chat page do not."""
    ask = stand_in.ask

    def ask_slowly(question: str, **options: Any) -> Answer:
        time.sleep(0.15)
        return ask(question, **options)

    stand_in.ask = ask_slowly  # type: ignore[method-assign]


def long_set(folder: Path) -> Path:
    cases = [
        Case(f"{number}", f"第{number}个天气怎么样?", answerable=False) for number in range(60)
    ]
    write_test_set(folder / "长.jsonl", cases)
    return folder / "长.jsonl"


def test_from_the_chat_to_a_report_and_back(
    address: str, reader: Callable[..., Page], set_file: Path
):
    page = reader(address)
    page.click("#aside a")
    expect(page).to_have_url(f"{address}/eval/")
    expect(page).to_have_title("问报 · 评测")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator(".runs")).to_contain_text("还没有评测过")
    start(page, set_file, "第一次")
    expect(page.locator(".cards li").first).to_contain_text("通过率")
    expect(page.locator(".causes")).to_contain_text("没有检索到")
    expect(page.locator("#start")).to_be_visible()
    with page.expect_popup() as popup:
        page.click(".result a.main")
    expect(popup.value.locator("h1")).to_contain_text("评测报告 · 第一次")
    assert popup.value.evaluate("window.hit") is None
    with page.expect_download() as download:
        page.click(".result .links a >> nth=2")
    assert download.value.suggested_filename == "第一次.json"
    assert json.loads(Path(download.value.path()).read_text("utf-8"))["run"]["name"] == "第一次"
    page.click("#aside a")
    expect(page.locator("#current .start")).to_be_visible()


def test_problems_are_listed_and_start_nothing(
    address: str, reader: Callable[..., Page], tmp_path: Path
):
    path = tmp_path / "坏.csv"
    path.write_text("问题,答案,是否可答\n,甲,是\n谁?,乙,否\n", encoding="utf-8")
    page = reader(f"{address}/eval/")
    choose(page, path)
    expect(page.locator(".problems li").first).to_contain_text("第 2 行，A 列（问题）")
    page.click("#start")
    expect(page.locator("#hint")).to_contain_text("要改的地方")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"nothing")
    choose(page, broken)
    expect(page.locator("#checked")).to_contain_text("读不出来")
    page.click("#start")
    expect(page.locator("#hint")).to_contain_text("先选择")


def test_a_run_is_watched_stopped_and_gone_on_with(
    address: str, reader: Callable[..., Page], stand_in: StandIn, tmp_path: Path
):
    slowly(stand_in)
    page = reader(f"{address}/eval/")
    start(page, long_set(tmp_path), "长跑")
    expect(page.locator("#progress")).to_contain_text("大约还要")
    other = reader(f"{address}/eval/")
    expect(other.locator("#progress")).to_contain_text("正在评测“长跑”")
    other.reload()
    expect(other.locator("#stop")).to_be_visible()
    page.click("#stop")
    expect(page.locator("#progress")).to_contain_text("停在")
    expect(page.locator(".result")).to_contain_text("还没有做完")
    expect(other.locator("#progress")).to_contain_text("停在")
    del stand_in.ask
    page.click("[data-do=resume]")
    expect(page.locator(".runs")).to_contain_text("通过率")
    expect(page.locator(".result")).to_contain_text("共 60 题")


def test_a_second_start_is_told_to_wait_and_the_chat_goes_on(
    address: str, reader: Callable[..., Page], stand_in: StandIn, set_file: Path, tmp_path: Path
):
    other = reader(f"{address}/eval/")
    choose(other, set_file)
    expect(other.locator("#checked")).to_contain_text("可以开始")
    page = reader(f"{address}/eval/")
    slowly(stand_in)
    start(page, long_set(tmp_path), "长跑")
    expect(page.locator("#progress")).to_contain_text("长跑")
    other.click("#start")
    expect(other.locator("#hint")).to_contain_text("正在评测“长跑”，一次只能进行一个")
    chat = reader(address)
    ask(chat, CASES[0].question)
    expect(chat.locator("#current .cite").first).to_be_visible()
    expect(page.locator("#stop")).to_be_visible()
    page.click("#stop")
    expect(page.locator("#start")).to_be_visible()


def test_two_runs_are_compared_by_keyboard(
    address: str, reader: Callable[..., Page], set_file: Path
):
    page = reader(f"{address}/eval/")
    for number in (1, 2):
        start(page, set_file, f"第{number}次")
        expect(page.locator(".result h3")).to_have_text(f"第{number}次")
    page.focus("[data-do=compare]")
    page.keyboard.press("Enter")
    expect(page.locator("#comparison")).to_contain_text("第1次 → 第2次")
    expect(page.locator("#comparison .changes")).to_contain_text("没有变化")
    with page.expect_popup() as popup:
        page.click("#comparison a.main")
    expect(popup.value.locator("h1")).to_contain_text("评测对比")
    page.select_option("select[name=before]", "第2次")
    page.click("[data-do=compare]")
    expect(page.locator("#comparison")).to_contain_text("两次不同的评测")
    page.click("[data-do=show][data-name=第1次]")
    expect(page.locator(".result h3")).to_have_text("第1次")


def test_a_telephone_shows_it_without_scrolling_sideways(
    address: str, reader: Callable[..., Page], set_file: Path
):
    page = reader(f"{address}/eval/", width=360, height=740)
    assert overflow(page) == 0
    start(page, set_file)
    expect(page.locator(".cards")).to_be_visible()
    assert overflow(page) == 0
    with page.expect_popup() as popup:
        page.click(".result a.main")
    popup.value.set_viewport_size({"width": 360, "height": 740})
    assert overflow(popup.value) == 0


def test_a_file_that_is_too_large_is_refused_in_chinese(
    address: str, reader: Callable[..., Page], tmp_path: Path
):
    path = tmp_path / "大.csv"
    path.write_bytes(b"x" * (21 * 2**20))
    page = reader(f"{address}/eval/")
    choose(page, path)
    expect(page.locator("#notice")).to_contain_text("文件太大了")
    expect(page.locator("#checked")).to_be_empty()
