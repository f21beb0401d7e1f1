from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evaluation import Problem, TestSet
from tests.ui.conftest import HOSTILE
from tests.ui.evaluation.test_workbench import run
from ui.evaluation import views
from ui.evaluation.runner import Phase, Sitting
from ui.evaluation.workbench import Checked, Workbench


def test_a_checked_file_is_summed_up(test_set: TestSet):
    html = views.render_checked(Checked(test_set, ()))
    assert "《钟楼题》共 4 题" in html
    assert "2 题报上有答案，2 题没有" in html
    assert "数字 1" in html
    assert "没有发现问题" in html


def test_errors_stand_before_warnings_and_many_are_cut(test_set: TestSet):
    warning = Problem(2, "", "unknown column, not used", "warning")
    errors = [Problem(line, "B (问题)", "the question is empty") for line in range(3, 63)]
    html = views.render_checked(Checked(test_set, (warning, *errors)))
    assert html.index("第 3 行，B 列（问题）") < html.index("没有写问题")
    assert "有 60 处要改" in html
    assert html.count("<li") == 50
    assert "还有 11 处" in html


def test_what_files_say_never_becomes_markup(test_set: TestSet):
    hostile = replace(test_set, name=HOSTILE)
    problem = Problem(1, f"A ({HOSTILE})", HOSTILE)
    html = views.render_checked(Checked(hostile, (problem,)))
    html += views.render_progress(Sitting(HOSTILE, 3, 1, question=HOSTILE))
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "1 秒"), (40, "40 秒"), (600, "10 分钟"), (9000, "2.5 小时")]
)
def test_the_time_left_is_told(seconds: float, told: str):
    sitting = Sitting("甲", total=2, done=1, begun=0.0, seen=seconds)
    assert f"大约还要 {told}" in views.render_progress(sitting)


def test_each_phase_says_what_it_is():
    sitting = Sitting("甲", total=9, done=4)
    assert "第 5 题，共 9 题" in views.render_progress(sitting)
    assert "正在停止" in views.render_progress(replace(sitting, phase=Phase.STOPPING))
    assert "停在 4 / 9 题" in views.render_progress(replace(sitting, phase=Phase.STOPPED))
    failed = replace(sitting, phase=Phase.FAILED, error=RuntimeError("secret"))
    assert "没有做完" in views.render_progress(failed)
    assert "secret" not in views.render_progress(failed)
    assert views.render_progress(replace(sitting, phase=Phase.DONE)) == ""
    assert views.render_progress(None) == ""


def test_a_result_shows_figures_causes_and_the_way_to_the_report(
    workbench: Workbench, test_set: TestSet
):
    html = views.render_result(workbench.report(run(workbench, test_set)))
    assert "通过率" in html
    assert "95% 区间" in html
    assert 'href="reports/%E9%92%9F%E6%A5%BC%E9%A2%98"' in html
    assert "没有通过的题" in html


def test_the_list_offers_what_can_be_done(workbench: Workbench, test_set: TestSet):
    assert "还没有评测过" in views.render_runs([], 0, None)
    run(workbench, test_set)
    one = views.render_runs(*workbench.entries(), None)
    assert 'data-do="show"' in one
    assert 'data-do="resume"' not in one
    assert 'data-do="compare"' not in one
    run(workbench, test_set)
    two = views.render_runs(*workbench.entries(), None)
    assert 'data-do="compare"' in two
    cases = workbench.runs / "钟楼题" / "cases.jsonl"
    cases.write_bytes(cases.read_bytes().split(b"\n")[0] + b"\n")
    assert 'data-do="resume"' in views.render_runs(*workbench.entries(), None)
