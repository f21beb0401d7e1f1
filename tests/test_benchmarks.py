"""The answer benchmark on a set of six articles: what each mode lets a question see."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
TEXTS = {
    "早市": "运河早市整体搬迁至人民路北侧,设置摊位260个。",
    "大雪": "12月16日,我市迎来首场大雪,最大积雪深度达12厘米。",
    "足球": "青少年足球联赛决赛在奥体中心举行,实验中学队夺冠。",
    "医院": "区人民医院血透中心现收治70余位尿毒症患者。",
    "图书馆": "新图书馆藏书30万册,每天开放12小时。",
    "地铁": "地铁3号线全长28公里,设车站21座。",
}
QUESTIONS = [
    ("运河早市设置了多少个摊位?", "260个", "早市"),
    ("最大积雪深度达多少?", "12厘米", "大雪"),
    ("青少年足球联赛决赛在哪里举行?", "奥体中心", "足球"),
    ("地铁3号线全长多少公里?", "28公里", "地铁"),
]


@pytest.fixture
def answers(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("answers")
    for name in ("answers", "answer_tasks", "retrieval", "baselines", "paraphrases"):
        sys.modules.pop(name, None)


@pytest.fixture
def data(tmp_path):
    def write(name, rows):
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    articles = [{"id": f"小报-{key}", "title": key, "text": text} for key, text in TEXTS.items()]
    write("小报.corpus.jsonl.gz", articles)
    other = "海洋科考船返回港口,带回深海样品。"
    write("远方.corpus.jsonl.gz", [{"id": "远方-1", "title": "科考", "text": other}])
    cases = [
        {
            "id": f"q{number}",
            "question": question,
            "answers": [answer],
            "relevant": [f"小报-{key}"],
            "context": [f"小报-{key}"],
            "answerable": True,
            "kind": "test",
        }
        for number, (question, answer, key) in enumerate(QUESTIONS)
    ]
    cases.append(cases[0] | {"id": "q9", "question": "文中有多少个摊位?", "ambiguous": True})
    write("小报.qa.jsonl.gz", cases)
    return tmp_path


@pytest.mark.model
def test_every_mode_is_measured_and_nothing_is_asked_twice(answers, data, monkeypatch, capsys):
    def run(*arguments):
        report = data / "figures.json"
        monkeypatch.setattr(
            sys,
            "argv",
            [
                *("answers.py", "--data", str(data), "--work", str(data / "work")),
                *("--json", str(report), "--questions", "小报"),
                *("--option", "generator.kind=extractive"),
                *arguments,
            ],
        )
        answers.main()
        return json.loads(report.read_text("utf-8"))

    (closed,) = run("--mode", "closed")
    assert closed["questions"] == 4  # the ambiguous one is left out
    assert closed["contains"] == 1
    assert closed["right_cited_rightly"] == 1
    assert closed["supported_without_citation"] == 0
    assert set(closed["seconds"]) == {"first_evidence", "first_token", "last_token", "whole"}
    (opened,) = run("--mode", "open", "--noise", "远方:1", "--sample", "1:2")
    assert opened["articles"] == 7
    assert opened["questions"] == 2
    (foreign,) = run("--mode", "out-of-corpus", "--corpus", "远方")
    assert foreign["refusal_recall"] == 1
    clean, noisy = run("--distractors", "0", "0.8")
    assert (clean["distractors"], noisy["distractors"]) == (0, 0.8)
    assert clean["contains"] == noisy["contains"] == 1
    monkeypatch.setattr(answers, "ask", None)
    assert run("--mode", "closed") == [closed]
    assert "小报-closed" in capsys.readouterr().out


@pytest.mark.model
def test_a_question_sees_its_own_context_only(answers, data):
    from rag.assistant import Assistant
    from rag.settings import Settings

    tasks = importlib.import_module("answer_tasks")
    settings = Settings.load(generator={"kind": "extractive"})
    task = tasks.noisy_task(data, "小报", 0.5, tasks.Sample())
    with Assistant.open(data / "collection", settings=settings) as empty:
        tasks.fill([task], data / "collection", settings, empty.embedder).close()
    with Assistant.open(data / "collection", settings=settings) as assistant:
        for case in task.test_set.cases:
            found = assistant.search(case.question, filters=task.filters(case))
            assert {item.article.id for item in found} == set(task.contexts[case.id])
            assert len(task.contexts[case.id]) == 2


def test_paraphrases_change_how_something_is_said_or_what(answers):
    rules = importlib.import_module("paraphrases")
    chance = random.Random(1)
    sentence = "昨天,全区投入25000元,新增车位12个,比去年增长30%。"

    def made(rule):
        return rule(sentence, "王建国昨天到南京。", chance)

    assert made(rules.absolute_date).startswith("2023年12月18日,")
    assert made(rules.other_numeral) in {
        sentence.replace("25000元", "2.5万元"),
        sentence.replace("12个", "十二个"),
        sentence.replace("30%", "百分之三十"),
    }
    assert "增加30%" in made(rules.synonym)
    assert "下降30%" in made(rules.reversed_direction)
    assert made(rules.dropped_clause).count("，") == 2
    assert rules.other_voice("他们被警方逮捕。", "", chance) == "警方将他们逮捕。"
    assert rules.altered_unit("投资5.5万亿元。", "", chance) == ""
