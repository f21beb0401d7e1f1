import json

import pytest

from rag.errors import TestSetError
from rag.evaluation.drafts import cases_from_feedback, cases_from_log, drafts_from_articles
from rag.evaluation.text import contains
from tests.evaluation.standin import seed_articles

SOURCE = {"number": 1, "headline": "医院获荣誉", "quote": "累计血透25000人次。", "article_id": "a"}


def lines(path, *records):
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text(text, encoding="utf-8")
    return path


def rating(question, value, **more):
    record = {
        "time": "2024-01-01T00:00:00+00:00",
        "question": question,
        "answer": "累计25000人次。",
        "sentences": [],
        "sources": [SOURCE],
        "rating": value,
        "reason": "",
    }
    return {**record, **more}


def test_drafts_ask_for_figures_dates_people_and_headlines():
    drafts = list(drafts_from_articles(seed_articles()))
    asked = {draft.case.question: draft.case.answers[0] for draft in drafts}
    assert asked["血透中心现共收治多少位尿毒症患者？"] == "70余位"
    assert asked["主持会议并讲话的区委书记是谁？"] == "沈东"
    # The word cutter halves this name; the article has it whole.
    assert asked["出席会议并讲话的区长是谁？"] == "李超鲲鹏"
    assert asked["什么时候区政府召开专题会议？"] == "12月15日"
    assert any("说的是什么事" in question for question in asked)


def test_each_draft_has_its_answer_in_its_quote_and_waits_for_a_person():
    articles = {article.headline: article for article in seed_articles()}
    ids = set()
    for draft in drafts_from_articles(articles.values()):
        (quote,), (answer,) = draft.case.quotes, draft.case.answers
        assert quote in articles[draft.case.relevant[0]].text
        assert contains(quote, answer)
        assert draft.status == "草稿"
        ids.add(draft.case.id)
    assert len(ids) == len(list(drafts_from_articles(articles.values())))


def test_no_more_drafts_than_asked_for():
    articles = seed_articles()
    assert len(list(drafts_from_articles(articles, per_article=1))) <= len(articles)
    assert list(drafts_from_articles([])) == []


def test_praise_becomes_a_case_and_criticism_a_draft(tmp_path):
    path = lines(
        tmp_path / "feedback.jsonl",
        rating("累计血透多少人次？", "up"),
        rating("谁主持会议？", "down", answer="张三", reason="人不对"),
    )
    up, down = cases_from_feedback(path)
    assert up.case.answers == ("累计25000人次。",)
    assert up.case.relevant == ("医院获荣誉",)
    assert up.case.quotes == ("累计血透25000人次。",)
    assert up.status != "草稿"
    assert down.status == "草稿"
    assert down.case.answers == ()
    assert "人不对" in down.case.note
    assert "张三" in down.case.note


def test_the_last_line_of_an_id_holds_and_a_praised_refusal_is_unanswerable(tmp_path):
    path = lines(
        tmp_path / "feedback.jsonl",
        rating("甲？", "down", id="1"),
        rating("甲？", "down", id="1", reason="出处不对"),
        rating("乙？", "up", id="2", refused=True, sources=[], answer="没有找到"),
        rating("丙？", "", id="3"),
    )
    first, second = cases_from_feedback(path)
    assert "出处不对" in first.case.note
    assert not second.case.answerable
    assert second.case.answers == ()


def test_logged_questions_once_each_most_asked_first(tmp_path):
    path = lines(
        tmp_path / "log.jsonl",
        {"question": "谁主持会议?", "answer": "沈东"},
        {"question": "何时开会？"},
        {"question": "何時開會？", "refused": True},
    )
    first, second = cases_from_log(path)
    assert first.case.question == "何時開會？"
    assert "2 次" in first.case.note
    assert "当时拒答" in first.case.note
    assert "沈东" in second.case.note


@pytest.mark.parametrize("content", ["[1]\n", "{}\n", "{\n"])
def test_a_line_that_is_no_record_is_named(tmp_path, content):
    path = tmp_path / "log.jsonl"
    path.write_text('{"question": "谁？", "rating": "up", "answer": ""}\n' + content, "utf-8")
    for read in (cases_from_log, cases_from_feedback):
        with pytest.raises(TestSetError, match="line 2"):
            read(path)
