"""The command line as a stranger uses it: output to read, output to parse, errors that help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner

from rag.assistant import Assistant
from rag.cli import cli
from rag.doctor import examine
from rag.errors import GenerationError
from rag.index import update
from rag.settings import Settings, describe
from tests.answering.conftest import Scripted
from tests.conftest import ROOT, SEEDS

pytestmark = pytest.mark.model


def wenbao(*arguments, cwd=ROOT, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "rag", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING"),
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


def test_a_chat_outlives_questions_that_cannot_be_answered(seeds_collection):
    arguments = ["chat", "--generator", "extractive", "-c", str(seeds_collection)]
    lines = ["长" * 2000, "沈东讲授\udcff什么?", "专题党课是哪一天讲的?"]
    stdin = "\n".join(lines).encode("utf-8", "surrogateescape")
    done = {}
    for form in ("", "--json"):
        done[form] = subprocess.run(
            [sys.executable, "-m", "rag", *arguments, *form.split()],
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )
        assert done[form].returncode == 0, done[form].stderr.decode()
        assert b"Traceback" not in done[form].stderr
    answers = [json.loads(line) for line in done["--json"].stdout.splitlines()]
    assert [answer.get("error", {}).get("type") for answer in answers] == [
        "QuestionError",
        "QuestionError",
        None,
    ]
    assert "UTF-8" in answers[1]["error"]["remedy"]
    assert "12月16日" in answers[2]["text"]
    assert "UTF-8" in done[""].stderr.decode()
    assert "12月16日" in done[""].stdout.decode()


def test_a_chat_outlives_a_generator_that_fails(seeds_collection, monkeypatch):
    class FailingOnce(Scripted):
        def stream(self, question, evidence):
            yield from super().stream(question, evidence)
            if len(self.questions) == 1:
                raise GenerationError("the engine stopped", remedy="ask again")

    question = "专题党课是哪一天讲的?"
    for form in ((), ("--json",)):
        generator = FailingOnce("12月16日，沈东讲授主题教育专题党课。")
        monkeypatch.setattr("rag.answering.generators.load_generator", lambda _, g=generator: g)
        arguments = ["chat", "-c", str(seeds_collection), *form]
        done = CliRunner().invoke(cli, arguments, input=f"{question}\n{question}\n")
        assert done.exit_code == 0, done.output
        assert "12月16日" in done.stdout.splitlines()[-1]
        if form:
            error = json.loads(done.stdout.splitlines()[0])["error"]
            assert error == {
                "type": "GenerationError",
                "message": "the engine stopped",
                "remedy": "ask again",
            }
        else:
            assert "the engine stopped" in done.stderr


def test_an_unfinished_ingestion_is_said_beside_the_answer(seeds_collection, monkeypatch):
    arguments = ["ask", "-c", str(seeds_collection), "--generator", "extractive", "--json"]
    arguments.append("专题党课是哪一天讲的?")
    assert "no vector" not in CliRunner().invoke(cli, arguments).stderr
    stats = Assistant.stats
    monkeypatch.setattr(Assistant, "stats", lambda self: replace(stats(self), lacking=1200))
    done = CliRunner().invoke(cli, arguments)
    assert "1200 passages have no vector yet" in done.stderr
    assert not json.loads(done.stdout)["refused"]


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
        (["ask", "--set", "answering.unsupported=foo", "问"], "'remove' or 'mark'"),
        (["ask", "--set", "collection=x", "--set", "collection.y=1", "问"], "collection.y=1"),
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


def test_a_settings_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "wenbao.toml").write_bytes('collection = "合集"'.encode("gb18030"))
    done = wenbao("articles", cwd=tmp_path)
    assert done.returncode == 1
    assert "wenbao.toml" in done.stderr
    assert "UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_section_in_the_environment_that_is_not_json_is_explained(tmp_path):
    done = wenbao("articles", cwd=tmp_path, WENBAO_MODELS="hub")
    assert done.returncode == 1
    assert "models" in done.stderr
    assert "JSON" in done.stderr


def test_doctor_lists_every_setting_with_its_value(tmp_path):
    (tmp_path / "wenbao.toml").write_text("[retrieval]\nk = 5\n[answering]\nsentences = 7")
    done = wenbao(
        "doctor", "--settings", "--json", "--set", "answering.sentences=6", cwd=tmp_path,
        WENBAO_GENERATOR__MAX_TOKENS="99", WENBAO_GENERATOR__API_KEY="geheim",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert {name for name, *_ in describe(Settings.load())} == set(rows)
    assert all(row["description"] for row in rows.values())
    assert not any(row["problem"] for row in rows.values())
    values = {name: row["value"] for name, row in rows.items()}
    assert values["retrieval.k"] == 5
    assert values["answering.sentences"] == 6
    assert values["generator.max_tokens"] == 99
    assert "geheim" not in done.stdout


def test_doctor_lists_the_settings_also_when_some_are_wrong(tmp_path):
    (tmp_path / "wenbao.toml").write_text(
        '[retrieval]\nk = "many"\ndepth = 3\ncandidates = 70\n'
        '[models]\nmirrors = ["moon", "sun"]\n[generator]\napi_key = 4711'
    )
    done = wenbao("doctor", "--settings", "--set", "answering.unsupported=foo", cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    after = {
        line.split(" = ")[0]: lines[at + 1 :] for at, line in enumerate(lines) if " = " in line
    }
    assert "retrieval.candidates = 70" in lines
    assert "'many'" in after["retrieval.k"][1]
    assert "no such setting" in after["retrieval.depth"][0]
    assert "'remove' or 'mark'" in after["answering.unsupported"][1]
    assert "WRONG" in after["models.mirrors"][1]
    assert "WRONG" in after["generator.api_key"][1]
    assert "4711" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_errors_are_json_when_json_was_asked_for(tmp_path):
    done = wenbao("ask", "有什么新闻?", "--json", cwd=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert error["type"] == "CollectionMissingError"
    assert error["remedy"].startswith("run `wenbao ingest --collection ")


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


def test_doctor_asks_the_language_model_for_a_word(seeds_collection, tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and nothing else")

    def examined(**generator):
        settings = Settings.load(collection=seeds_collection, generator=generator)
        return {check.name: check for check in examine(settings)}["language model"]

    check = examined(model=str(broken))
    assert not check.ok
    assert "broken.gguf" in check.detail
    check = examined(kind="openai", model="qwen", base_url="http://127.0.0.1:9/v1")
    assert not check.ok
    assert "generator.base_url" in check.remedy
    assert examined(kind="extractive").ok


def test_a_terminal_that_lacks_a_character_gets_the_rest(tmp_path):
    page = tmp_path / "街道.txt"
    story = "邻里节开幕\n\n本报讯(记者 王芳)金桥社区举办邻里节🎉，到场居民有320户。\n"
    page.write_text(story, "utf-8")
    assert wenbao("ingest", page, cwd=tmp_path).returncode == 0
    search = ["search", "邻里节到场多少户?"]
    done = wenbao(*search, cwd=tmp_path, PYTHONIOENCODING="gbk")
    assert done.returncode == 0, done.stderr
    assert "邻里节?，到场居民有320户" in done.stdout
    done = wenbao(*search, "--json", cwd=tmp_path, PYTHONIOENCODING="gbk")
    assert "邻里节🎉" in json.loads(done.stdout)[0]["text"]


def test_a_wrong_command_line_is_an_object_with_json(tmp_path):
    done = wenbao("search", "问", "-k", "0", "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert "0 is not in the range" in error["message"]
    assert error["remedy"] == "run `wenbao search --help`"
    done = wenbao("articles", "-c", tmp_path / "typo", "--json")
    assert done.returncode == 1
    assert "--collection" in json.loads(done.stdout)["error"]["remedy"]


def test_days_in_the_wrong_order_are_an_error(seeds_collection):
    days = ("--from", "2024-01-02", "--to", "2023-01-01")
    done = wenbao("search", "问", *days, "-c", seeds_collection)
    assert done.returncode == 1
    assert "--from 2024-01-02 is later than --to 2023-01-01" in done.stderr


def test_ingesting_an_archive_says_from_when_on_it_can_be_asked(tmp_path, monkeypatch):
    collection = ["-c", str(tmp_path / "collection")]
    monkeypatch.setattr(update, "_AT_ONCE", 3)
    done = CliRunner().invoke(cli, ["ingest", str(SEEDS), *collection])
    assert done.exit_code == 0
    assert done.stderr.count("by their words from now on") == 1
    assert "9 articles added" in done.stdout
    again = CliRunner().invoke(cli, ["ingest", str(SEEDS), *collection, "--json"])
    assert json.loads(again.stdout)["passages_embedded"] == 0
    assert again.stderr == ""
    anew = CliRunner().invoke(cli, ["ingest", str(SEEDS), "-c", str(tmp_path / "b"), "--json"])
    assert json.loads(anew.stdout)["added"] == 9
    assert anew.stderr == ""


def test_options_before_a_subcommand_of_models_hold_for_it(tmp_path):
    done = wenbao("models", "--json", "--set", f"models.folder={tmp_path}", "verify")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
