"""Retrieval metrics by ir-measures (trec_eval), for each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.evaluation.extra import needed

CUTOFFS = (1, 3, 5, 10)


def ranking_metrics(
    gold: Mapping[str, Sequence[str]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Values in [0, 1] by case id and metric name, for every case of `gold` that has gold.

    `gold` names the relevant units of each case, `rankings` the units found, best first and
    without repetition. A case without a result counts 0: trec_eval itself would leave it out.
    """
    ir_measures = needed("ir_measures")
    recall, ndcg = ir_measures.R, ir_measures.nDCG

    qrels = {case: dict.fromkeys(units, 1) for case, units in gold.items() if units}
    if not qrels:
        return {}
    # A ranking becomes scores that fall strictly, so that ties cannot reorder it.
    run = {
        case: {unit: float(len(ranked) - place) for place, unit in enumerate(ranked)}
        for case, ranked in rankings.items()
        if case in qrels
    }
    depth = max([len(ranked) for ranked in run.values()] + [1])
    measures: dict[Any, str] = {recall @ cutoff: f"recall@{cutoff}" for cutoff in CUTOFFS}
    measures |= {ir_measures.RR: "mrr", ndcg @ 10: "ndcg@10", ir_measures.AP: "map"}
    full = recall @ max(depth, CUTOFFS[-1] + 1)
    measures[full] = "recall"
    values = {case: dict.fromkeys(measures.values(), 0.0) for case in qrels}
    for item in ir_measures.iter_calc(list(measures), qrels, run):
        values[item.query_id][measures[item.measure]] = float(item.value)
    return values
