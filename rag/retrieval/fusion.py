"""Two channels into one order: scores on one scale, weighed for each question.

Neither channel may be trusted alone: questions close to the wording are answered by the word
index, questions in other words by the vectors. Equal weights are worse than the better channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# Share of the dense channel where the best lexical hits contain all of the question's rare wording,
# and where they contain none of it; chosen with benchmarks/retrieval.py.
_WEIGHT_COVERED, _WEIGHT_UNCOVERED = 0.2, 0.7
_COVERED_FROM, _COVERED_TO = 0.35, 0.8


def dense_weight(coverage: float) -> float:
    """Return the share of the dense channel, in [0, 1].

    `coverage` is the share of the question's rare wording that the best lexical hits contain.
    """
    trust = (coverage - _COVERED_FROM) / (_COVERED_TO - _COVERED_FROM)
    trust = min(1.0, max(0.0, trust))
    return _WEIGHT_UNCOVERED + trust * (_WEIGHT_COVERED - _WEIGHT_UNCOVERED)


def fuse(similarities: Scores, lexical: Scores, weight: float) -> Scores:
    """Return the fused score of each candidate: the weighted mean of both channels' z-scores.

    Both arrays hold a score for every candidate, not only for those that a channel proposed.
    """
    return weight * standardise(similarities) + (1 - weight) * standardise(lexical)


def standardise(scores: Scores) -> Scores:
    """Return the scores with mean 0 and deviation 1; all 0 when they do not differ."""
    deviation = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)
