import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.evaluation import Case, TestSet, compare, evaluate
from rag.evaluation.page import render_comparison, render_report, verdict_lines
from rag.evaluation.report import build_report
from rag.evaluation.scores import CAUSE_TITLES, Cause
from tests.evaluation.standin import StandIn

HOSTILE = Case(
    "<b>编号</b>",
    "<script>alert(1)</script>谁主持会议？",
    ('"><img src=x onerror=alert(2)>',),
    relevant=("</style><script>alert(3)</script>",),
    tags=("<i>坏</i>",),
    note="{{ page.css }}",
)


class Tags(HTMLParser):
    """Counts elements and checks that they are closed in order."""

    VOID = frozenset({"meta", "br", "rect", "path", "img"})

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture
def report(test_set):
    cases = (*test_set.cases, HOSTILE)
    return evaluate(StandIn(threshold=0.2, failing=(cases[0].question,)), TestSet("钟楼", cases))


def test_the_page_fetches_nothing_and_runs_nothing(report):
    page = render_report(report)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    names = [name for name, _ in tags.seen]
    assert not {"script", "img", "link", "iframe", "object"} & set(names)
    for _, attributes in tags.seen:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?://", page)


def test_text_of_questions_is_shown_as_text(report):
    page = render_report(report)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;谁主持会议？" in page
    assert "{{ page.css }}" in page
    assert page.count("</style>") == 1


def test_each_question_is_there_with_evidence_verdict_and_trace(report):
    page = render_report(report)
    for item in report.cases:
        assert item.case.id.startswith("<") or item.case.question in page
    assert CAUSE_TITLES[Cause.ERROR][0] in page
    assert "the generator failed" in page
    assert "✓ 含答案" in page
    assert "prompt_tokens" in page
    # A path of the machine never reaches the page.
    assert "/a/b" not in page


def test_the_page_says_in_words_how_good_it_is(report):
    lines = verdict_lines(report)
    passed = sum(item.passed for item in report.cases)
    assert lines[0].startswith(f"共 7 题，完全没有问题的 {passed} 题")
    assert "编造了 1 道" in lines[-1]


def test_errors_are_no_honest_refusals(test_set):
    failing = tuple(case.question for case in test_set.cases if case.id == "预算")
    lines = verdict_lines(evaluate(StandIn(failing=failing), test_set))
    assert lines[-1].endswith("系统如实说明了 1 道，编造了 0 道，出错 1 道。")


def test_a_search_alone_passes_no_question_without_an_answer(test_set):
    report = evaluate(StandIn(), test_set, mode="retrieval")
    lines = verdict_lines(report)
    assert lines[0].startswith("共 4 题，完全没有问题的 4 题")
    assert lines[1].startswith("2 道不可答的题只测检索时测不出")
    page = render_report(report)
    assert "<title>通过 4</title>" in page
    assert "通过的题（4）" in page
    assert "没有测的题（2）" in page


def test_an_empty_report_is_a_page(test_set):
    begun = build_report(evaluate(StandIn(), test_set).manifest, test_set, {})
    assert "还没有做完" in render_report(begun)


def test_long_reports_leave_out_the_passages_of_questions_that_passed(test_set, monkeypatch):
    report = evaluate(StandIn(), test_set)
    whole = render_report(report)
    monkeypatch.setattr("rag.evaluation.page.MANY_CASES", 3)
    shortened = render_report(report)
    assert whole.count("用词相同") == 8 * len(report.cases)
    assert shortened.count("用词相同") == 8
    (failed,) = [item for item in report.cases if not item.passed]
    assert failed.outcome.evidence[-1].text in shortened
    assert "通过的题只列出材料的标题" in shortened


def test_the_comparison_shows_both_answers(test_set):
    before = evaluate(StandIn(), test_set, name="前一次")
    after = evaluate(StandIn(threshold=0.2, retrieval={"k": 4}), test_set, name="后一次")
    page = render_comparison(compare(before, after))
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "变坏的题（1）" in page
    assert "retrieval.k 8 → 4" in page


def test_a_change_and_its_interval_are_in_the_same_unit(test_set):
    before, after = evaluate(StandIn(), test_set), evaluate(StandIn(threshold=0.2), test_set)
    page = render_comparison(compare(before, after))
    assert "变化的 95% 区间 -50.0 个百分点 至 +0.0 个百分点" in page  # of the pass rate
    assert "变化的 95% 区间 +0.000 至 +0.000" in page  # of MRR


def test_a_share_below_one_is_not_told_as_all(test_set):
    cases = tuple(replace(test_set.cases[0], id=str(number)) for number in range(200))
    failing = replace(test_set.cases[3], answers=("1月1日",))
    report = evaluate(StandIn(), TestSet("二百题", (*cases[1:], failing)))
    assert verdict_lines(report)[0] == "共 200 题，完全没有问题的 199 题，占 99.5%。"


@pytest.mark.browser
def test_the_report_is_readable_on_a_phone_without_network(report, tmp_path):
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(render_report(report), encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, offline=True, color_scheme="dark"
        )
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("requestfailed", lambda request: said.append(request.url))
        page.goto(path.as_uri())
        first = page.locator("details.case").first
        first.locator("summary").first.click()
        assert first.locator("text=检索到的材料").is_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert said == []
    assert width == 390
