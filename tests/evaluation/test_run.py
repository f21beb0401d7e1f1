import json
from dataclasses import replace
from datetime import date

import pytest

from rag.errors import EvaluationError, TestSetError
from rag.evaluation import Case, GoldArticle, TestSet, evaluate, list_runs, read_report
from rag.evaluation.store import RunFolder
from rag.types import Turn
from tests.evaluation.standin import StandIn, seed_articles


def figures(report):
    """Everything of a report that must repeat."""
    value = report.to_json()
    del value["timings"], value["run"]["started"], value["run"]["name"]
    return value


def many_cases(count=300):
    sentences = [
        (article.headline, sentence)
        for article in seed_articles()
        for sentence in article.text.split("。")
        if len(sentence) > 20
    ]
    cases = []
    for number in range(count):
        headline, sentence = sentences[number % len(sentences)]
        cases.append(
            Case(
                id=f"q{number}",
                question=sentence[number % 7 : number % 7 + 14] + "？",
                answers=(sentence[-8:],),
                relevant=(headline,),
                tags=(("单", "双")[number % 2],),
            )
        )
    return TestSet("三百题", tuple(cases))


def test_a_killed_run_of_300_questions_goes_on_and_gives_the_same_figures(tmp_path):
    test_set = many_cases()
    whole = evaluate(StandIn(), test_set, runs=tmp_path, name="整")
    stopping = StandIn(stop_after=150)
    with pytest.raises(KeyboardInterrupt):
        evaluate(stopping, test_set, runs=tmp_path, name="断")
    path = tmp_path / "断" / "cases.jsonl"
    assert len(path.read_bytes().splitlines()) == 150
    # The machine went down while a line was being written.
    with path.open("ab") as file:
        file.write(b'{"case": "q150", "outcome": {"text": "\xe5\x8c')
    second = StandIn()
    report = evaluate(second, test_set, runs=tmp_path, name="断")
    assert second.calls == 150
    assert figures(report) == figures(whole)
    assert len(path.read_bytes().splitlines()) == 300


def test_the_same_run_twice_gives_identical_figures(tmp_path, assistant, test_set):
    first = evaluate(assistant, test_set, runs=tmp_path, name="一")
    again = evaluate(StandIn(), test_set, runs=tmp_path, name="二")
    assert figures(first) == figures(again)
    assert figures(evaluate(StandIn(), test_set)) == {**figures(first)}


def test_threads_do_not_change_the_figures():
    test_set = many_cases(40)
    one = evaluate(StandIn(), test_set, mode="retrieval", jobs=1)
    four = evaluate(StandIn(), test_set, mode="retrieval", jobs=4)
    assert figures(one) == figures(four)
    assert [item.case.id for item in four.cases] == [case.id for case in test_set.cases]


def test_a_finished_run_asks_nothing_and_can_be_read_again(tmp_path, assistant, test_set):
    first = evaluate(assistant, test_set, runs=tmp_path, name="一")
    idle = StandIn(stop_after=0)
    assert figures(evaluate(idle, test_set, runs=tmp_path, name="一")) == figures(first)
    assert figures(read_report(tmp_path / "一")) == figures(first)
    assert (tmp_path / "一" / "report.html").exists()
    saved = json.loads((tmp_path / "一" / "report.json").read_text("utf-8"))
    assert saved["figures"] == first.to_json()["figures"]


def test_gold_articles_that_are_not_in_the_collection_are_named(assistant):
    there = ("沈东讲授主题教育专题党课", "《沈东讲授主题教育专题党课》", seed_articles()[0].source)
    cases = (
        *(Case(str(number), "谁？", relevant=(key,)) for number, key in enumerate(there)),
        Case("少字", "谁讲课？", relevant=("沈东讲授专题党课", there[0])),
        Case("日期", "哪天？", relevant=("2023-12-19", "沈东讲授专题党课")),
        Case("原句", "哪天？", relevant=("不看这个",), quotes=("12月16日",)),
        Case("带来", "什么？", relevant=("外部",)),
        Case("不可答", "几个？", relevant=("不存在",), answerable=False),
    )
    test_set = TestSet("出处", cases, (GoldArticle("外部", "", "外部的报道。"),))
    (warning,) = evaluate(assistant, test_set, mode="retrieval").warnings
    assert warning.message == (
        "2 questions name gold articles that are not in the collection, so they count as not"
        " found: 《沈东讲授专题党课》《2023-12-19》"
    )


def test_a_run_is_read_again_whatever_blanks_its_test_set_holds(tmp_path, assistant):
    cases = (
        Case("1", " 沈东主持会议了吗？ ", ("主持\n了", "")),
        Case("2", "沈东何时讲课？", ("12月16日",), answerable=False, note="\t"),
        Case(" 3", "他还说了什么？\u3000", history=(Turn("沈东 ", " 区委书记"),)),
        Case("4", "六大工程是哪些？", points=(("产业强区 ", "产业"), (" ",)), tags=("列举 ",)),
    )
    first = evaluate(assistant, TestSet("空格", cases), runs=tmp_path, name="一")
    again = read_report(tmp_path / "一")
    assert tuple(item.case for item in again.cases) == cases
    assert figures(again) == figures(first)


def test_gold_articles_of_the_set_are_kept_with_the_run(tmp_path, assistant):
    article = seed_articles()[0]
    case = Case("1", "沈东主持会议并讲话？", relevant=("外部编号",))
    gold = GoldArticle("外部编号", "", article.text)
    test_set = TestSet("外部", (case,), (gold, GoldArticle("无关", "", "无关。")))
    report = evaluate(assistant, test_set, runs=tmp_path, name="一")
    assert report.value("recall") == 1
    assert read_report(tmp_path / "一").value("recall") == 1


def test_gold_articles_may_hold_separators_that_some_take_for_line_ends(tmp_path, assistant):
    article = GoldArticle("a1", "标题", "第一段。\u2028第二段。\x85第三段。")
    test_set = TestSet("带文章", (Case("1", "谁？", ("甲",), relevant=("a1",)),), (article,))
    evaluate(assistant, test_set, runs=tmp_path, name="甲")
    assert RunFolder(tmp_path / "甲").read()[1].articles == (article,)


def test_other_settings_do_not_mix_into_a_run(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    other = StandIn(retrieval={"k": 3})
    with pytest.raises(EvaluationError, match=r"retrieval\.k") as caught:
        evaluate(other, test_set, runs=tmp_path, name="一")
    assert "--restart" in caught.value.remedy
    report = evaluate(other, test_set, runs=tmp_path, name="一", restart=True)
    assert report.manifest.settings["retrieval.k"] == 3
    with pytest.raises(EvaluationError, match="mode"):
        evaluate(other, test_set, runs=tmp_path, name="一", mode="retrieval")


def test_other_articles_do_not_mix_into_a_run(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    fewer = StandIn()
    fewer._articles = seed_articles()[:3]
    with pytest.raises(EvaluationError, match="other articles"):
        evaluate(fewer, test_set, runs=tmp_path, name="一")


def test_articles_whose_day_was_corrected_are_other_articles(tmp_path, test_set, monkeypatch):
    evaluate(StandIn(), test_set, runs=tmp_path, name="一")
    corrected = [replace(article, published=date(2023, 12, 20)) for article in seed_articles()]
    monkeypatch.setattr(StandIn, "articles", lambda _: corrected)
    with pytest.raises(EvaluationError, match="other articles"):
        evaluate(StandIn(), test_set, runs=tmp_path, name="一")


def test_another_version_of_the_program_does_not_mix_into_a_run(
    tmp_path, assistant, test_set, monkeypatch
):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    monkeypatch.setattr("rag.evaluation.run.program_digest", lambda: "新版")
    with pytest.raises(EvaluationError, match="version of the program"):
        evaluate(assistant, test_set, runs=tmp_path, name="一")


def test_threads_and_addresses_are_no_other_settings(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    other = StandIn(generator={"threads": 2}, server={"port": 8000})
    evaluate(other, test_set, runs=tmp_path, name="一")
    assert other.calls == 0


def test_a_changed_question_is_asked_again_and_only_it(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    first, *rest = test_set.cases
    changed = Case("血透人次", "血透中心收治多少患者？", ("70余位",), tags=first.tags)
    again = StandIn()
    report = evaluate(again, TestSet("钟楼", (changed, *rest)), runs=tmp_path, name="一")
    assert again.calls == 1
    assert report.cases[0].case == changed


def test_a_growing_sample_keeps_what_is_done(tmp_path, test_set):
    evaluate(StandIn(), test_set, runs=tmp_path, name="一", sample=2, seed=1)
    rest = StandIn()
    report = evaluate(rest, test_set, runs=tmp_path, name="一")
    assert rest.calls == len(test_set) - 2
    assert len(report.cases) == len(test_set)


def test_a_failing_question_is_counted_and_asked_again_next_time(tmp_path, test_set):
    failing = StandIn(failing=(test_set.cases[0].question,))
    report = evaluate(failing, test_set, runs=tmp_path, name="一")
    assert report.value("error") == pytest.approx(1 / len(test_set))
    assert report.cases[0].outcome.error == "the generator failed"
    again = StandIn()
    assert evaluate(again, test_set, runs=tmp_path, name="一").value("error") == 0
    assert again.calls == 1


def test_secrets_and_folders_stay_out_of_the_run(tmp_path, test_set):
    assistant = StandIn(generator={"api_key": "sk-secret"})
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    for path in (tmp_path / "一").iterdir():
        assert b"sk-secret" not in path.read_bytes()


def test_a_follow_up_is_searched_with_its_conversation(assistant):
    history = (Turn("邹区人民医院血透中心累计血透多少人次？", "25000人次"),)
    case = Case(
        "1", "收治患者呢？", relevant=("邹区人民医院 血液透析中心获省级荣誉",), history=history
    )
    for mode in ("retrieval", "answer"):
        report = evaluate(assistant, TestSet("追问", (case,)), mode=mode)
        assert report.value("recall@1") == 1


def test_a_damaged_line_in_the_middle_is_an_error_that_names_it(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    path = tmp_path / "一" / "cases.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"{}\n", *lines[1:]]))
    with pytest.raises(EvaluationError, match="line 2"):
        evaluate(assistant, test_set, runs=tmp_path, name="一")


def test_two_processes_do_not_write_one_run(tmp_path, assistant, test_set):
    with (
        RunFolder.named(tmp_path, "一"),
        pytest.raises(EvaluationError, match="another process"),
    ):
        evaluate(assistant, test_set, runs=tmp_path, name="一")


@pytest.mark.parametrize("name", ["", "..", "../外", "/根", "a//b", "a\nb"])
def test_a_name_cannot_leave_the_folder_of_runs(tmp_path, assistant, test_set, name):
    with pytest.raises(EvaluationError, match="cannot name"):
        evaluate(assistant, test_set, runs=tmp_path / "runs", name=name)
    assert not list(tmp_path.iterdir())


def test_repeated_ids_are_an_error(assistant):
    with pytest.raises(TestSetError, match="'1'"):
        evaluate(assistant, TestSet("甲", (Case("1", "甲？"), Case("1", "乙？"))))


def test_progress_counts_what_was_finished_before(tmp_path, test_set):
    evaluate(StandIn(), test_set, runs=tmp_path, name="一", sample=2)
    seen = []
    evaluate(
        StandIn(),
        test_set,
        runs=tmp_path,
        name="一",
        progress=lambda done, total, _: seen.append((done, total)),
    )
    assert seen == [(done, len(test_set)) for done in range(2, len(test_set) + 1)]


def test_runs_are_listed_newest_first_and_rubbish_is_left_out(tmp_path, assistant, test_set):
    evaluate(assistant, test_set, runs=tmp_path, name="一")
    evaluate(assistant, test_set, runs=tmp_path, name="格/retrieval.k=8")
    (tmp_path / "坏").mkdir()
    (tmp_path / "坏" / "run.json").write_text("{")
    found = list_runs(tmp_path)
    assert {manifest.name for manifest in found} == {"一", "格/retrieval.k=8"}
    assert found == sorted(found, key=lambda manifest: manifest.started, reverse=True)
    assert list_runs(tmp_path / "没有") == []


def test_a_missing_package_is_said_before_the_first_question(assistant, test_set, monkeypatch):
    monkeypatch.setattr("rag.evaluation.extra.find_spec", lambda name: None)
    with pytest.raises(EvaluationError, match="rouge_chinese") as caught:
        evaluate(assistant, test_set)
    assert "wenbao[eval]" in caught.value.remedy
    assert assistant.calls == 0


def test_no_run_here_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(EvaluationError, match="no run") as caught:
        read_report(tmp_path)
    assert "wenbao eval" in caught.value.remedy
