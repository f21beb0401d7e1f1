"""Attribution of an answer sentence to source sentences, and the verdict on it.

Attribution looks for the smallest set of source sentences that supports the sentence; the
verdict asks first for the hard facts, then for the wording. The thresholds are fixed here, set on
labelled sentences, and never lowered at run time until something can be cited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answering.evidence import EvidenceSentence
from rag.answering.facts import (
    Fact,
    FactKind,
    SourceText,
    contradictions,
    facts_of,
    missing_facts,
)
from rag.chinese.words import bigrams, characters
from rag.types import Verdict

SUPPORT_THRESHOLD = 0.55
"""Share of a sentence's wording that its sources must hold to support it."""
PART_THRESHOLD = 0.35
"""Share below which a sentence is about something else."""
MAX_SOURCES = 3
"""Source sentences that may support one sentence together."""
_MIN_GAIN = 0.1
_FACT_GAIN = 0.3
_RANK_GAIN = 0.02

# Pairs of characters that any two Chinese sentences share say nothing about support.
_EMPTY = set("的了在是和与及或也都就还有为以对于把被将从向到由中上下不一个等着")


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


def verify(sentence: str, question: str, candidates: Sequence[EvidenceSentence]) -> Verification:
    """Return the verdict on `sentence` with the smallest set of `candidates` that supports it."""
    grams = _grams(sentence)
    novel = grams - _grams(question) or grams
    facts = facts_of(sentence)
    chosen = _attribute(grams, novel, facts, candidates)
    texts = [_source_text(item) for item in chosen]
    held = _held(chosen)
    wording = _share(grams, held)
    novelty = _share(novel, held)
    missing = missing_facts(facts, texts)
    missing += contradictions(sentence, texts) if chosen else ()
    verdict = _verdict(wording, novelty, facts, missing)
    return Verification(
        verdict,
        chosen if verdict is not Verdict.UNSUPPORTED else (),
        missing,
        round(wording, 3),
        round(novelty, 3),
    )


def _verdict(
    wording: float, novelty: float, facts: Sequence[Fact], missing: Sequence[Fact]
) -> Verdict:
    turned = any(fact.kind in (FactKind.NEGATION, FactKind.DIRECTION) for fact in missing)
    if turned or min(wording, novelty) < PART_THRESHOLD:
        return Verdict.UNSUPPORTED
    if missing:
        # With no fact of its own found there, a sentence is only about the same thing.
        return Verdict.PARTLY if len(missing) < len(facts) else Verdict.UNSUPPORTED
    return Verdict.SUPPORTED if min(wording, novelty) >= SUPPORT_THRESHOLD else Verdict.PARTLY


def _attribute(
    grams: set[str],
    novel: set[str],
    facts: Sequence[Fact],
    candidates: Sequence[EvidenceSentence],
) -> tuple[EvidenceSentence, ...]:
    """Choose greedily by what each candidate adds in wording and facts (weighted set cover)."""
    own = [(item, _grams(item.sentence.text), _source_text(item)) for item in candidates]
    chosen: list[EvidenceSentence] = []
    held: set[str] = set()
    open_facts = tuple(facts)
    while len(chosen) < MAX_SOURCES:
        best_gain, best = 0.0, None
        for rank, (item, there, source) in enumerate(own):
            if item in chosen:
                continue
            gain = (_share(grams, held | there) - _share(grams, held)) + (
                _share(novel, held | there) - _share(novel, held)
            )
            found = len(open_facts) - len(missing_facts(open_facts, [source]))
            gain += _FACT_GAIN * found
            if not chosen:
                gain += _RANK_GAIN / (1 + rank)
            if gain > best_gain:
                best_gain, best = gain, (item, there, source)
        if best is None or best_gain < 2 * _MIN_GAIN:
            break
        chosen.append(best[0])
        held |= best[1]
        open_facts = missing_facts(open_facts, [best[2]])
        if not open_facts and _share(grams, held) >= 0.9:
            break
    return tuple(chosen)


def _source_text(item: EvidenceSentence) -> SourceText:
    article = item.article
    context = " ".join((article.kicker, article.headline, item.subhead, *article.byline))
    return SourceText(item.sentence.text, context, article.published)


def _held(items: Iterable[EvidenceSentence]) -> set[str]:
    held: set[str] = set()
    for item in items:
        held |= _grams(item.sentence.text)
        held |= _grams(f"{item.article.headline} {item.subhead}")
    return held


def _grams(text: str) -> set[str]:
    units = [unit for unit in characters(text) if unit not in _EMPTY and len(unit) > 1]
    pairs = [pair for pair in bigrams(text) if not set(pair) <= _EMPTY]
    return set(pairs + units) or set(characters(text))


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0
