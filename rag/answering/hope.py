"""How likely what was found answers a question, judged before and after anything is written.

The weights and thresholds are fixed here, set on development data (`benchmarks/README.md`), and
never moved at run time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.answering.evidence import EvidenceSentence
from rag.answering.facts import FactKind, SourceText, facts_of, holds_fact
from rag.answering.point import SAID, misses_point
from rag.answering.units import share, units_of
from rag.answering.verification import Verification
from rag.chinese.normalise import fold
from rag.chinese.words import content_units
from rag.types import Evidence, Verdict


class _Weights(NamedTuple):
    """Log-odds that there is an answer, or a sentence is it, by what speaks for that.

    `cited` weighs the reader's log-odds of the likeliest passage that the sentence cites, `agrees`
    the share that it says of the answer which the reader sees there, `found` the best score of the
    search, `specific` how well the question singles out an article, `judged` the generator's
    log-odds that its evidence answers, `approved` those that this sentence does.
    """

    cited: float
    agrees: float
    found: float
    specific: float
    judged: float
    approved: float
    base: float


# Fitted (logistic regression, rounded) on questions that people might ask in other words than the
# articles', of ats_news_train, of dureader_checklist_dev, and asked of articles that do not answer,
# and on what the default model drafts for them when nothing stops it. A sentence by the reader
# alone (`specific` by hand), evidence by reader and generator, a sentence by both (`base` less .2:
# what is told wrongly costs more).
_UNJUDGED = _Weights(0.53, 1.27, 1.6, 0.2, 0.0, 0.0, -1.54)
_JUDGED = _Weights(0.25, 0.0, 0.0, 0.1, 0.5, 0.0, 0.8)
_APPROVED = _Weights(0.25, 1.6, 0.0, 0.1, 0.0, 0.5, -1.3)
# A question that names more than this means one article, and a longer one no other.
_SPECIFIC_ENOUGH = 4.0
UNPROVEN = 0.4
"""Likelihood below which a first sentence is not told, and nothing written that cannot reach it."""
# The same where the generator is heard: below the first by the reader alone it is not, and below
# the second by both, nothing is written.
_UNHEARD, _HOPELESS = 0.18, 0.1
DOUBTFUL = 0.6
"""Likelihood below which it has to be supported whole."""
CERTAIN = 0.75
"""Likelihood below which it has to hold the day or figure that is asked for."""
SURE = 0.65
"""From here on the reader's own sentence stands in for a draft that came to nothing."""
# The same where the generator is heard on it, too.
_SEEN = 0.05
APPROVES = 3.0
"""Log-odds from which on the generator's approval makes up for another word for what is counted."""
OBJECTS = -5.0
"""Log-odds up to which it surely takes a text for no answer."""
BETTER = 0.1
"""By so much the likelihood of the reader's own sentence is greater when it goes before a draft."""
PROBABLE = 0.5
"""What the reader holds more likely than not, in a passage found as surely as the best."""
# A passage whose score is so near to the best one's was found as surely.
_AS_SURELY = 0.9
# What the reader says is not surer than this, nor the generator.
_LEAST = 1e-4
_SUREST = 6.0
# For collections without a reader. Below both, what was found is about something else. Of 150
# questions of ats_news_train asked of the seeds, 93 % score below the first and 95 % below .33 by
# the second; of 300 asked of their own article .7 % score below the first.
_FAR_WORDING = 0.4
_FAR_PASSAGE = 0.5


@dataclass(frozen=True, slots=True)
class Hope:
    """What speaks for an answer from what was found.

    `specificity` is how well the question singles out an article (`specificity_of`); `judged` are
    the log-odds that the generator gives an answer from its evidence, None where it does not say.
    What nobody read (`Evidence.answering` is None) is judged by its wording alone.
    """

    evidence: Sequence[Evidence]
    specificity: float = 0.0
    judged: float | None = None

    def likelihood(self) -> float | None:
        """Return how likely the best answer to be had is right, in [0, 1]; None: nothing was read.

        Before the generator is heard that is one that cites the passage which the reader holds
        likeliest, and says what it sees there.
        """
        read = [item.answering for item in self.evidence if item.answering is not None]
        return self._stands(max(read), 1.0) if read else None

    def is_none(self, selected: Sequence[EvidenceSentence]) -> bool:
        """Return whether there is no reason to look for an answer in the selected sentences."""
        if not self.evidence or not selected:
            return True
        likely = self.likelihood()
        if likely is not None:
            return likely < self._least()
        wording = max(item.score for item in selected)
        return wording < _FAR_WORDING and self.evidence[0].score < _FAR_PASSAGE

    def is_open(self, selected: Sequence[EvidenceSentence]) -> bool:
        """Return whether the generator's judgement could give hope: not where nothing was read."""
        likely = self.likelihood()
        return bool(selected) and likely is not None and likely >= _UNHEARD

    def is_vague(self) -> bool:
        """Return whether nothing but the question, which singles out no article, denies hope."""
        likely = self.likelihood()
        clear = replace(self, specificity=_SPECIFIC_ENOUGH).likelihood()
        if likely is None or clear is None or likely >= UNPROVEN:
            return False
        return self.specificity < 0 and clear >= self._least()

    def standing(
        self, sentence: str, found: Verification, approved: float | None = None
    ) -> float | None:
        """Return how likely a first sentence is the answer, in [0, 1]; None if nothing was read.

        What speaks for it is how likely the reader holds the passages that it cites, that it says
        what the reader sees there, two models that never saw each other's answer, and the log-odds
        with which the generator approves of it.
        """
        if self.likelihood() is None:
            return None
        cited = self._cited(found)
        if not cited:
            return 0.0
        return self._stands(
            max(item.answering or 0.0 for item in cited), _agreement(cited, sentence), approved
        )

    def allows(
        self, question: str, sentence: str, found: Verification, approved: float | None = None
    ) -> bool:
        """Return whether a first sentence may stand.

        Unless it is certain, it has to hold a day or figure where one is asked for. In doubt it
        has to be supported whole; and what the reader surely sees in a passage not cited goes
        before it.
        """
        stands = self.standing(sentence, found, approved)
        if stands is None or stands >= CERTAIN:
            return True
        if stands < UNPROVEN or misses_point(question, [sentence]):
            return False
        if stands >= DOUBTFUL:
            return True
        return found.verdict is Verdict.SUPPORTED and not self._overrules(sentence, found)

    def likeliest(
        self, candidates: Sequence[EvidenceSentence], *, beside: bool = False
    ) -> EvidenceSentence | None:
        """Return the sentence in which the reader sees the answer most surely; None when in doubt.

        Where the generator is heard on it, it need not be sure; to be told `beside` another answer,
        the reader alone has to be.
        """
        least = SURE if beside or self.judged is None else _SEEN
        read = [item for item in candidates if (item.answering or 0.0) >= least]
        return max(read, key=lambda item: item.answering or 0.0, default=None)

    def likelihood_of(self, seen: EvidenceSentence, approved: float) -> float:
        """Return how likely the sentence in which the reader sees the answer is it, in [0, 1]."""
        return self._stands(seen.answering or 0.0, 1.0, approved)

    def _least(self) -> float:
        return UNPROVEN if self.judged is None else _HOPELESS

    def _stands(self, cited: float, agrees: float, approved: float | None = None) -> float:
        best = max(item.score for item in self.evidence)
        weights = _UNJUDGED if self.judged is None else _JUDGED
        if approved is not None:
            weights = _APPROVED
        return _probability(
            weights.cited * _log_odds(cited)
            + weights.agrees * agrees
            + weights.found * best
            + weights.specific * self.specificity
            + weights.base
            + weights.judged * _bounded(self.judged)
            + weights.approved * _bounded(approved)
        )

    def _overrules(self, sentence: str, found: Verification) -> bool:
        """Whether the reader surely sees another answer, and not this one where it stands."""
        cited = self._cited(found)
        seen = max(self.evidence, key=lambda item: item.answering or 0.0)
        if (seen.answering or 0.0) < SURE or seen in cited:
            return False
        return max(_agreement([seen], sentence), _agreement(cited, sentence)) < SAID

    def _cited(self, found: Verification) -> list[Evidence]:
        """The passages that were read and of which a sentence is cited."""
        return [
            item
            for item in self.evidence
            if item.answering is not None and item.answer is not None and _cites(item, found)
        ]


def specificity_of(question: str, articles: int, evidence: Sequence[Evidence] = ()) -> float:
    """Return how well a question singles out one of so many articles; 0 is hardly.

    It is what the question names, in pairs of characters, less the bits that tell one article from
    all others: 多少人受伤 fits one article of nine, and a hundred of ten thousand. What it quotes
    and one article of the `evidence` prints singles that out.
    """
    found = {item.article.id: item.article for item in evidence}.values()
    quoted = [fact for fact in facts_of(question) if fact.kind is FactKind.QUOTE]
    if any(sum(holds_fact(SourceText(one.text), fact) for one in found) == 1 for fact in quoted):
        return _SPECIFIC_ENOUGH
    named = len(content_units(question)) - math.log2(max(articles, 1))
    return min(named, _SPECIFIC_ENOUGH)


def answers_seen(
    evidence: Sequence[Evidence], candidates: Sequence[EvidenceSentence]
) -> list[EvidenceSentence]:
    """Return the sentences in which the reader sees an answer, most surely first.

    Beside what it is sure of, what it holds more likely than not in passages that were found as
    surely as the best: where a question names no event (多少人受伤), several may be meant.
    """
    best = max(item.score for item in evidence)
    near = {
        (item.article.id, item.answer.start)
        for item in evidence
        if item.answer is not None
        and (item.answering or 0.0) >= PROBABLE
        and item.score >= _AS_SURELY * best
    }
    seen = [
        one
        for one in candidates
        if (one.answering or 0.0) >= SURE
        or any(
            one.article.id == key and one.sentence.start <= start < one.sentence.end
            for key, start in near
        )
    ]
    return sorted(seen, key=lambda one: -(one.answering or 0.0))


def _agreement(read: Sequence[Evidence], sentence: str) -> float:
    """The share that a sentence says of what the reader sees in one of the passages."""
    said = fold(sentence)
    return max((share(units_of(_answer_in(item)), said) for item in read), default=0.0)


def _cites(item: Evidence, found: Verification) -> bool:
    """Whether a sentence of the passage is cited."""
    passage = item.passage
    return any(
        source.article.id == item.article.id
        and source.sentence.start < passage.end
        and passage.start < source.sentence.end
        for source in found.sources
    )


def _answer_in(item: Evidence) -> str:
    return item.article.text[item.answer.start : item.answer.end] if item.answer else ""


def _bounded(log_odds: float | None) -> float:
    return max(-_SUREST, min(_SUREST, log_odds or 0.0))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(bounded / (1 - bounded))
