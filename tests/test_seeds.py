"""The mission's articles, asked with the real models."""

from __future__ import annotations

import json
from datetime import date

import pytest

from rag import Answer, Turn, Verdict
from rag.chinese.normalise import fold
from rag.types import AnswerDone, EvidenceFound, SentenceVerified, TextDelta
from tests.conftest import ROOT


def read(name: str) -> list[dict[str, object]]:
    lines = (ROOT / "benchmarks" / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUESTIONS = read("seeds.jsonl")
ANSWERABLE = [case for case in QUESTIONS if case["answerable"]]
UNANSWERABLE = [case for case in QUESTIONS if not case["answerable"]]


def is_right(case: dict[str, list[str]], answer: Answer) -> bool:
    """The answer holds an accepted string, and a cited sentence holds the gold quote."""
    return any(fold(text) in fold(answer.text) for text in case["answers"]) and any(
        fold(quote) in fold(source.quote) for quote in case["quotes"] for source in answer.sources
    )


@pytest.mark.model
def test_the_questions_are_about_all_nine_articles(extractive):
    articles = extractive.articles()
    asked = {a.id for a in articles for c in ANSWERABLE for q in c["quotes"] if q in a.text}
    assert len(articles) == 9
    assert len(asked) == 9
    assert (len(ANSWERABLE), len(UNANSWERABLE)) == (20, 6)


@pytest.mark.model
def test_without_a_language_model_most_questions_are_answered(extractive):
    right = [case["id"] for case in ANSWERABLE if is_right(case, extractive.ask(case["question"]))]
    refused = [c["id"] for c in UNANSWERABLE if extractive.ask(c["question"]).refused]
    assert len(right) >= 17, right
    assert len(refused) >= 4, refused


@pytest.mark.llm
@pytest.mark.slow
def test_the_default_models_answer_and_refuse(assistant):
    answers = {case["id"]: assistant.ask(case["question"]) for case in QUESTIONS}
    right = [case["id"] for case in ANSWERABLE if is_right(case, answers[case["id"]])]
    refused = [case["id"] for case in UNANSWERABLE if answers[case["id"]].refused]
    assert len(right) >= 17, right
    assert len(refused) >= 5, refused
    for answer in answers.values():
        check_promises(assistant, answer)


@pytest.mark.llm
@pytest.mark.slow
def test_questions_in_other_words_than_the_articles_are_answered_and_refused(assistant):
    """Far above what a search for the question's words reaches: 28 % of these, 70 % refused."""
    right, refused = [], []
    asked = read("reworded_fresh.jsonl")
    for case in asked:
        answer = assistant.ask(case["question"])
        check_promises(assistant, answer)
        if answer.refused:
            refused.append(case["id"])
        elif any(fold(text) in fold(answer.text) for text in case["answers"]):
            right.append(case["id"])
    answerable = [case["id"] for case in asked if case["answerable"]]
    assert len(right) >= 0.55 * len(answerable), right
    assert len(set(refused) - set(answerable)) >= 0.8 * (len(asked) - len(answerable)), refused


def check_promises(assistant, answer: Answer) -> None:
    """What holds for every answer, right or wrong."""
    numbers = [source.number for source in answer.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    for source in answer.sources:
        assert assistant.article(source.article_id).text[source.start : source.end] == source.quote
    for sentence in answer.sentences:
        assert set(sentence.citations) <= set(numbers)
        assert sentence.citations or sentence.verdict is Verdict.UNSUPPORTED
    if answer.refused:
        assert not answer.sources
        assert answer.reason


@pytest.mark.model
def test_every_extractive_answer_keeps_its_promises(extractive):
    for case in QUESTIONS:
        check_promises(extractive, extractive.ask(case["question"]))


@pytest.mark.llm
def test_an_answer_streams_from_evidence_to_verified_sentences(assistant):
    events = list(assistant.stream("六大工程是哪六大工程?"))
    assert isinstance(events[0], EvidenceFound)
    assert events[0].evidence[0].article.published == date(2023, 12, 19)
    assert isinstance(events[-1], AnswerDone)
    assert sum(isinstance(event, TextDelta) for event in events) > 3
    assert any(isinstance(event, SentenceVerified) for event in events)
    assert "党的建设领航工程" in events[-1].answer.text


@pytest.mark.model
def test_traditional_characters_and_full_width_digits_find_the_same(extractive):
    plain = extractive.ask("2018年4月成立的是哪个中心?")
    assert "血液净化中心" in plain.text
    for variant in ("２０１８年４月成立的是哪個中心？", "二〇一八年四月成立的是哪个中心"):
        assert extractive.ask(variant).sources == plain.sources


@pytest.mark.model
def test_a_follow_up_knows_what_was_asked_before(extractive):
    question = "沈东围绕什么讲授了专题党课?"
    first = extractive.ask(question)
    second = extractive.ask("他是哪一天讲的?", history=[Turn(question, first.text)])
    assert "12月16日" in second.text
    assert {source.headline for source in second.sources} == {"沈东讲授主题教育专题党课"}
