"""Attribution of an answer sentence to source sentences, and the verdict on it.

Attribution looks for the smallest set of source sentences that supports the sentence; the
verdict asks first for the hard facts, then for the wording. The thresholds are fixed here, set on
labelled sentences, and never lowered at run time until something can be cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.binding import strange_clauses, turned_round, unbound_facts, uncounted
from rag.answering.contradictions import contradictions, done_by_the_other, excepted, other_answer
from rag.answering.evidence import EvidenceSentence
from rag.answering.facts import (
    Fact,
    FactKind,
    SourceText,
    facts_of,
    holds_fact,
    missing_facts,
    names_date,
)
from rag.answering.factuality import overstated
from rag.answering.focus import asks_whether
from rag.answering.orders import reported
from rag.answering.parallels import crossed
from rag.answering.roles import moved_otherwise, unbound_role
from rag.answering.units import level_words, says_only_yes, units_of
from rag.chinese.clock import find_times
from rag.chinese.normalise import fold
from rag.types import Verdict

SUPPORT_THRESHOLD = 0.55
"""Share of a sentence's wording that its sources must hold to support it."""
SHORT_THRESHOLD = 0.9
"""The same for a sentence of a few words, half of which are right by chance (宋末 in 唐末宋初)."""
PART_THRESHOLD = 0.35
"""Share below which a sentence is about something else."""
MAX_SOURCES = 3
"""Source sentences that may support one sentence together."""
_FEW_UNITS = 5
# What a further source must add, in wording and novel wording together.
_MIN_GAIN = 0.2
_FACT_GAIN = 0.3
_RANK_GAIN = 0.02
_ENOUGH = 0.9
# What turns a sentence into another one, however much of its wording is there.
_FATAL = (
    *(FactKind.NEGATION, FactKind.DENIED, FactKind.DIRECTION),
    *(FactKind.ROLE, FactKind.COUNTED),
)


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on one sentence, its sources (nearest first), and what they lack.

    `wording` is the share of the sentence's wording that the sources hold; `novel` the same for
    the wording that the question did not already give.
    """

    verdict: Verdict
    sources: tuple[EvidenceSentence, ...]
    missing: tuple[Fact, ...]
    wording: float
    novel: float

    @property
    def is_worded_otherwise(self) -> bool:
        """Whether all that keeps it from being supported is other wording than the sources'."""
        return self.verdict is Verdict.PARTLY and all(
            fact.kind is FactKind.NOUN for fact in self.missing
        )


def verify(sentence: str, question: str, candidates: Sequence[EvidenceSentence]) -> Verification:
    """Return the verdict on `sentence` with the smallest set of `candidates` that supports it."""
    units = units_of(_times_apart(level_words(sentence)))
    novel = _novel(units, question)
    facts = facts_of(sentence)
    chosen = _attribute(units, novel, facts, [_Candidate.of(item) for item in candidates])
    texts = [candidate.source for candidate in chosen]
    held = _held(units, chosen, facts)
    wording, novelty = _share(units, held), _share(novel, held)
    missing = missing_facts(facts, texts)
    if chosen:
        there = [fact for fact in facts if fact not in missing]
        missing += unbound_facts(sentence, question, there, texts)
        missing += contradictions(sentence, texts) + unbound_role(sentence, question, texts)
        missing += uncounted(sentence, question, texts) + turned_round(sentence, texts)
        missing += other_answer(sentence, question, texts) + moved_otherwise(sentence, texts)
        missing += done_by_the_other(sentence, texts) + crossed(sentence, texts)
        wrongly, rightly = excepted(sentence, texts)
        if rightly:
            missing = tuple(fact for fact in missing if fact.kind is not FactKind.NEGATION)
        missing += wrongly
        missing = tuple(dict.fromkeys(missing))
    overdone = overstated(sentence, question, texts)
    missing += tuple(fact for fact in overdone if fact.kind in _FATAL)
    doubtful = strange_clauses(sentence, texts)
    doubtful += tuple(fact for fact in overdone if fact.kind not in _FATAL)
    verdict = _verdict(wording, novelty, facts, missing, short=len(units) <= _FEW_UNITS)
    # 可以的。 that a source prints so is its own.
    printed = any(sentence.strip() == item.sentence.text for item in candidates)
    bare = says_only_yes(sentence) and not printed
    if bare or any(_is_askers_own(fact, question) for fact in missing):
        verdict = Verdict.UNSUPPORTED
    if doubtful and verdict is Verdict.SUPPORTED:
        verdict, missing = Verdict.PARTLY, missing + doubtful
    return Verification(
        verdict,
        tuple(c.item for c in chosen) if verdict is not Verdict.UNSUPPORTED else (),
        missing,
        round(wording, 3),
        round(novelty, 3),
    )


def _is_askers_own(fact: Fact, question: str) -> bool:
    """Whether a figure that no source holds is only said after the asker.

    Which one of several is meant (第一个) may be said in other words.
    """
    is_figure = fact.kind is FactKind.NUMBER and not fact.text.startswith("第")
    return is_figure and fold(fact.text) in fold(question)


def _verdict(
    wording: float,
    novelty: float,
    facts: Sequence[Fact],
    missing: Sequence[Fact],
    *,
    short: bool,
) -> Verdict:
    wrong = any(fact.kind in _FATAL for fact in missing)
    new_enough = novelty >= (SHORT_THRESHOLD if short else SUPPORT_THRESHOLD)
    # In the asker's words around it, what is new may still be the source's.
    if wrong or novelty < PART_THRESHOLD or (wording < PART_THRESHOLD and not new_enough):
        return Verdict.UNSUPPORTED
    if missing:
        # With no fact of its own found there, a sentence is only about the same thing.
        return Verdict.PARTLY if len(missing) < len(facts) else Verdict.UNSUPPORTED
    enough = wording >= SUPPORT_THRESHOLD and new_enough
    return Verdict.SUPPORTED if enough else Verdict.PARTLY


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A source sentence made ready for comparison."""

    item: EvidenceSentence
    source: SourceText
    folded: str

    @classmethod
    def of(cls, item: EvidenceSentence) -> _Candidate:
        article = item.article
        over = (article.kicker, article.headline, item.subhead, *article.byline)
        context = " ".join(map(reported, over))
        # Kickers and reporters may hold a fact; they carry no wording.
        read = "\n".join([item.sentence.text, reported(article.headline), reported(item.subhead)])
        source = SourceText(item.sentence.text, context, article.published)
        return cls(item, source, fold(level_words(read)))

    def is_beside(self, other: _Candidate) -> bool:
        """Whether both are of one article."""
        return self.item.article.id == other.item.article.id


def _attribute(
    units: set[str], novel: set[str], facts: Sequence[Fact], candidates: Sequence[_Candidate]
) -> list[_Candidate]:
    """Choose greedily by what each candidate adds in wording and facts (weighted set cover)."""
    chosen: list[_Candidate] = []
    held: set[str] = set()
    open_facts = tuple(facts)
    while len(chosen) < MAX_SOURCES:
        best_gain, best = 0.0, None
        for rank, candidate in enumerate(candidates):
            # Words of two articles put together make sentences that neither of them says.
            if candidate in chosen or (chosen and not candidate.is_beside(chosen[0])):
                continue
            added = _held(units - held, [candidate], facts)
            gain = _share(units, added) + _share(novel, added)
            found = len(open_facts) - len(missing_facts(open_facts, [candidate.source]))
            gain += _FACT_GAIN * found
            if not chosen:
                gain += _RANK_GAIN / (1 + rank)
            if gain > best_gain:
                best_gain, best = gain, candidate
        if best is None or best_gain < _MIN_GAIN:
            break
        chosen.append(best)
        held = _held(units, chosen, facts)
        open_facts = missing_facts(open_facts, [best.source])
        if not open_facts and _share(units, held) >= _ENOUGH:
            break
    return chosen


def _held(
    units: set[str], candidates: Sequence[_Candidate], facts: Sequence[Fact] = ()
) -> set[str]:
    """The units that stand in the candidates, or in days and times that they name otherwise."""
    folded = [candidate.folded for candidate in candidates]
    folded += [
        fold(fact.text)
        for fact in facts
        if (fact.kind is FactKind.DATE or fact.kind is FactKind.TIME)
        and any(_names(candidate.source, fact) for candidate in candidates)
    ]
    return {unit for unit in units if any(unit in text for text in folded)}


def _names(source: SourceText, fact: Fact) -> bool:
    """Whether a source names a day or a time of day, in whatever words."""
    is_day = fact.kind is FactKind.DATE
    return names_date(source, fact.text) if is_day else holds_fact(source, fact)


def _times_apart(text: str) -> str:
    """The text with its times of day set apart: 于8点半开始 and 于8:30开始 share their wording."""
    for time in reversed(find_times(text)):
        text = f"{text[: time.start]}，{time.text}，{text[time.end :]}"
    return text


def _novel(units: set[str], question: str) -> set[str]:
    """What the question did not already give; all of it when nothing is left, or yes or no."""
    if asks_whether(question):
        return units
    asked = fold(level_words(question))
    return {unit for unit in units if unit not in asked} or units


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0
