from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.types import AnswerSentence, Source, Verdict
from tests.ui.conftest import HOSTILE
from ui.conversation import Exchange, Status
from ui.export import literal, markdown, plain_text

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


def test_the_markdown_holds_every_exchange():
    failed = Exchange("再问", status=Status.FAILED, problem="需要的模型还没有准备好。")
    text = markdown((DONE, failed, Exchange("第三问")))
    assert text.startswith("# 问报对话\n")
    assert "## 问：什么时候扫雪?" in text
    assert "\\[1\\] 《以雪为令》" in text
    assert "> 12月18日上午至12月19日晨" in text
    assert "需要的模型还没有准备好。" in text
    assert "回答没有完成。" in text


def test_markdown_shows_texts_literally():
    text = markdown((replace(DONE, question=HOSTILE, sentences=(), text=HOSTILE),))
    for piece in ("<script", "<img", "**粗体**", "[点这里]", "$x$"):
        assert piece not in text
    assert "\\[点这里\\](javascript:" in text
    assert literal("1. 甲\n- 乙\n# 丙") == "\\1. 甲\n\\- 乙\n\\# 丙"
