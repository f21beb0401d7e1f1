from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.types import AnswerSentence, Filters, Turn, Verdict
from tests.ui.conftest import StandIn, make_article
from ui.chat import Chat, InputError, Progress, parse_day, without
from ui.conversation import Conversation, Exchange, Status
from ui.feedback import FeedbackFile

QUESTION = "血液透析中心累计血透多少人次?"


@pytest.fixture
def chat(stand_in: StandIn, tmp_path: Path) -> Chat:
    return Chat(stand_in, feedback=FeedbackFile(tmp_path / "feedback.jsonl"))


def ask(chat: Chat, question: str, conversation: Conversation = ()) -> list[Progress]:
    conversation, request = chat.accept(question, "", "", conversation)
    return list(chat.answer(conversation, request))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-12-16", date(2023, 12, 16)),
        ("2023年12月6日", date(2023, 12, 6)),
        (" 2023/12/16 ", date(2023, 12, 16)),
        ("20231216", date(2023, 12, 16)),
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_as_people_write_them(text: str | None, day: date | None):
    assert parse_day(text) == day


@pytest.mark.parametrize("text", ["昨天", "2023-13-01", "2023-02-30", "12月16日", "0000-01-01"])
def test_what_is_no_day_gets_a_hint(text: str):
    with pytest.raises(InputError, match="没看懂日期"):
        parse_day(text)


def test_empty_and_overlong_questions_and_crossed_dates_get_a_hint(chat: Chat):
    for question, first, last, hint in (
        ("  \n", "", "", "还没有写问题"),
        ("长" * 1001, "", "", "1000 个字以内"),
        ("问", "2023-12-18", "2023-12-16", "晚于"),
    ):
        with pytest.raises(InputError, match=hint):
            chat.accept(question, first, last, ())


def test_sources_come_first_and_sentences_replace_the_draft(chat: Chat):
    steps = ask(chat, QUESTION)
    with_sources = next(at for at, step in enumerate(steps) if step.exchange.found)
    with_draft = next(at for at, step in enumerate(steps) if step.draft)
    assert with_sources <= with_draft
    assert not steps[with_sources].exchange.sentences
    last = steps[-1]
    assert last.done
    assert last.exchange.status is Status.DONE
    assert last.draft == ""
    assert "25000人次" in last.exchange.text
    assert last.exchange.sources[0].quote in last.exchange.text


def test_filters_and_earlier_turns_reach_the_assistant(chat: Chat, stand_in: StandIn):
    first = ask(chat, QUESTION)[-1].exchange
    conversation, request = chat.accept("近三年呢?", "2023-12-01", "2023年12月31日", (first,))
    list(chat.answer(conversation, request))
    question, history, filters = stand_in.asked[-1]
    assert question == "近三年呢?"
    assert history == [Turn(QUESTION, first.text)]
    assert filters == Filters(date(2023, 12, 1), date(2023, 12, 31))


def test_reporter_headline_and_source_limit_the_search_and_are_said(chat: Chat, stand_in: StandIn):
    conversation, request = chat.accept(
        "谁?", "2023-12-01", "", (), byline=" 伍浩 ", headline="医院", source="seed"
    )
    exchange = [*chat.answer(conversation, request)][-1].exchange
    filters = Filters(date(2023, 12, 1), None, "伍浩", "医院", "seed")
    assert stand_in.asked[-1][2] == filters
    assert exchange.limits == (
        "只在这些报道里找：见报日期 2023年12月1日 起，记者“伍浩”，标题含“医院”，来源含“seed”"
    )


def test_a_refusal_comes_with_related_articles(chat: Chat):
    exchange = ask(chat, "下周的天气怎么样?")[-1].exchange
    assert exchange.refused
    assert not exchange.sources
    assert exchange.related
    assert "clipping" in chat.found((exchange,), 0, 0, related=True)


def test_a_known_error_becomes_advice(
    chat: Chat, stand_in: StandIn, caplog: pytest.LogCaptureFixture
):
    stand_in.failures["问"] = ModelError("no model", remedy="run `wenbao models fetch e5`")
    exchange = ask(chat, "问")[-1].exchange
    assert exchange.status is Status.FAILED
    assert exchange.command == "wenbao models fetch e5"
    assert "Traceback" not in caplog.text


def test_an_unknown_error_is_logged_and_not_shown(
    chat: Chat, stand_in: StandIn, caplog: pytest.LogCaptureFixture
):
    stand_in.failures["问"] = RuntimeError("secret")
    with caplog.at_level(logging.ERROR):
        exchange = ask(chat, "问")[-1].exchange
    assert "secret" not in exchange.problem + exchange.detail
    assert "Traceback" in caplog.text


def test_stopping_keeps_what_is_verified_and_ends_the_stream(
    make_stand_in: Callable[..., StandIn], tmp_path: Path
):
    slow = make_stand_in(pace=0.05)
    slow.script[QUESTION] = [
        AnswerSentence("累计25000人次。", Verdict.SUPPORTED, (1,)),
        AnswerSentence("后面的话很长。" * 100, Verdict.SUPPORTED, (1,)),
    ]
    chat = Chat(slow, feedback=FeedbackFile(tmp_path / "f.jsonl"))
    conversation, request = chat.accept(QUESTION, "", "", ())
    for progress in chat.answer(conversation, request):
        if progress.exchange.sentences:
            request.stopped.set()
    assert progress.done
    assert progress.exchange.status is Status.INTERRUPTED
    assert progress.exchange.text == "累计25000人次。"
    assert slow.closed.wait(5)


def test_a_reader_who_leaves_ends_the_stream(chat: Chat, stand_in: StandIn):
    conversation, request = chat.accept(QUESTION, "", "", ())
    progress = chat.answer(conversation, request)
    next(progress)
    progress.close()  # type: ignore[attr-defined]
    assert stand_in.closed.wait(5)


def test_several_readers_at_once_do_not_mix(chat: Chat):
    questions = [
        QUESTION,
        "群租房里设置了充电桩吗?",
        "谁讲授主题教育专题党课?",
        "下周的天气怎么样?",
    ]
    answers: dict[str, Exchange] = {}

    def run(question: str) -> None:
        answers[question] = ask(chat, question)[-1].exchange

    threads = [threading.Thread(target=run, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {question: answers[question].question for question in questions} == {
        question: question for question in questions
    }
    assert "25000" in answers[QUESTION].text
    assert answers[questions[3]].refused


def test_a_citation_opens_its_sentence(chat: Chat):
    exchange = ask(chat, QUESTION)[-1].exchange
    html = chat.cited((exchange,), 0, 1)
    assert f'<mark class="focus" tabindex="-1">{exchange.sources[0].quote}</mark>' in html


@pytest.mark.parametrize(("index", "number"), [(0, 99), (-1, 1), (7, 1), (0, -1)])
def test_a_citation_that_does_not_exist_opens_nothing(chat: Chat, index: int, number: int):
    exchange = ask(chat, QUESTION)[-1].exchange
    assert chat.cited((exchange,), index, number) == ""
    assert chat.found((exchange,), index, 99) == ""


def test_an_article_that_left_the_collection_still_shows_its_quote(chat: Chat, stand_in: StandIn):
    exchange = ask(chat, QUESTION)[-1].exchange
    stand_in.stored = [make_article("别的", ["甲。"])]
    stand_in.article = lambda article_id: {}[article_id]  # type: ignore[method-assign,assignment]
    html = chat.cited((exchange,), 0, 1)
    assert "已经不在库中" in html
    assert exchange.sources[0].quote in html


def test_a_rating_is_written_at_once_and_its_reason_later(chat: Chat, tmp_path: Path):
    exchange = ask(chat, QUESTION)[-1].exchange
    conversation = chat.rate((exchange,), 0, "down")
    assert conversation[0].rating == "down"
    conversation = chat.rate(conversation, 0, "", reason="数字不对")
    assert conversation[0].rating_closed
    lines = (tmp_path / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["reason"] for record in records] == ["", "数字不对"]
    assert {record["rating"] for record in records} == {"down"}
    assert len({record["id"] for record in records}) == 1


def test_what_is_no_rating_changes_nothing(chat: Chat, tmp_path: Path):
    exchange = ask(chat, QUESTION)[-1].exchange
    assert chat.rate((exchange,), 0, "great") == (exchange,)
    assert chat.rate((exchange,), 4, "up") == (exchange,)
    assert chat.rate((Exchange("未答"),), 0, "up")[0].rating == ""
    assert not (tmp_path / "feedback.jsonl").exists()


def test_the_draft_gives_up_what_was_verified_or_removed():
    assert without("甲句。乙句。丙", "甲句。") == "乙句。丙"
    assert without("删去的。乙句。丙", "乙句。") == "丙"
    assert without("改写前的话。丙", "改写后的话。") == "丙"
    assert without("没有句号", "别的。") == ""
