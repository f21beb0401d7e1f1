from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.types import Answer, AnswerDone, EvidenceFound
from tests.ui.conftest import StandIn
from ui.conversation import (
    MAX_EXCHANGES,
    Exchange,
    Status,
    dump,
    finished,
    group_by_article,
    load,
    turns,
)


def answered(stand_in: StandIn, question: str) -> Exchange:
    *_, last = stand_in.stream(question)
    assert isinstance(last, AnswerDone)
    return finished(Exchange(question), last.answer)


def test_a_conversation_survives_the_browser_with_its_citations(stand_in: StandIn):
    kept = (
        answered(stand_in, "血液透析中心累计血透多少人次?"),
        answered(stand_in, "下周的天气怎么样?"),
    )
    assert kept[0].sources
    assert kept[1].refused
    assert load(json.loads(json.dumps(dump(kept)))) == kept


@pytest.mark.parametrize(
    "stored", [None, "x", 7, {"a": 1}, [{"question": 3}], [{"question": "问", "status": "无"}]]
)
def test_data_that_does_not_fit_is_an_empty_conversation(stored: object):
    assert load(stored) == ()


def test_only_the_latest_exchanges_are_kept():
    many = tuple(Exchange(str(number)) for number in range(MAX_EXCHANGES + 5))
    assert load(dump(many))[-1].question == many[-1].question
    assert len(load(dump(many))) == MAX_EXCHANGES


def test_only_finished_answers_are_history():
    done = Exchange("甲", status=Status.DONE, text="答")
    kept = (done, Exchange("乙"), replace(done, question="丙", status=Status.FAILED))
    assert turns(kept) == [("甲", "答")]


def test_evidence_of_one_article_is_one_entry(stand_in: StandIn):
    event = next(stand_in.stream("血液透析中心累计血透多少人次?"))
    assert isinstance(event, EvidenceFound)
    entries = group_by_article(event.evidence)
    assert [entry.headline for entry in entries] == list(
        dict.fromkeys(item.article.headline for item in event.evidence)
    )
    assert sum(entry.places for entry in entries) == len(event.evidence)
    assert entries[0].start == event.evidence[0].passage.start


def test_a_finished_answer_keeps_what_was_found_when_it_names_nothing(stand_in: StandIn):
    event = next(stand_in.stream("群租房充电桩"))
    assert isinstance(event, EvidenceFound)
    found = group_by_article(event.evidence)
    exchange = finished(Exchange("群租房充电桩", found=found), Answer("群租房充电桩", "答"))
    assert exchange.found == found
