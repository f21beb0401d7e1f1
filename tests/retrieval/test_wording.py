"""Wording is weighed by rarity, and a piece found whole tells more than its parts."""

from __future__ import annotations

import pytest

from rag.retrieval.wording import Wording, overlap, question_wording, read
from tests.support.collections import article, source_file


@pytest.fixture
def wording(collection):
    return lambda question: question_wording(question, collection.snapshot())


def test_coverage_grows_with_what_is_found(wording):
    asked = wording("李超鲲鹏每周训练几次？")
    texts = ["天气晴朗", "每周训练", "李超鲲鹏", "李超鲲鹏每周训练三次"]
    shares = [asked.coverage(read(text).folded) for text in texts]
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    assert shares == sorted(shares)
    assert 0 < asked.character_coverage("鲲鹏") < 1


def test_rare_wording_counts_more_than_common(wording, collection):
    for number in range(5):
        source = f"{number}.txt"
        one = article("读书会", f"第{number}次读书会在图书馆举行。", source=source)
        collection.update([source_file(one, source=source)])
    asked = wording("读书会鲲鹏")
    assert asked.units["读书"] < asked.units["鲲鹏"]
    assert asked.coverage("读书会") < asked.coverage("鲲鹏读书")


def test_figures_count_whole_in_any_writing(wording):
    asked = wording("两万五千人次")
    assert "25000" in asked.units
    assert asked.coverage(read("累计２５０００人次").folded) == pytest.approx(1)


def test_the_longest_run_wants_neighbours(wording):
    asked = wording("运河早市搬新家")
    whole, parted = "昨天运河早市搬新家了", "运河边的早市昨天搬走，换了新家"
    assert asked.longest_run(whole) == pytest.approx(1)
    assert 0 < asked.longest_run(parted) < asked.longest_run("运河早市很热闹") < 1
    assert asked.longest_run("天气晴朗") == 0


@pytest.mark.parametrize("question", ["", "？", "的", "a", "12"])
def test_a_question_without_telling_wording_covers_nothing_or_itself(wording, question):
    asked = wording(question)
    assert isinstance(asked, Wording)
    for text in ("", "运河早市"):
        assert asked.coverage(text) == 0
        assert asked.longest_run(text) in (0, pytest.approx(0))


def test_a_reading_has_the_sentences_in_search_form():
    assert read("大雪封路！G312中断。").sentences == ("大雪封路", "g312中断")
    assert read("").sentences == ("",)


def test_overlap_is_1_for_the_same_and_0_for_other_text():
    assert overlap(read("大雪封路"), read("大雪封路")) == 1
    assert overlap(read("大雪封路"), read("早市搬家")) == 0
    assert overlap(read(""), read("")) == 1
