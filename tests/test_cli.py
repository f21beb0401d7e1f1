"""The command line as a stranger uses it: output to read, output to parse, errors that help."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, SEEDS

pytestmark = pytest.mark.model


def wenbao(*arguments, cwd=ROOT, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "rag", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_ask_as_json_is_one_object_with_the_promised_fields(seeds_collection):
    done = wenbao(
        "ask",
        "--generator",
        "extractive",
        "-c",
        seeds_collection,
        "--json",
        "专题党课是哪一天讲的?",
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert {"text", "refused", "sentences", "sources", "timings"} <= answer.keys()
    assert {"text", "verdict", "citations"} <= answer["sentences"][0].keys()
    assert {"number", "headline", "published", "source", "quote", "start", "end"} <= answer[
        "sources"
    ][0].keys()
    assert answer["sentences"][0]["citations"] == [1]
    assert answer["sources"][0]["published"] == "2023-12-19"


def test_articles_as_json_holds_what_a_reader_sees(seeds_collection):
    articles = json.loads(wenbao("articles", "-c", seeds_collection, "--json").stdout)
    assert len(articles) == 9
    kicker = {a["headline"]: a["kicker"] for a in articles}
    assert kicker["沈东讲授主题教育专题党课"] == "树牢正确政绩观 求真务实促发展"
    snow = next(a for a in articles if a["headline"] == "以雪为令")
    assert not snow["complete"]
    assert all(a["published_inferred"] for a in articles)
    for article in articles:
        assert all(paragraph in article["text"] for paragraph in article["paragraphs"])


def test_a_new_collection_from_nothing(tmp_path):
    for _ in range(2):
        done = wenbao("ingest", SEEDS, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["added"], report["unchanged"], report["passages_embedded"]) == (0, 9, 0)
    found = json.loads(wenbao("search", "清雪除冰", "--json", "-k", "3", cwd=tmp_path).stdout)
    assert found[0]["headline"] == "以雪为令"
    assert found[0]["reasons"]


def test_chat_answers_line_by_line(seeds_collection):
    done = wenbao(
        "chat", "--generator", "extractive", "-c", seeds_collection, "--json",
        stdin="沈东围绕什么讲授了专题党课?\n\n他是哪一天讲的?\n/quit\n专题党课?\n",
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 2
    assert "12月16日" in answers[1]["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "有什么新闻?"], "wenbao ingest"),
        (["search", "有什么新闻?"], "wenbao ingest"),
        (["ingest", "gone.txt"], "gone.txt"),
        (["ingest", "empty.txt"], "empty"),
        (["ask", "  "], "empty"),
        (["ask", "长" * 2000], "question_chars"),
        (["ask", "--set", "retrieval.k=many", "问"], "retrieval.k"),
        (["ask", "--set", "retrieval.depth=3", "问"], "retrieval.depth"),
        (["ask", "--set", "nothing", "问"], "section.name=value"),
        (["ask", "--generator", "openai", "有什么新闻?"], "WENBAO_GENERATOR__BASE_URL"),
        (["ask", "--set", "embedder.model=qwen2.5-coder-0.5b-instruct", "问"], "embedder.model"),
        (["models", "fetch", "no-such-model"], "wenbao models"),
        (["search", "--from", "yesterday", "问"], "yesterday"),
    ],
)
def test_wrong_input_is_explained_without_a_stack_trace(tmp_path, arguments, said):
    (tmp_path / "empty.txt").touch()
    if "openai" in arguments or "长" in arguments[-1] or arguments == ["ask", "  "]:
        assert wenbao("ingest", SEEDS, cwd=tmp_path).returncode == 0
    done = wenbao(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_environment_setting_is_named(tmp_path):
    done = wenbao("articles", cwd=tmp_path, WENBAO_RETRIEVAL__KK="3")
    assert done.returncode == 1
    assert "WENBAO_RETRIEVAL__KK" in done.stderr


def test_a_broken_settings_file_is_named(tmp_path):
    (tmp_path / "wenbao.toml").write_text("[retrieval\nk = 3")
    done = wenbao("articles", cwd=tmp_path)
    assert done.returncode == 1
    assert "wenbao.toml" in done.stderr


def test_errors_are_json_when_json_was_asked_for(tmp_path):
    done = wenbao("ask", "有什么新闻?", "--json", cwd=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert error["type"] == "CollectionMissingError"
    assert error["remedy"] == "run `wenbao ingest seeds`"


def test_a_damaged_collection_is_said_and_mended(tmp_path):
    assert wenbao("ingest", SEEDS, cwd=tmp_path).returncode == 0
    for file in (tmp_path / "vectorstore" / "default").rglob("dense.faiss"):
        file.write_bytes(file.read_bytes()[:-100])
    for command in (["ask", "--generator", "extractive", "有什么新闻?"], ["doctor"]):
        done = wenbao(*command, cwd=tmp_path)
        assert done.returncode == 1
        assert "wenbao ingest --rebuild" in done.stderr + done.stdout
    assert wenbao("ingest", "--rebuild", SEEDS, cwd=tmp_path).returncode == 0
    done = wenbao("ask", "--generator", "extractive", "专题党课是哪一天讲的?", cwd=tmp_path)
    assert "12月16日" in done.stdout


def test_doctor_finds_a_healthy_collection_healthy(seeds_collection):
    done = wenbao("doctor", "-c", seeds_collection, "--generator", "extractive", "--json")
    report = json.loads(done.stdout)
    assert report["healthy"], report
    assert "9 articles" in str(report)
