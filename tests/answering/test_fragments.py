"""A bare figure, day or name is told in the words of its source."""

from __future__ import annotations

import pytest

from rag.answering.fragments import whole
from tests.answering.conftest import MARKET, POLICE, candidates_from


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ("3200个", "东湖派出所联合和平社区为12个老旧小区安装烟感器3200个。"),
        ("赵立新。", "东湖派出所所长赵立新介绍,今年一季度辖区火警同比下降30%。"),
        ("4月9日", "4月9日,运河早市整体搬迁至文化广场北侧。"),
        ("30%", "今年一季度辖区火警同比下降30%。"),
    ],
)
def test_a_fragment_becomes_its_clause(fragment, told):
    assert whole(fragment, candidates_from(POLICE, MARKET)) == told


@pytest.mark.parametrize(
    "text",
    [
        "早市的负责人是孙丽。",
        "运河早市搬到了文化广场北侧,首日迎客1.8万人次。",
        "王大明",
        "200个",
        "2",
        "",
        "。",
    ],
)
def test_sentences_and_what_no_source_says_stay(text):
    assert whole(text, candidates_from(POLICE, MARKET)) == text
