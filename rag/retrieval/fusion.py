"""What both channels and the wording know about each candidate, as one score.

The channels propose candidates; neither may be trusted to order them alone: questions close to the
wording are answered by the word index, questions in other words by the vectors, and adding their
scores or ranks was worse than the better channel on every set. What decides between candidates
is how much of the question's rare wording stands together in one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# Weights of a listwise softmax over the candidates (ListNet's top-one loss, L2 0.001), fitted on
# the tuning halves of ats_news_train (counted twice, for it is news) and dureader_checklist_dev, on
# webqa_sample and on domainrag. Fitted without one of these sets they order it about as well as
# its better channel does, fitted with it better; weights that depend on the question (its length,
# what the best hit covers, how far it stands out) gained nothing more. See benchmarks/README.md.
_COSINE = 65.6
_SENTENCE, _SENTENCE_CHARACTERS, _RUN = 2.4, 2.95, 2.8
_ARTICLE = 4.2
# News tell the main thing first: for each doubling of the place in the article about 0.4 less.
_PLACE = -0.57
# A line that only repeats the question, as a headline does, does not answer it.
_STUB, _STUB_CHARACTERS = -2.85, 60
# Deviations between candidates in the scale of `relevance`, for a fixed share of the channels.
_PER_DEVIATION = 3.0


@dataclass(frozen=True, slots=True)
class Features:
    """What is known about a candidate; shares are of the question's rare wording, in [0, 1].

    `sentence` is the best share that one sentence and the headline hold, `characters` the same in
    single characters without the headline, `run` the longest piece found whole, `article` the
    share of the whole article, `place` the passages before it, `length` its characters.
    """

    similarity: float
    sentence: float
    characters: float
    run: float
    article: float
    place: int
    length: int


def relevance(candidates: Sequence[Features]) -> Scores:
    """Return the score of each candidate; a difference of 1 is a factor of e in the odds."""
    return np.array(
        [
            _COSINE * one.similarity
            + _SENTENCE * one.sentence
            + _SENTENCE_CHARACTERS * one.characters
            + _RUN * one.run
            + _ARTICLE * one.article
            + _PLACE * np.log1p(one.place)
            + _STUB * max(0.0, 1 - one.length / _STUB_CHARACTERS)
            for one in candidates
        ],
        np.float64,
    )


def fuse(similarities: Scores, lexical: Scores, weight: float) -> Scores:
    """Return scores on the scale of `relevance` with `weight` as the share of the dense channel.

    Both arrays hold a score for every candidate, not only for those that a channel proposed.
    """
    return _PER_DEVIATION * (
        weight * standardise(similarities) + (1 - weight) * standardise(lexical)
    )


def standardise(scores: Scores) -> Scores:
    """Return the scores with mean 0 and deviation 1; all 0 when they do not differ."""
    deviation = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)
