"""Confidence intervals and paired tests over cases. Every random draw is seeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.extra import needed
from rag.evaluation.metrics import Shares, value_of

RESAMPLES = 2000
_BLOCK = 100
_SEED = 20231216
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over cases with its 95 % bootstrap interval; `cases` define it."""

    name: str
    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs over the same cases: `change` is after minus before.

    `low` and `high` bound the change (95 %, paired bootstrap); `p` is two-sided. `test` is
    "mcnemar" (exact) for metrics that are 0 or 1 in each case, otherwise "bootstrap".
    """

    name: str
    before: float
    after: float
    change: float
    low: float
    high: float
    p: float
    test: str
    cases: int


def figures(shares: Sequence[Shares], names: Sequence[str]) -> list[Figure]:
    """The figures that at least one case defines, with intervals (percentile bootstrap).

    The same cases in the same order give the same intervals.
    """
    present = [name for name in names if value_of(shares, name) is not None]
    if not present:
        return []
    values, weights = _matrices(shares, present)
    draws = np.concatenate(list(_ratios(values, weights)))
    found = []
    for column, name in enumerate(present):
        low, high = _interval(draws[:, column])
        found.append(
            Figure(
                name=name,
                value=float(values[:, column].sum() / weights[:, column].sum()),
                low=low,
                high=high,
                cases=int((weights[:, column] > 0).sum()),
            )
        )
    return found


def differences(
    before: Sequence[Shares], after: Sequence[Shares], names: Sequence[str], binary: Sequence[str]
) -> list[Difference]:
    """The differences of the metrics that both runs define; the same index is the same case."""
    present = [
        name
        for name in names
        if value_of(before, name) is not None and value_of(after, name) is not None
    ]
    if not present:
        return []
    old_values, old_weights = _matrices(before, present)
    new_values, new_weights = _matrices(after, present)
    changes = np.concatenate(
        [
            new - old
            for old, new in zip(
                _ratios(old_values, old_weights), _ratios(new_values, new_weights), strict=True
            )
        ]
    )
    found = []
    for column, name in enumerate(present):
        old = float(old_values[:, column].sum() / old_weights[:, column].sum())
        new = float(new_values[:, column].sum() / new_weights[:, column].sum())
        low, high = _interval(changes[:, column])
        if name in binary:
            p = mcnemar(
                [share[name].value for share in _both(before, after, name)],
                [share[name].value for share in _both(after, before, name)],
            )
        else:
            p = _bootstrap_p(changes[:, column])
        both = (old_weights[:, column] > 0) & (new_weights[:, column] > 0)
        found.append(
            Difference(name, old, new, new - old, low, high, p,
                       "mcnemar" if name in binary else "bootstrap", int(both.sum()))
        )  # fmt: skip
    return found


def mcnemar(before: Sequence[float], after: Sequence[float]) -> float:
    """The two-sided p-value of McNemar's exact test for paired values that are 0 or 1."""
    better = sum(old < new for old, new in zip(before, after, strict=True))
    worse = sum(old > new for old, new in zip(before, after, strict=True))
    if better + worse == 0:
        return 1.0
    return float(needed("scipy.stats").binomtest(better, better + worse, 0.5).pvalue)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Mean and percentiles of durations: mean, p50, p90, p95, p99, max; empty for no duration."""
    if not seconds:
        return {}
    values = np.asarray(seconds, dtype=np.float64)
    found = {f"p{rank}": float(np.percentile(values, rank)) for rank in (50, 90, 95, 99)}
    return {"mean": float(values.mean()), **found, "max": float(values.max())}


def _matrices(shares: Sequence[Shares], names: Sequence[str]) -> tuple[_Floats, _Floats]:
    values = np.zeros((len(shares), len(names)))
    weights = np.zeros((len(shares), len(names)))
    for row, share in enumerate(shares):
        for column, name in enumerate(names):
            if name in share:
                values[row, column], weights[row, column] = share[name]
    return values, weights


def _ratios(values: _Floats, weights: _Floats) -> Iterator[_Floats]:
    """Blocks of resampled figures, shape (block, metrics); not a number where none is defined.

    Both runs of a comparison draw the same resamples, since the seed and the count are the same.
    """
    count = len(values)
    draw = np.random.default_rng(_SEED)
    for _ in range(RESAMPLES // _BLOCK):
        times = draw.multinomial(count, np.full(count, 1.0 / count), size=_BLOCK).astype(float)
        upper, lower = times @ values, times @ weights
        yield np.divide(upper, lower, out=np.full_like(upper, np.nan), where=lower > 0)


def _interval(draws: _Floats) -> tuple[float, float]:
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)


def _bootstrap_p(changes: _Floats) -> float:
    """Two-sided: twice the smaller share of resampled changes on one side of zero."""
    defined = changes[~np.isnan(changes)]
    below = (np.count_nonzero(defined <= 0) + 1) / (len(defined) + 1)
    above = (np.count_nonzero(defined >= 0) + 1) / (len(defined) + 1)
    return float(min(1.0, 2 * min(below, above)))


def _both(shares: Sequence[Shares], others: Sequence[Shares], name: str) -> list[Shares]:
    return [
        share
        for share, other in zip(shares, others, strict=True)
        if name in share and name in other
    ]
