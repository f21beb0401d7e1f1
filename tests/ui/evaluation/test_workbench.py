from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from rag.errors import EvaluationError
from rag.evaluation import TestSet, check_test_set
from tests.ui.conftest import StandIn
from ui.evaluation import texts
from ui.evaluation.problems import message
from ui.evaluation.workbench import Checked, InputError, Workbench


def run(workbench: Workbench, test_set: TestSet, name: str = "", **options: str) -> str:
    mode = "retrieval" if options.get("mode") == "retrieval" else "answer"
    workbench.start(Checked(test_set, ()), mode=mode, sample=options.get("sample", ""), name=name)
    workbench.runner.wait(20)
    assert workbench.sitting is not None
    return workbench.sitting.name


def test_a_file_is_checked(workbench: Workbench, set_file: Path):
    checked = workbench.check(set_file)
    assert checked.usable
    assert len(checked.test_set) == 4


def test_a_source_that_nothing_has_is_told_before_the_run(workbench: Workbench, tmp_path: Path):
    path = tmp_path / "题.csv"
    path.write_text("问题,答案,出处\n谁致辞？,张敏,没有这篇报道\n", "utf-8")
    (problem,) = workbench.check(path).problems
    assert problem.severity == "warning"
    assert message(problem).startswith("1 道题的出处在收录的报道里没有")
    assert "《没有这篇报道》" in message(problem)


def broken_workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<broken")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("题.xlsx", b"no workbook", "XLSX|读不出来"),
        ("题.xlsx", broken_workbook(), "读不出来"),
        ("题.jsonl.gz", b"no gzip", "读不出来"),
        ("题.docx", b"PK", "不认识这种文件"),
        ("题.csv", b"\xff\xfe\x00\xff\x81", "编码"),
        ("题.json", b"[]", "."),
        ("题.csv", "问题\n".encode(), "没有题目"),
        ("题.csv", "问题,审核\n谁?,草稿\n".encode(), "草稿"),
    ],
)
def test_a_file_that_is_none_is_explained(
    workbench: Workbench, tmp_path: Path, name: str, content: bytes, told: str
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as caught:
        workbench.check(path)
    assert str(tmp_path) not in str(caught.value)


def test_a_run_is_listed_with_its_figures(workbench: Workbench, test_set: TestSet):
    assert run(workbench, test_set) == "钟楼题"
    assert run(workbench, test_set) == "钟楼题-2"
    (newest, oldest), older = workbench.entries()
    assert {newest.name, oldest.name} == {"钟楼题", "钟楼题-2"}
    assert older == 0
    assert newest.complete
    assert newest.passed == workbench.report(newest.name).value("pass")


@pytest.mark.parametrize("name", ["../外面", "a/b", "..", "有 空格", "x" * 61])
def test_a_name_that_is_none_is_refused(workbench: Workbench, test_set: TestSet, name: str):
    with pytest.raises(InputError, match="名称"):
        run(workbench, test_set, name)


def test_a_name_is_used_once(workbench: Workbench, test_set: TestSet):
    run(workbench, test_set, "第一次")
    with pytest.raises(InputError, match="第一次"):
        run(workbench, test_set, "第一次")


@pytest.mark.parametrize("sample", ["零", "0", "-3", "2.5"])
def test_a_sample_that_is_no_number_is_refused(
    workbench: Workbench, test_set: TestSet, sample: str
):
    with pytest.raises(InputError, match="整数"):
        run(workbench, test_set, sample=sample)


def test_a_sample_asks_that_many(workbench: Workbench, test_set: TestSet):
    assert len(workbench.report(run(workbench, test_set, sample=" 2 ")).cases) == 2


def test_a_file_with_errors_starts_nothing(workbench: Workbench, tmp_path: Path):
    path = tmp_path / "题.csv"
    path.write_text("问题,是否可答\n谁?,也许\n何时?,是\n", encoding="utf-8")
    checked = workbench.check(path)
    assert checked.errors
    with pytest.raises(InputError, match="要改"):
        workbench.start(checked, mode="answer", sample="", name="")
    with pytest.raises(InputError, match="先选择"):
        workbench.start(None, mode="answer", sample="", name="")
    assert workbench.sitting is None


def test_two_runs_are_compared(workbench: Workbench, test_set: TestSet):
    first, second = run(workbench, test_set), run(workbench, test_set)
    assert workbench.compare(first, second).shared == 4
    with pytest.raises(InputError, match="不同"):
        workbench.compare(first, first)


@pytest.mark.parametrize("name", ["没有", "../..", "/etc", ""])
def test_a_run_that_is_none_has_no_report(workbench: Workbench, name: str):
    with pytest.raises(EvaluationError):
        workbench.report(name)


def test_the_templates_are_test_sets(workbench: Workbench, tmp_path: Path):
    for kind in ("xlsx", "csv", "jsonl"):
        path = tmp_path / f"模板.{kind}"
        path.write_bytes(workbench.template(kind))
        test_set, problems = check_test_set(path)
        assert len(test_set) == 4
        assert not problems


def test_drafts_are_marked_as_such(workbench: Workbench):
    book = openpyxl.load_workbook(io.BytesIO(workbench.drafts()))
    rows = list(book["测试集"].iter_rows(values_only=True))
    assert len(rows) > 5
    assert {row[rows[0].index("审核")] for row in rows[1:]} == {"草稿"}


def test_without_articles_there_are_no_drafts(
    make_stand_in: Callable[..., StandIn], tmp_path: Path
):
    with pytest.raises(InputError, match=texts.NO_ARTICLES):
        Workbench(make_stand_in([]), tmp_path).drafts()
