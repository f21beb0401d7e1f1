"""The Assistant's promises to those who call it from Python."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import date

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

import rag.models.embedder
import rag.retrieval.search
from rag.answering.generators import ChatGenerator
from rag.assistant import Assistant
from rag.errors import CollectionError, GenerationError, QuestionError, SettingsError
from rag.settings import Settings
from rag.types import Filters
from tests.answering.conftest import Scripted
from tests.support.collections import MARKET, PLAYGROUND, SNOW, HashingEmbedder, source_file

QUESTION = "早市搬到了哪里?"
WRITTEN = "运河早市整体搬迁至人民路北侧。"


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Opens assistants over three articles, with stand-ins for the models."""
    monkeypatch.setattr(rag.models.embedder, "load_embedder", lambda _: HashingEmbedder())
    opened: list[Assistant] = []

    def make(**overrides) -> Assistant:
        settings = Settings.load(
            collection=tmp_path / "collection",
            today=date(2023, 12, 20),
            **{"retrieval": {"rerank": 0}} | overrides,
        )
        assistant = Assistant.open(settings=settings, model=Scripted(WRITTEN))
        opened.append(assistant)
        assistant._opened().update([source_file(SNOW, PLAYGROUND, MARKET)])
        return assistant

    yield make
    for assistant in opened:
        assistant.close()


@pytest.mark.parametrize("history", [None, (), [(QUESTION, WRITTEN)], [[QUESTION, WRITTEN]]])
def test_history_is_taken_as_people_write_it(make, history):
    assert make().ask(QUESTION, history=history).text == WRITTEN


def test_a_follow_up_is_completed_from_plain_pairs(make):
    assistant = make()
    assistant.ask("那免收几个月?", history=[(QUESTION, WRITTEN)])
    assert QUESTION in assistant.generator.questions[-1]


def test_a_model_that_fails_to_complete_a_follow_up_fails_as_one_that_answers(make):
    assistant = make(answering={"rewrite": True})
    # It has nothing more to say, which it says with an error of its own.
    silent = GenericFakeChatModel(messages=iter([]))
    assistant._generator = ChatGenerator(silent, "silent")
    with pytest.raises(GenerationError, match="silent failed"):
        assistant.ask("那免收几个月?", history=[(QUESTION, WRITTEN)])


def test_what_the_model_completes_is_searched_as_what_is_typed_is(make, monkeypatch):
    assistant = make(answering={"rewrite": True})
    written = AIMessage("早市明天搬到哪里?")
    assistant._generator = ChatGenerator(GenericFakeChatModel(messages=iter([written])), "ours")
    searched = []

    def search(_, __, question, **___):
        searched.append(question.search_text)
        return ()

    monkeypatch.setattr(rag.retrieval.search, "search", search)
    with suppress(GenerationError):
        assistant.ask("那明天搬到哪里?", history=[(QUESTION, WRITTEN)])
    assert searched == ["早市明天搬到哪里? 12月21日"]


def test_no_turns_of_history_means_none(make):
    assistant = make(answering={"history_turns": 0})
    assistant.ask("那免收几个月?", history=[(QUESTION, WRITTEN)])
    assert QUESTION not in assistant.generator.questions[-1]


def test_of_a_long_history_the_last_turns_count(make):
    assistant = make(answering={"history_turns": 1})
    assistant.ask("那免收几个月?", history=[("大雪封了哪条路?", "G312。"), (QUESTION, WRITTEN)])
    assert QUESTION in assistant.generator.questions[-1]
    assert "大雪" not in assistant.generator.questions[-1]


@pytest.mark.parametrize("history", [5, "问答", [("问",)], [5]])
def test_a_history_of_another_form_is_explained(make, history):
    with pytest.raises(QuestionError, match=r"history|turn"):
        make().ask(QUESTION, history=history)


@pytest.mark.parametrize("question", ["", " \n", 5, None, "早市\udc80搬到了哪里?"])
def test_what_cannot_be_asked_is_explained(make, question):
    with pytest.raises(QuestionError):
        make().ask(question)


def test_a_filter_with_half_a_character_is_explained(make):
    with pytest.raises(QuestionError, match="byline"):
        make().search(QUESTION, filters=Filters(byline="\udc80"))


def test_a_refusal_says_that_the_search_was_limited(make):
    assistant = make()
    nothing = assistant.ask(QUESTION, filters=Filters(headline="没有这样的标题"))
    assert nothing.refused
    assert nothing.reason == "所选的范围里没有找到与问题有关的报道"


def test_no_filters_and_wrong_ones(make):
    assistant = make()
    assert assistant.search(QUESTION, filters=None) == assistant.search(QUESTION)
    with pytest.raises(QuestionError, match="filters"):
        assistant.ask(QUESTION, filters=5)


@pytest.mark.parametrize("k", [0, -1, 2.5])
def test_fewer_than_one_passage_cannot_be_wanted(make, k):
    assistant = make()
    for want in (lambda: assistant.search(QUESTION, k=k), lambda: assistant.retriever(k=k)):
        with pytest.raises(QuestionError, match="k is"):
            want()
    assert len(assistant.search(QUESTION, k=1)) == 1
    assert len(assistant.retriever(k=1).invoke(QUESTION)) == 1


def test_a_closed_assistant_says_so_everywhere(make):
    assistant = make()
    chain = assistant.chain()
    assistant.close()
    assistant.close()
    for use in (
        lambda: assistant.ask(QUESTION),
        lambda: list(assistant.stream(QUESTION)),
        lambda: assistant.search(QUESTION),
        lambda: assistant.articles(),
        lambda: assistant.article(MARKET.id),
        lambda: assistant.stats(),
        lambda: assistant.ingest("seeds"),
        lambda: assistant.retriever(),
        lambda: assistant.warm_up(),
        lambda: assistant.__enter__(),
        lambda: chain.invoke(QUESTION),
    ):
        with pytest.raises(CollectionError, match="closed"):
            use()


def test_warming_up_reads_no_article(make, monkeypatch):
    assistant = make()
    monkeypatch.setattr(Assistant, "articles", lambda _: pytest.fail("articles were read"))
    assistant.warm_up()


def test_many_threads_get_one_and_the_same_model(tmp_path, monkeypatch):
    def load(_):
        time.sleep(0.05)
        return HashingEmbedder()

    monkeypatch.setattr(rag.models.embedder, "load_embedder", load)
    assistant = Assistant(Settings.load(collection=tmp_path, generator={"kind": "extractive"}))
    seen = []

    def use() -> None:
        seen.append((id(assistant.embedder), id(assistant.generator)))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_the_name_of_a_model_is_no_model(tmp_path):
    with pytest.raises(SettingsError, match="model is a value of type str"):
        Assistant.open(tmp_path / "collection", model="qwen2.5-7b-instruct")


def test_settings_and_single_options_do_not_go_together(tmp_path):
    with pytest.raises(SettingsError, match="together"):
        Assistant.open(settings=Settings.load(collection=tmp_path), retrieval={"k": 2})


@pytest.mark.model
def test_questions_are_logged_where_a_log_is_kept_and_become_drafts(seeds_collection, tmp_path):
    from rag.evaluation.drafts import cases_from_log

    log = tmp_path / "logs" / "questions.jsonl"
    with Assistant.open(
        seeds_collection, generator={"kind": "extractive"}, question_log=log
    ) as opened:
        for question in (
            "专题党课是哪一天讲的?",
            "专题党课是哪一天讲的?",
            "12月20日的会议有谁参加?",
        ):
            opened.ask(question)
    drafts = cases_from_log(log)
    assert [draft.case.question for draft in drafts] == [
        "专题党课是哪一天讲的?",
        "12月20日的会议有谁参加?",
    ]
    assert "问过 2 次" in drafts[0].case.note
    assert "当时拒答" in drafts[1].case.note
