import pytest

from rag.errors import EvaluationError
from rag.evaluation import Case, TestSet, compare, evaluate
from rag.evaluation.compare import comparison_json, regressions, unmet
from rag.evaluation.grid import grid_points
from tests.evaluation.standin import StandIn


@pytest.fixture
def reports(test_set):
    """A cautious run, and one that makes up an answer."""
    return evaluate(StandIn(), test_set, name="前"), evaluate(
        StandIn(threshold=0.2), test_set, name="后"
    )


def test_fixed_and_broken_questions_are_listed(reports):
    before, after = reports
    there, back = compare(before, after), compare(after, before)
    assert [pair.after.case.id for pair in there.broken] == ["预算"]
    assert [pair.after.case.id for pair in back.fixed] == ["预算"]
    assert not there.fixed
    assert there.shared == 6
    value = comparison_json(there)
    assert value["broken"] == [
        {
            "id": "预算",
            "question": "钟楼区2025年的财政预算是多少亿元？",
            "before": "pass",
            "after": "should_have_refused",
        }
    ]


def test_only_questions_of_both_runs_count(test_set, reports):
    first = test_set.cases[0]
    reworded = Case(first.id, "血透多少人次？", first.answers, relevant=first.relevant)
    other = evaluate(StandIn(), TestSet("钟楼", (reworded, *test_set.cases[1:])), name="改")
    found = compare(reports[0], other)
    assert found.shared == 5
    assert found.alone == 2


def test_runs_without_a_common_question_cannot_be_compared(reports):
    other = evaluate(StandIn(), TestSet("别的", (Case("9", "谁？"),)))
    with pytest.raises(EvaluationError, match="no question in common"):
        compare(reports[0], other)


def test_a_search_is_not_compared_with_answers(test_set, reports):
    searched = evaluate(StandIn(), test_set, name="只测检索", mode="retrieval")
    with pytest.raises(EvaluationError, match=r"'只测检索' only searched"):
        compare(searched, reports[0])
    with pytest.raises(EvaluationError, match=r"'前' answered"):
        compare(reports[0], searched)
    assert compare(searched, searched).difference("recall").change == 0


def test_conditions_for_ci(reports):
    before, after = reports
    assert unmet(before, ["recall=1", "refusal_recall=1", "over_refusal=0", "latency_p95=60"]) == []
    assert unmet(after, ["refusal_recall=0.9"]) == ["refusal_recall is 0.5000, below 0.9"]
    assert "above" in unmet(before, ["latency_p95=0"])[0]


@pytest.mark.parametrize("condition", ["recall", "recall=viel", "unbekannt=1", "judge=0.5", "=1"])
def test_a_wrong_condition_is_an_error(reports, condition):
    with pytest.raises(EvaluationError):
        unmet(reports[0], [condition])


def test_a_worse_run_is_a_regression_unless_within_the_tolerance(reports):
    before, after = reports
    messages = regressions(compare(before, after))
    assert any(
        message.startswith("refusal_recall went from 1.0000 to 0.5000") for message in messages
    )
    assert regressions(compare(after, before)) == []
    assert regressions(compare(before, before)) == []
    assert regressions(compare(before, after), tolerance=1) == []


def test_a_significant_worsening_is_a_regression_whatever_the_tolerance(test_set):
    cases = tuple(
        Case(str(number), f"{number}年前的钟楼区财政预算是多少亿元？", answerable=False)
        for number in range(12)
    )
    many = TestSet("不可答", cases)
    before = evaluate(StandIn(threshold=1.1), many, name="前")
    after = evaluate(StandIn(threshold=0.0), many, name="后")
    messages = regressions(compare(before, after), tolerance=1)
    assert any("significant" in message for message in messages)


def test_a_grid_is_every_combination():
    points = grid_points(["retrieval.k=4, 8", "answering.sentences=3,6"])
    assert [point.label for point in points] == [
        "retrieval.k=4,answering.sentences=3",
        "retrieval.k=4,answering.sentences=6",
        "retrieval.k=8,answering.sentences=3",
        "retrieval.k=8,answering.sentences=6",
    ]
    assert [(point.options, point.label) for point in grid_points([])] == [((), "")]


@pytest.mark.parametrize("grid", [["retrieval.k"], ["retrieval.k="], ["=4"], ["a.b=1", "a.b=2"]])
def test_a_wrong_grid_is_an_error(grid):
    with pytest.raises(EvaluationError):
        grid_points(grid)
