import json
import sys

import pytest
from click.testing import CliRunner

from rag.cli import evaluate, main, options, testset
from rag.errors import CollectionMissingError, EvaluationError, TestSetError
from rag.evaluation import read_test_set, write_test_set
from rag.evaluation.template import EXAMPLES
from tests.evaluation.standin import StandIn

COMMANDS = {command.name: command for command in (*evaluate.commands, *testset.commands)}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in an empty folder with the stand-in; errors are raised."""

    def opened(*, settings):
        bold = settings.answering.sentences == 1
        return StandIn(threshold=0.2 if bold else 0.5, retrieval={"k": settings.retrieval.k})

    monkeypatch.setattr("rag.assistant.Assistant.open", opened)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        command, *rest = arguments
        result = CliRunner().invoke(COMMANDS[command], rest)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


@pytest.fixture
def path(tmp_path, test_set):
    path = tmp_path / "钟楼.xlsx"
    write_test_set(path, test_set.cases)
    return path


def test_from_an_xlsx_to_a_report(run, path, tmp_path):
    shown = run("eval", str(path), "--name", "第一次")
    assert "通过率" in shown
    assert (tmp_path / "runs" / "第一次" / "report.html").exists()
    value = json.loads((tmp_path / "runs" / "第一次" / "report.json").read_text("utf-8"))
    assert value["run"]["articles"] > 5


def test_json_is_one_document(run, path):
    value = json.loads(run("eval", str(path), "--json", "--retrieval"))
    assert value["run"]["mode"] == "retrieval"
    assert {figure["metric"] for figure in value["figures"]} >= {"recall", "mrr", "pass"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", "钟楼.xlsx", "--name", "甲", "--fail-under", "correct=0.9"],
        ["testset", "check", "坏.csv"],
        ["compare", "前", "后", "--check"],
    ],
)
def test_json_is_one_document_when_a_gate_fails(
    run, path, tmp_path, monkeypatch, capsys, arguments
):
    (tmp_path / "坏.csv").write_text("问题,是否可答\n谁？,也许\n", encoding="utf-8")
    run("eval", str(path), "--name", "前")
    run("eval", str(path), "--name", "后", "--set", "answering.sentences=1")
    monkeypatch.setattr(options, "_printed", [])
    monkeypatch.setattr(sys, "argv", ["wenbao", *arguments, "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    printed = capsys.readouterr()
    assert "error" not in json.loads(printed.out)
    assert printed.err.startswith("Error: ")


def test_a_collection_without_articles_is_an_error_and_leaves_no_report(
    run, path, tmp_path, monkeypatch
):
    monkeypatch.setattr(StandIn, "articles", lambda _: [])
    with pytest.raises(CollectionMissingError, match="nothing in"):
        run("eval", str(path), "--name", "甲")
    assert not (tmp_path / "runs").exists()


def test_a_file_name_that_cannot_name_a_run_names_one_like_it(run, path, tmp_path):
    path.rename(tmp_path / "我的题 (1).xlsx")
    run("eval", "我的题 (1).xlsx", "--retrieval")
    assert (tmp_path / "runs" / "我的题-1" / "report.html").exists()


def test_passages_without_vectors_are_named_because_figures_will_change(run, path, monkeypatch):
    assert "no vector" not in run("eval", str(path), "--retrieval", "--name", "甲")
    monkeypatch.setattr("rag.assistant.Assistant.open", lambda settings: StandIn(lacking=1200))
    shown = run("eval", str(path), "--retrieval", "--name", "乙")
    assert "1200 passages have no vector yet" in shown


def test_a_comparison_says_what_was_not_the_same_in_both_runs(run, path, monkeypatch):
    run("eval", str(path), "--retrieval", "--name", "前")
    run("eval", str(path), "--retrieval", "--name", "后", "--set", "retrieval.k=4")
    assert "Not the same in both: retrieval.k: 8 → 4\n" in run("compare", "前", "后")
    articles = StandIn().articles()
    monkeypatch.setattr(StandIn, "articles", lambda _: articles[1:])
    run("eval", str(path), "--retrieval", "--name", "少一篇")
    assert "Not the same in both: other articles" in run("compare", "前", "少一篇")
    value = json.loads(run("compare", "后", "少一篇", "--json"))
    assert value["settings"] == {"retrieval.k": [4, 8]}
    assert (value["other_articles"], value["other_program"]) == (True, False)


def test_gold_that_no_search_can_find_is_named_before_the_run(run, tmp_path):
    path = tmp_path / "题.csv"
    path.write_text("问题,出处\n谁讲课？,写错的标题\n", encoding="utf-8")
    assert "not in the collection" in run("eval", str(path), "--retrieval")


def test_a_grid_makes_a_run_for_each_value(run, path, tmp_path):
    shown = run("eval", str(path), "--name", "格", "--grid", "retrieval.k=2,4", "--retrieval")
    assert "All runs" in shown
    for k in (2, 4):
        saved = tmp_path / "runs" / "格" / f"retrieval.k={k}" / "report.json"
        settings = json.loads(saved.read_text("utf-8"))["run"]["settings"]
        assert settings["retrieval.k"] == k
    assert "retrieval.k=2" in run("compare", "格/retrieval.k=2", "格/retrieval.k=4")


def test_gates_for_ci(run, path):
    run("eval", str(path), "--name", "甲", "--fail-under", "recall=0.9")
    with pytest.raises(EvaluationError, match=r"correct is 0\.7500, below 0\.9"):
        run("eval", str(path), "--name", "甲", "--fail-under", "correct=0.9")
    run("eval", str(path), "--name", "乙", "--no-worse-than", "甲")
    with pytest.raises(EvaluationError, match="is worse than '甲'"):
        run("eval", str(path), "--name", "丙", "--set", "answering.sentences=1",
            "--no-worse-than", "甲")  # fmt: skip


def test_a_gate_that_cannot_be_read_fails_before_anything_is_asked(run, path, tmp_path):
    for gate in ("nope=1", "recall", "recall=nan"):
        with pytest.raises(EvaluationError, match=r"unknown metric|not a condition"):
            run("eval", str(path), "--name", "甲", "--fail-under", gate)
    with pytest.raises(EvaluationError, match="there is no run"):
        run("eval", str(path), "--name", "甲", "--no-worse-than", "没有")
    assert not (tmp_path / "runs" / "甲").exists()


def test_tags_that_no_question_has_are_an_error(run, path):
    with pytest.raises(TestSetError, match="no question is left"):
        run("eval", str(path), "--name", "甲", "--tag", "没有这个")


def test_compare_writes_a_page_and_json(run, path, tmp_path):
    run("eval", str(path), "--name", "甲")
    run("eval", str(path), "--name", "乙", "--set", "retrieval.k=2")
    page = tmp_path / "还没有" / "对比.html"
    run("compare", "甲", "乙", "--html", str(page), "--check")
    assert "评测对比" in page.read_text("utf-8")
    assert json.loads(run("compare", "甲", "乙", "--json"))["shared"] == 6


def test_a_run_that_does_not_exist_cannot_be_compared(run):
    with pytest.raises(EvaluationError, match="no run"):
        run("compare", "甲", "乙")


def test_check_says_line_and_column_and_fails(run, tmp_path):
    bad = tmp_path / "坏.csv"
    bad.write_text("问题,是否可答\n谁？,也许\n", encoding="utf-8")
    with pytest.raises(TestSetError):
        run("testset", "check", str(bad))
    result = CliRunner().invoke(COMMANDS["testset"], ["check", str(bad)])
    assert "line 2, column B (是否可答)" in result.output


def test_check_sums_up_a_good_set(run, path):
    assert "6 questions, 4 with and 2 without answer" in run("testset", "check", str(path))
    assert json.loads(run("testset", "check", str(path), "--json"))["cases"] == 6


def test_a_template_is_not_written_over_work(run, tmp_path):
    path = tmp_path / "我的.xlsx"
    run("testset", "template", str(path))
    assert read_test_set(path).cases == EXAMPLES
    with pytest.raises(TestSetError, match="exists"):
        run("testset", "template", str(path))
    run("testset", "template", str(path), "--force")


def test_drafts_wait_for_a_person_and_then_run(run, tmp_path):
    path = tmp_path / "草稿.xlsx"
    run("testset", "draft", str(path), "--per-article", "1")
    with pytest.raises(TestSetError, match="is a draft or rejected"):
        read_test_set(path)


def test_feedback_and_log_become_cases(run, tmp_path):
    log = tmp_path / "log.jsonl"
    record = {"question": "谁主持会议？", "answer": "沈东", "rating": "up", "sources": []}
    log.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    assert "Wrote 1 cases" in run("testset", "from-log", str(log), str(tmp_path / "a.csv"))
    run("testset", "from-feedback", str(log), str(tmp_path / "b.jsonl"))
    assert read_test_set(tmp_path / "b.jsonl").cases[0].answers == ("沈东",)


def test_the_articles_of_a_public_set_can_be_ingested(run, tmp_path):
    source = tmp_path / "squad.json"
    qas = [{"id": "1", "question": "谁？", "answers": [{"text": "甲"}]}]
    data = {"data": [{"title": "题", "paragraphs": [{"context": "甲来了。", "qas": qas}]}]}
    source.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    out = tmp_path / "articles.jsonl"
    run("testset", "corpus", str(source), str(out))
    record = json.loads(out.read_text("utf-8"))
    assert (record["title"], record["text"]) == ("题", "甲来了。")
    assert record["id"] == read_test_set(source).cases[0].relevant[0]


def test_an_interrupted_run_says_how_to_go_on(path, tmp_path, monkeypatch):
    monkeypatch.setattr("rag.assistant.Assistant.open", lambda settings: StandIn(stop_after=2))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(COMMANDS["eval"], [str(path)])
    assert isinstance(result.exception, EvaluationError)
    assert "same command again" in result.exception.remedy


def test_a_gate_of_the_other_mode_fails_before_the_first_question(run, path, monkeypatch):
    run("eval", str(path), "--name", "答")
    monkeypatch.setattr(StandIn, "search", None)
    with pytest.raises(EvaluationError, match="'答' answered, the other one searches"):
        run("eval", str(path), "--retrieval", "--name", "搜", "--no-worse-than", "答")
