from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from rag.errors import EvaluationError, TestSetError
from rag.evaluation import Problem, check_test_set
from ui.evaluation.problems import failure, message, place

BROKEN_CSV = """编号,问题,答案,是否可答,上文,心情,提问
1,谁?,沈东,是,,好,
1,,甲,是,,,
3,谁?,乙,也许,,,
4,何时?,丙,否,,,
5,哪里?,,是,没有开头,,
6,几点?,丁,是,答：先答,,
7,几天?,丁,是,,,,多一格
"""
BROKEN_JSONL = """{"question": "谁?"
["一个列表"]
{"question": "甲?", "answers": {"a": 1}}
{"question": "乙?", "answers": [["a"]], "history": "[坏"}
{"question": "丙?", "history": [["一"]], "answers": ["x"], "status": "草稿"}
{"question": "丁?", "history": [["一"]], "answers": ["x"]}
{"question": "戊?", "answerable": false, "context": ["甲"]}
"""


def problems(folder: Path, name: str, content: str) -> list[Problem]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return list(check_test_set(path)[1])


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("题.csv", BROKEN_CSV, 9),
        ("题.jsonl", BROKEN_JSONL, 7),
        ("题.csv", "标题\n没有问题列\n", 2),
    ],
)
def test_every_problem_of_the_checker_is_told_in_chinese(
    tmp_path: Path, name: str, content: str, count: int
):
    found = problems(tmp_path, name, content)
    assert len(found) >= count
    for problem in found:
        told = re.sub(r"“[^”]*”|JSON|CSV|question|XLSX", "", message(problem))
        assert not re.search(r"[A-Za-z]{3,}", told), problem
        assert not re.search(r"[A-Za-z]{3,} ", place(problem))


def wordings(module: Path) -> list[str]:
    """The messages of problems in the source, with something in place of what is filled in."""
    found = []
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or len(node.args) < 3:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        wording = node.args[2]
        if name not in {"report", "Problem"}:
            continue
        if isinstance(wording, ast.Constant):
            found.append(str(wording.value))
        elif isinstance(wording, ast.JoinedStr):
            parts = [
                str(part.value)
                if isinstance(part, ast.Constant)
                else "'甲'"
                if part.conversion == ord("r")  # type: ignore[attr-defined]
                else "3"
                for part in wording.values
            ]
            found.append("".join(parts))
    return found


def test_every_wording_of_the_checker_has_a_translation():
    """A new or reworded message in rag.evaluation must not reach staff in English."""
    folder = Path(__file__).parents[3] / "rag" / "evaluation"
    said = [text for name in ("columns.py", "tables.py") for text in wordings(folder / name)]
    assert len(said) > 15
    assert [text for text in said if message(Problem(1, "", text)) == text] == []


def test_places_are_named_as_in_the_file():
    assert place(Problem(3, "B (问题)", "x")) == "第 3 行，B 列（问题）"
    assert place(Problem(3, "question", "x")) == "第 3 行，“问题”（question）"
    assert place(Problem(3, "17", "x")) == "第 3 行，第 17 个字符"
    assert place(Problem(0, "", "x")) == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TestSetError("题.docx: unknown kind of test set"), "不认识这种文件"),
        (TestSetError("/x/题.csv is neither UTF-8 nor GB 18030 text"), "编码"),
        (EvaluationError("run '甲' exists with other articles in the collection"), "已有增减"),
        (EvaluationError("run '甲' exists with other settings (retrieval.k)"), "已有改动"),
        (EvaluationError("run 'a' only searched, the other one answers: so"), "只测了检索"),
        (EvaluationError("runs 'a' and 'b' have no question in common"), "没有相同的题"),
    ],
)
def test_failures_are_told_in_chinese_without_paths(error: EvaluationError, told: str):
    assert told in failure(error)
    assert "/x" not in failure(error)


def test_an_unknown_failure_is_not_guessed_at():
    assert failure(EvaluationError("something new")) == ""
