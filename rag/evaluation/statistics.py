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
_Z = 1.959964
_MOST_EXACT = 11
_ROUNDING = 1e-9
_SEED = 20231216
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over cases with its 95 % interval; `cases` define it."""

    name: str
    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs over the same cases: `change` is after minus before.

    `low` and `high` bound the change (95 %, paired bootstrap); `p` is two-sided. `test` is
    "mcnemar" (exact) for metrics that are 0 or 1 in each case, otherwise "permutation".
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
    """The figures that at least one case defines, with intervals.

    Wilson's where each case is 0 or 1: three of three are not 100 % for sure, as a bootstrap, which
    only repeats what was seen, would say. Otherwise the percentile bootstrap: the same cases in
    the same order give the same intervals.
    """
    present = [name for name in names if value_of(shares, name) is not None]
    if not present:
        return []
    values, weights = _matrices(shares, present)
    draws = np.concatenate(list(_ratios(values, weights)))
    found = []
    for column, name in enumerate(present):
        value, weight = values[:, column], weights[:, column]
        counted = _counts(value, weight)
        low, high = _wilson(value, weight) if counted else _interval(draws[:, column])
        figure = float(value.sum() / weight.sum())
        found.append(Figure(name, figure, low, high, cases=int((weight > 0).sum())))
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
            p = _permutation_p(
                np.stack([old_values[:, column], old_weights[:, column]], axis=1),
                np.stack([new_values[:, column], new_weights[:, column]], axis=1),
            )
        both = (old_weights[:, column] > 0) & (new_weights[:, column] > 0)
        found.append(
            Difference(name, old, new, new - old, low, high, p,
                       "mcnemar" if name in binary else "permutation", int(both.sum()))
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


def _counts(values: _Floats, weights: _Floats) -> bool:
    """Whether each case that defines the figure is 0 or 1, so that it is a share of cases."""
    return bool(np.isin(weights, (0.0, 1.0)).all() and np.isin(values, (0.0, 1.0)).all())


def _wilson(values: _Floats, weights: _Floats) -> tuple[float, float]:
    count, share = weights.sum(), values.sum() / weights.sum()
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z * np.sqrt(share * (1 - share) / count + (_Z / (2 * count)) ** 2) / (1 + _Z**2 / count)
    # Rounding must not put the end of the interval beside a share of 0 or 1.
    return float(min(max(middle - half, 0.0), share)), float(max(min(middle + half, 1.0), share))


def _permutation_p(before: _Floats, after: _Floats) -> float:
    """Two-sided: how often a change as large comes of exchanging the runs in some of the cases.

    Columns are values and weights. Were the runs equally good, each case might as well have come
    out the other way round. All exchanges are tried for few differing cases, else random ones.
    """
    moves = (after - before)[(before != after).any(axis=1)]
    if not len(moves):
        return 1.0
    old, new = before.sum(axis=0), after.sum(axis=0)
    least = abs(_ratio(new) - _ratio(old)) - _ROUNDING
    hits = drawn = 0
    for exchanged in _exchanges(len(moves)):
        moved = exchanged @ moves
        change = np.abs(_ratio(new - moved) - _ratio(old + moved))
        # Where an exchange leaves a figure undefined, it speaks for chance.
        hits += int(np.count_nonzero(~(change < least)))
        drawn += len(exchanged)
    # The exchanges that were tried hold the observed one; random ones have it added.
    seen = 0 if len(moves) <= _MOST_EXACT else 1
    return (hits + seen) / (drawn + seen)


def _exchanges(count: int) -> Iterator[_Floats]:
    """Blocks of choices of cases, 1 where a case is exchanged, shape (block, count)."""
    if count <= _MOST_EXACT:
        yield (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(float)
        return
    draw = np.random.default_rng(_SEED)
    for _ in range(RESAMPLES // _BLOCK):
        yield draw.integers(0, 2, size=(_BLOCK, count)).astype(float)


def _ratio(sums: _Floats) -> _Floats:
    upper, lower = sums[..., 0], sums[..., 1]
    # Rounding may leave a little of a weight that is gone.
    defined = lower > _ROUNDING
    return np.divide(upper, lower, out=np.full_like(upper, np.nan), where=defined)


def _both(shares: Sequence[Shares], others: Sequence[Shares], name: str) -> list[Shares]:
    return [
        share
        for share, other in zip(shares, others, strict=True)
        if name in share and name in other
    ]
