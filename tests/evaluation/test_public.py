import json

import pytest

from rag.errors import TestSetError
from rag.evaluation.testset import read_test_set


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def test_squad_with_unanswerable_questions(tmp_path):
    context = "1963年，范廷颂被任为主教。"
    qas = [
        {"id": "1", "question": "何时被任为主教？",
         "answers": [{"text": "1963年", "answer_start": 0}, {"text": "1963年", "answer_start": 0}]},
        {"id": "2", "question": "葬在哪里？", "answers": [], "is_impossible": True},
        {"id": "2", "question": "何时出生？", "answers": [], "is_impossible": True},
    ]  # fmt: skip
    data = [{"title": "范廷颂", "paragraphs": [{"context": context, "qas": qas}]}]
    test_set = read_test_set(write(tmp_path / "dev.json", {"version": "v2", "data": data}))
    first, second, third = test_set.cases
    assert first.answers == ("1963年",)
    assert [article.text for article in test_set.articles] == [context]
    assert first.relevant == (test_set.articles[0].id,)
    assert not second.answerable
    assert second.relevant == ()
    assert third.id != second.id
    assert any("own context" in warning.message for warning in test_set.warnings)


def test_the_first_cmrc_format(tmp_path):
    entry = {
        "context_id": "TRIAL_1",
        "context_text": "泡泡战士由盛大运营。",
        "title": "泡泡战士",
        "qas": [{"query_id": "q1", "query_text": "由谁运营？", "answers": ["盛大", "盛大"]}],
    }
    (case,) = read_test_set(write(tmp_path / "cmrc.json", [entry])).cases
    assert (case.id, case.answers) == ("q1", ("盛大",))


def test_answers_of_public_sets_are_texts_without_blanks_around_them(tmp_path):
    qas = [{"query_id": "q1", "query_text": "几人？", "answers": [" 3人", "3人", " ", 3]}]
    entry = {"context_id": "1", "context_text": "共3人。", "title": "", "qas": qas}
    (case,) = read_test_set(write(tmp_path / "cmrc.json", [entry])).cases
    assert case.answers == ("3人", "3")


def test_crud_rag_question_answering(tmp_path):
    one = {
        "ID": "7",
        "event": "春节",
        "news1": "新闻甲。",
        "questions": "多少？",
        "answers": "三成。",
    }
    two = {**one, "ID": "8", "news2": "新闻乙。"}
    value = {"event_summary": [], "questanswer_1doc": [one], "questanswer_2docs": [two]}
    test_set = read_test_set(write(tmp_path / "split_merged.json", value))
    assert [case.tags for case in test_set.cases] == [("questanswer_1doc",), ("questanswer_2docs",)]
    assert [len(case.relevant) for case in test_set.cases] == [1, 2]
    assert len(test_set.articles) == 2


def test_rgb_requires_every_part_in_one_of_its_spellings(tmp_path):
    items = [
        {"id": 0, "query": "在哪举办？", "answer": "武汉", "positive": ["在武汉。"],
         "negative": ["别处。"]},
        {"id": 1, "query": "哪两天？", "answer": [["1月3日", "一月三日"], "1月12日"],
         "positive": [["甲。"], ["乙。"]], "negative": []},
    ]  # fmt: skip
    path = tmp_path / "zh_int.json"
    path.write_text("\n".join(json.dumps(item, ensure_ascii=False) for item in items), "utf-8")
    first, second = read_test_set(path).cases
    assert first.answers == ("武汉",)
    assert first.points == ()
    assert second.points == (("1月3日", "一月三日"), ("1月12日",))
    assert len(second.relevant) == 2
    assert len(read_test_set(path).articles) == 4


def test_a_damaged_rgb_line_is_named(tmp_path):
    path = tmp_path / "zh.json"
    good = {"id": 0, "query": "谁？", "answer": "甲", "positive": []}
    path.write_text(json.dumps(good, ensure_ascii=False) + '\n{"id": 1}\n', "utf-8")
    with pytest.raises(TestSetError, match="line 2"):
        read_test_set(path)
