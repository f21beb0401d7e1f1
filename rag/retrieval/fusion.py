"""Two channels into one order: scores on one scale, weighed for each question.

Neither channel may be trusted alone: questions close to the wording are answered by the word
index, questions in other words by the vectors. Equal weights are worse than the better channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# The share of the dense channel where the wording is fully met by a hit that stands out, and what
# is added for wording not met and for hits that do not stand out; chosen with
# benchmarks/retrieval.py on news and on search-engine questions.
_LEAST, _MOST = 0.2, 0.8
_PER_UNMET = 0.9
_PER_MISSING_PEAK, _CLEAR_PEAK = 0.15, 4.0


def dense_weight(coverage: float, lexical: Scores) -> float:
    """Return the share of the dense channel for a question, in [0, 1].

    `coverage` is the share of the question's rare wording that the best lexical hits contain;
    `lexical` are the candidates' scores: a best one that stands out from the rest is trusted.
    """
    peak = float(standardise(lexical).max(initial=0.0))
    share = _LEAST + _PER_UNMET * (1 - coverage) + _PER_MISSING_PEAK * max(0.0, _CLEAR_PEAK - peak)
    return min(_MOST, max(_LEAST, share))


def fuse(similarities: Scores, lexical: Scores, weight: float) -> Scores:
    """Return the fused score of each candidate: the weighted mean of both channels' z-scores.

    Both arrays hold a score for every candidate, not only for those that a channel proposed.
    """
    return weight * standardise(similarities) + (1 - weight) * standardise(lexical)


def standardise(scores: Scores) -> Scores:
    """Return the scores with mean 0 and deviation 1; all 0 when they do not differ."""
    deviation = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)
