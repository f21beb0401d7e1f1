import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from rag.evaluation.metrics import Share, refusal_shares, value_of
from rag.evaluation.statistics import differences, figures, mcnemar, percentiles

values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def shares(numbers, name="recall"):
    return [{name: Share(number)} for number in numbers]


@settings(max_examples=25, deadline=None)
@given(values)
def test_an_interval_holds_its_figure_and_stays_within_the_values(numbers):
    (figure,) = figures(shares(numbers), ["recall"])
    assert figure.value == pytest.approx(sum(numbers) / len(numbers))
    assert 0 <= figure.low <= figure.value + 1e-9
    assert figure.value - 1e-9 <= figure.high <= 1
    if not set(numbers) <= {0, 1}:
        assert min(numbers) - 1e-9 <= figure.low <= figure.high <= max(numbers) + 1e-9
    assert figure.cases == len(numbers)


def test_more_cases_give_a_narrower_interval_and_the_same_cases_the_same():
    few, many = [1.0, 0.0] * 10, [1.0, 0.0] * 200
    (wide,), (narrow,) = figures(shares(few), ["recall"]), figures(shares(many), ["recall"])
    assert narrow.high - narrow.low < (wide.high - wide.low) / 3
    assert figures(shares(few), ["recall"]) == [wide]
    # The textbook interval of a proportion: 0.5 ± 1.96 * sqrt(0.25 / 400).
    assert narrow.low == pytest.approx(0.451, abs=0.01)
    assert narrow.high == pytest.approx(0.549, abs=0.01)


def test_a_metric_that_no_case_defines_has_no_figure():
    assert figures(shares([1.0]), ["recall", "judge"]) == figures(shares([1.0]), ["recall"])
    assert figures([], ["recall"]) == []
    assert value_of([], "recall") is None


def test_refusal_figures_of_a_hand_worked_table():
    # 3 rightly refused, 1 wrongly refused, 2 made up, 6 rightly answered.
    table = [(True, False)] * 3 + [(True, True)] + [(False, False)] * 2 + [(False, True)] * 6
    cases = [refusal_shares(refused=refused, answerable=able) for refused, able in table]
    assert value_of(cases, "refusal_precision") == 3 / 4
    assert value_of(cases, "refusal_recall") == 3 / 5
    assert value_of(cases, "refusal_f1") == pytest.approx(2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5))
    assert value_of(cases, "over_refusal") == 1 / 7


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_refusal_figures_are_shares(table):
    cases = [refusal_shares(refused=refused, answerable=able) for refused, able in table]
    for name in ("refusal_precision", "refusal_recall", "refusal_f1", "over_refusal"):
        value = value_of(cases, name)
        assert value is None or 0 <= value <= 1


def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_pairs():
    before = [1] * 10 + [0] * 10 + [1] * 9 + [0]
    after = [1] * 10 + [0] * 10 + [0] * 9 + [1]
    assert mcnemar(before, after) == binomtest(1, 10, 0.5).pvalue == pytest.approx(0.021484375)
    assert mcnemar(before, before) == 1


def test_a_difference_is_after_minus_before_with_its_test():
    before = [{"recall": Share(0.2), "pass": Share(0.0)}] * 20
    after = [{"recall": Share(0.6), "pass": Share(1.0)}] * 20
    recall, passed = differences(before, after, ["recall", "pass"], ["pass"])
    assert recall.change == pytest.approx(0.4)
    assert recall.low == pytest.approx(0.4)
    assert recall.p < 0.01
    assert (recall.test, passed.test) == ("permutation", "mcnemar")
    assert passed.p == 2 * 0.5**20


def test_no_difference_is_not_significant():
    cases = shares([0.1, 0.9, 0.5])
    (same,) = differences(cases, cases, ["recall"], [])
    assert (same.change, same.p) == (0, 1)


def test_few_changed_questions_are_no_significant_change():
    before = shares([0.5] * 60, "recall")
    for changed, p in ((1, 1), (5, 2 / 2**5), (6, 2 / 2**6)):
        after = shares([0.0] * changed + [0.5] * (60 - changed), "recall")
        (found,) = differences(before, after, ["recall"], [])
        assert found.p == p


def test_random_exchanges_come_near_the_exact_test():
    # Twelve questions of one size, ten better and two worse: binomial, 2 * P(X <= 2 of 12).
    before = shares([0.3] * 12)
    after = shares([0.6] * 10 + [0.0] * 2)
    (found,) = differences(before, after, ["recall"], [])
    assert found.p == pytest.approx(binomtest(2, 12, 0.5).pvalue, abs=0.015)


def test_a_ratio_of_counts_is_tested_as_the_figure_that_it_is():
    # Refusal precision: other questions are refused in each run, so weights differ, too.
    right, wrong = {"refusal_precision": Share(1.0)}, {"refusal_precision": Share(0.0)}
    before = [right] * 4 + [{}] * 4
    after = [right] * 4 + [wrong] * 2 + [{}] * 2
    (found,) = differences(before, after, ["refusal_precision"], [])
    assert found.change == pytest.approx(-1 / 3)
    assert found.p == 0.5


def test_three_of_three_are_not_certain():
    (figure,) = figures(shares([1.0, 1.0, 1.0], "pass"), ["pass"])
    # Wilson's interval: 3 / (3 + 1.96²) to 1.
    assert figure.low == pytest.approx(0.4385, abs=0.001)
    assert figure.high == 1


def test_percentiles_of_durations():
    found = percentiles([float(number) for number in range(1, 101)])
    assert found["p50"] == 50.5
    assert found["max"] == 100
    assert percentiles([]) == {}
