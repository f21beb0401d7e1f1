from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.types import AnswerSentence, Source, Verdict
from tests.ui.conftest import HOSTILE
from ui.conversation import Exchange, Status
from ui.export import plain_text, transcript

SOURCE = Source(
    1, "a", "以雪为令", date(2023, 12, 19), True, "p.txt", "12月18日上午至12月19日晨", 0, 16
)
DONE = Exchange(
    "什么时候扫雪?",
    status=Status.DONE,
    text="12月18日上午。一直到晚上。",
    sentences=(
        AnswerSentence("12月18日上午。", Verdict.SUPPORTED, (1,)),
        AnswerSentence("一直到晚上。", Verdict.PARTLY, (1,), ("晚上",)),
    ),
    sources=(SOURCE,),
)


def test_copied_text_has_numbers_marks_and_quotes():
    assert plain_text(DONE) == (
        "12月18日上午。[1]一直到晚上。[1]（部分核实）\n\n出处：\n"
        "[1] 《以雪为令》（2023年12月19日，推定）：12月18日上午至12月19日晨"
    )


def test_a_refusal_is_copied_as_it_reads():
    refused = Exchange("问", status=Status.DONE, refused=True, text="报上没有查到。")
    assert plain_text(refused) == "报上没有查到。"


def test_the_file_holds_every_exchange_and_opens_in_any_editor():
    failed = Exchange("再问", status=Status.FAILED, problem="需要的模型还没有准备好。")
    stopped = Exchange("第三问", text="写到一半。")
    text = transcript((replace(DONE, limits="只在这些报道里找"), failed, stopped))
    # Older editors of Windows take a file without this mark for one in another encoding.
    assert text.startswith("\ufeff问报对话\r\n")
    assert text.count("\n") == text.count("\r\n")
    assert text[1:].replace("\r\n", "\n") == (
        "问报对话\n\n\n"
        "问：什么时候扫雪?\n只在这些报道里找\n\n"
        "12月18日上午。[1]一直到晚上。[1]（部分核实）\n\n出处：\n"
        "[1] 《以雪为令》（2023年12月19日，推定）：12月18日上午至12月19日晨\n\n\n"
        "问：再问\n\n需要的模型还没有准备好。\n\n\n"
        "问：第三问\n\n写到一半。\n\n回答没有完成。\n"
    )


def test_nothing_acts_in_the_file():
    text = transcript((replace(DONE, question=HOSTILE, sentences=(), text=HOSTILE),))
    for piece in ("<script", "<img", "[点这里]("):
        assert piece not in text
