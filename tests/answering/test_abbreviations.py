"""What a numeral abbreviation stands for is told where the paper prints it."""

from __future__ import annotations

import pytest

from rag.answering.abbreviations import expansion_of
from rag.types import Verdict
from tests.answering.conftest import candidates_from
from tests.answering.test_hope import Judging, answered, read
from tests.support.collections import article

CLEAN = "干部要做到敢查、敢管、敢改，在落实“三个敢”中守住底线；要抓好“两个清单”，每周公布。"
MEETING = article("作风建设会", f"会议强调，{CLEAN}")


@pytest.mark.parametrize(
    "question",
    [
        "“三个敢”是什么?",
        "三个敢指的是什么",
        "会上提的“三个敢”都有哪些",
        "什么是“三个敢”",
        "“三個敢”是什麼意思?",
    ],
)
def test_its_items_are_printed_beside_it(question: str):
    expansion = expansion_of(question, candidates_from(MEETING))
    assert expansion is not None
    assert expansion.text == "干部要做到敢查、敢管、敢改，在落实“三个敢”中守住底线。"


@pytest.mark.parametrize(
    "question", ["“两个清单”是什么?", "“三个敢”是哪天提出的?", "“四个敢”是什么?", "三个敢于"]
)
def test_nothing_stands_for_what_the_paper_only_names(question: str):
    assert expansion_of(question, candidates_from(MEETING)) is None


def test_items_may_have_a_clause_each():
    text = "推行“四个办”：马上办，网上办，就近办，一次办。"
    expansion = expansion_of("四个办指什么?", candidates_from(article("窗口", text)))
    assert expansion is not None
    assert expansion.text == text


def test_it_is_told_where_the_generator_takes_something_else_for_it():
    evidence = read(MEETING, likely=0.8, answer="三个敢", score=0.9)
    given = answered("“三个敢”是什么?", Judging("落实“三个敢”。", 1.0, -9.0), evidence)
    (sentence,) = given.sentences
    assert sentence.text == "干部要做到敢查、敢管、敢改，在落实“三个敢”中守住底线。"
    assert sentence.verdict is Verdict.SUPPORTED
    assert given.sources[0].quote in MEETING.text
