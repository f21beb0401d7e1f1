"""The chain as other LangChain code calls it: at once, in pieces, many at a time, awaited."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import date

import pytest
from langchain_core.runnables import RunnableLambda

from rag.answering.chain import answer_chain
from rag.answering.inquiry import turns
from rag.answering.pipeline import answer_events
from rag.answering.reading import marked, marked_text, settled
from rag.errors import QuestionError
from rag.retrieval.given import search_filters
from rag.settings import AnsweringSettings
from rag.types import (
    AnswerDone,
    AnswerSentence,
    Filters,
    SentenceVerified,
    TextDelta,
    Turn,
    Verdict,
)
from tests.answering.conftest import POLICE, Scripted, evidence_from

QUESTION = "装了多少烟感器?"
TRUE = "烟感器共安装3200个。"
FALSE = "市长还视察了图书馆。"


class Telling:
    """Stands where `Assistant.stream` does, and remembers what it was called with."""

    def __init__(self, draft: str, unsupported: str = "mark") -> None:
        self.draft = draft
        self.settings = AnsweringSettings(unsupported=unsupported)
        self.calls: list[tuple[str, tuple[Turn, ...], Filters]] = []

    def __call__(self, question, *, history=(), filters=Filters()):  # noqa: B008
        self.calls.append((question, history, filters))
        return answer_events(
            question,
            evidence_from(POLICE),
            Scripted(self.draft),
            self.settings,
            today=date(2024, 4, 11),
        )


def added(chunks):
    whole = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    return whole


def test_called_streamed_and_batched_it_gives_the_same():
    chain = answer_chain(Telling(TRUE))
    given = chain.invoke(QUESTION)
    assert given["answer"] == f"{TRUE}[1]"
    assert given["sources"][0]["quote"] in POLICE.text
    assert not given["refused"]
    chunks = list(chain.stream(QUESTION))
    assert [document.page_content for document in chunks[0]["docs"]]
    assert added(chunks) == given
    assert chain.batch([QUESTION, {"question": QUESTION}]) == [given, given]


async def test_awaited_it_gives_the_same():
    chain = answer_chain(Telling(TRUE))
    given = chain.invoke(QUESTION)
    assert await chain.ainvoke(QUESTION) == given
    assert added([chunk async for chunk in chain.astream(QUESTION)]) == given
    assert await chain.abatch([QUESTION, QUESTION]) == [given, given]
    with pytest.raises(QuestionError):
        await chain.ainvoke(5)


async def test_while_an_answer_is_written_the_event_loop_goes_on():
    loop = asyncio.get_running_loop()
    went_on = asyncio.Event()

    def slow(question, *, history=(), filters=None):
        # Returns only when the loop serves this call while the answer is being made.
        asyncio.run_coroutine_threadsafe(_set(went_on), loop).result(timeout=10)
        yield from Telling(TRUE)(question)

    assert (await answer_chain(slow).ainvoke(QUESTION))["answer"] == f"{TRUE}[1]"
    assert went_on.is_set()


async def test_who_no_longer_waits_stops_the_writing():
    ended = threading.Event()

    def stream(*_, **__):
        try:
            for _ in range(800):
                time.sleep(0.01)
                yield TextDelta("灯")
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answer_chain(stream).ainvoke(QUESTION), 0.2)
    assert await asyncio.to_thread(ended.wait, 3)


async def _set(event):
    event.set()


def test_history_and_filters_reach_the_search():
    telling = Telling(TRUE)
    chain = answer_chain(telling)
    chain.invoke(
        {
            "question": "那是哪天?",
            "history": [(QUESTION, TRUE), [QUESTION, TRUE]],
            "filters": {"byline": "周敏", "published_from": "2024-04-01"},
        }
    )
    chain.invoke({"question": QUESTION, "history": None, "filters": Filters(source="晚报")})
    assert telling.calls == [
        (
            "那是哪天?",
            (Turn(QUESTION, TRUE), Turn(QUESTION, TRUE)),
            Filters(byline="周敏", published_from=date(2024, 4, 1)),
        ),
        (QUESTION, (), Filters(source="晚报")),
    ]


def test_a_question_that_arrives_in_pieces_is_one_question():
    telling = Telling(TRUE)

    def pieces(parts):
        for _ in parts:
            yield from ("装了多少", "烟感器?")

    from langchain_core.runnables import RunnableGenerator

    list((RunnableGenerator(pieces) | answer_chain(telling)).stream("x"))
    list((RunnableLambda(lambda text: {"question": text}) | answer_chain(telling)).stream("问?"))
    assert [question for question, *_ in telling.calls] == [QUESTION, "问?"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "empty mapping"),
        (5, "int"),
        (None, "NoneType"),
        ({"question": None}, "question"),
        ({"question": "问", "filter": {}}, "filter"),
        ({"question": "问", "history": 5}, "history"),
        ({"question": "问", "history": ["问答"]}, "turn"),
        ({"question": "问", "history": [("问",)]}, "turn"),
        ({"question": "问", "history": [("问", None)]}, "turn"),
        ({"question": "问", "filters": {"author": "周敏"}}, "author"),
        ({"question": "问", "filters": {"published_to": "昨天"}}, "published_to"),
        ({"question": "问", "filters": {"byline": 5}}, "byline"),
    ],
)
def test_a_wrong_input_is_explained(given, said):
    with pytest.raises(QuestionError, match=said) as caught:
        answer_chain(Telling(TRUE)).invoke(given)
    assert caught.value.remedy


def test_unsupported_sentences_are_marked_as_such():
    given = answer_chain(Telling(TRUE + FALSE)).invoke(QUESTION)
    assert given["answer"] == f"{TRUE}[1]{FALSE}（未核实）"
    assert [item["verdict"] for item in given["sentences"]] == ["supported", "unsupported"]


def test_the_order_of_writing_is_kept_when_the_unsupported_comes_first():
    given = answer_chain(Telling(FALSE + TRUE)).invoke(QUESTION)
    assert given["answer"] == f"{FALSE}（未核实）{TRUE}[1]"


def test_a_refusal_takes_nothing_back_because_nothing_was_told():
    telling = Telling(FALSE)
    events = list(telling("图书馆几点开门?"))
    assert any(isinstance(event, SentenceVerified) for event in events)
    assert not any(isinstance(event, SentenceVerified) for event in settled(events))
    answer = events[-1].answer
    assert answer.refused
    assert marked_text(answer) == answer.text
    given = answer_chain(telling).invoke("图书馆几点开门?")
    assert given["refused"]
    assert given["answer"] == answer.text
    assert given["sentences"] == []


def test_what_was_held_back_is_told_at_the_latest_with_the_end():
    event = SentenceVerified(AnswerSentence(FALSE, Verdict.UNSUPPORTED), ())
    done = next(e for e in Telling(TRUE)(QUESTION) if isinstance(e, AnswerDone))
    assert list(settled([event, done])) == [event, done]


def test_marks_stand_before_the_space_that_ends_a_sentence():
    sentence = AnswerSentence("安装3200个。\n", Verdict.PARTLY, (1, 2))
    assert marked(sentence) == "安装3200个。[1][2]（部分核实）\n"


def test_half_a_character_said_before_is_replaced():
    assert turns([("问\udc80", "答")]) == (Turn("问?", "答"),)
    assert turns(None) == ()
    assert search_filters(None) == Filters()
