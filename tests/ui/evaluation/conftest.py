"""A test set about the real articles, in a file and in memory, and a workbench to run it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.evaluation import Case, TestSet, write_test_set
from tests.ui.conftest import HOSTILE, StandIn
from ui.evaluation.workbench import Workbench

CASES = (
    Case(
        "血透",
        "血液透析中心累计血透多少人次?",
        answers=("25000人次",),
        relevant=("邹区人民医院 血液透析中心获省级荣誉",),
        tags=("数字",),
    ),
    Case("充电桩", "群租房里的充电桩是谁设置的?", answers=("谁也没有",), tags=("人物",)),
    Case("天气", "下周的天气怎么样?", answerable=False, tags=("不可答",)),
    Case("坏", HOSTILE + "?", answerable=False),
)


@pytest.fixture
def test_set() -> TestSet:
    return TestSet("钟楼题", CASES)


@pytest.fixture
def set_file(tmp_path: Path) -> Path:
    path = tmp_path / "钟楼题.xlsx"
    write_test_set(path, CASES)
    return path


@pytest.fixture
def workbench(make_stand_in: Callable[..., StandIn], tmp_path: Path) -> Workbench:
    return Workbench(make_stand_in(pace=0), tmp_path / "runs")
