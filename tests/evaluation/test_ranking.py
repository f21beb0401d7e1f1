import math

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.ranking import ranking_metrics

NAMES = {
    "recall_1": "recall@1",
    "recall_3": "recall@3",
    "recall_5": "recall@5",
    "recall_10": "recall@10",
    "recip_rank": "mrr",
    "ndcg_cut_10": "ndcg@10",
    "map": "map",
}
units = st.sampled_from([f"篇{number}" for number in range(15)])
rankings = st.lists(units, max_size=15, unique=True)
golds = st.lists(units, min_size=1, max_size=5, unique=True)


def test_a_hand_worked_example():
    values = ranking_metrics({"q": ["甲", "乙"]}, {"q": ["丙", "甲", "丁", "乙"]})["q"]
    assert values["recall@1"] == 0
    assert values["recall@3"] == 0.5
    assert values["recall"] == 1
    assert values["mrr"] == 0.5
    assert values["map"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    ideal = 1 + 1 / math.log2(3)
    assert values["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)


@settings(max_examples=60, deadline=None)
@given(gold=golds, ranking=rankings.filter(bool))
def test_values_are_those_of_pytrec_eval_to_the_last_digit(gold, ranking):
    evaluator = pytrec_eval.RelevanceEvaluator(
        {"q": dict.fromkeys(gold, 1)},
        {"recall.1,3,5,10", "recip_rank", "ndcg_cut.10", "map"},
    )
    run = {"q": {unit: 1.0 / place for place, unit in enumerate(ranking, start=1)}}
    expected = evaluator.evaluate(run)["q"]
    values = ranking_metrics({"q": gold}, {"q": ranking})["q"]
    assert {name: values[ours] for name, ours in NAMES.items()} == {
        name: expected[name] for name in NAMES
    }


@settings(max_examples=60, deadline=None)
@given(gold=golds, ranking=rankings, order=st.randoms())
def test_bounds_order_and_growth(gold, ranking, order):
    values = ranking_metrics({"q": gold}, {"q": ranking})["q"]
    assert all(0 <= value <= 1 for value in values.values())
    assert values["recall@1"] <= values["recall@3"] <= values["recall@10"] <= values["recall"]
    shuffled = list(gold)
    order.shuffle(shuffled)
    assert ranking_metrics({"q": shuffled}, {"q": ranking})["q"] == values
    # Moving all gold to the front is the best ranking.
    first = sorted(ranking, key=lambda unit: unit not in gold)
    best = ranking_metrics({"q": gold}, {"q": first})["q"]
    assert all(best[name] >= values[name] - 1e-12 for name in values)


def test_a_question_without_results_counts_as_zero():
    values = ranking_metrics({"甲": ["a"], "乙": ["b"]}, {"甲": ["a"], "乙": []})
    assert values["乙"]["recall"] == values["乙"]["mrr"] == 0
    assert values["甲"]["map"] == 1
    assert ranking_metrics({"甲": ["a"]}, {}) == {"甲": dict.fromkeys(values["甲"], 0.0)}


def test_a_question_without_gold_is_not_measured():
    assert ranking_metrics({"甲": []}, {"甲": ["a"]}) == {}
