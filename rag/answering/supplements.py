"""The source's own words, told in place of a draft that came to nothing, and beside others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.citations import Told
from rag.answering.drafts import says_nothing
from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.facts import SourceText, facts_of, missing_facts
from rag.answering.fragments import clause_answering, other_report
from rag.answering.gate import Gate
from rag.answering.hope import answers_seen
from rag.answering.point import is_about, is_of_kind, misses_answer, misses_point
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold

# The share of a draft's wording that a sentence has which it is after, and of what it adds to the
# question.
_MEANT, _ADDED = 0.3, 0.5


def in_place_of(
    draft: str,
    gate: Gate,
    selected: Sequence[EvidenceSentence],
    candidates: Sequence[EvidenceSentence],
) -> Iterator[str]:
    """Yield the sentence in which the reader sees the answer, and that which a draft is after.

    The latter where the generator is heard on it: what it garbled, it recognises.
    """
    seen = gate.hope.likeliest(candidates)
    meant = _meant(draft, gate.completed, selected) if gate.hears else None
    for item in filter(None, (seen, meant)):
        yield as_statement(item.sentence.text)


def left_out(gate: Gate, told: Told, candidates: Sequence[EvidenceSentence]) -> str:
    """Return what the reader surely sees and nothing told says; "" where that is nothing.

    It is the whole sentence where a day or figure is asked for and none was told, else a clause of
    an article that is cited.
    """
    seen = gate.hope.likeliest(candidates, beside=True)
    if seen is None:
        return ""
    if misses_point(gate.question, told.texts):
        return as_statement(seen.sentence.text)
    if told.cites(seen) and misses_answer(gate.completed, told.texts, seen):
        return clause_answering(seen)
    return ""


def other_reports(
    gate: Gate, told: Told, candidates: Sequence[EvidenceSentence]
) -> Iterator[tuple[str, str]]:
    """Yield what other articles answer otherwise, after the words that say that they do.

    A question may fit more than one event. Each is held against what has been `told` by then.
    """
    for seen in answers_seen(gate.hope.evidence, candidates):
        if told.cites(seen) or not misses_answer(gate.completed, told.texts, seen):
            continue
        if gate.is_of_another([seen.article]):
            continue
        lead, text = other_report(seen)
        to_the_point = is_about(gate.completed, text) and is_of_kind(gate.question, text)
        if to_the_point and not gate.objects_to(text):
            yield lead, text


def _meant(
    draft: str, question: str, selected: Sequence[EvidenceSentence]
) -> EvidenceSentence | None:
    """The selected sentence that has most in common with the draft; None if that is little.

    What the draft adds to the question goes before what it repeats: 连跌15个月 is after
    连续15个月同比减少.
    """
    if not draft.strip() or says_nothing(draft):
        return None
    drafted, asked = units_of(draft), fold(question)
    added = {unit for unit in drafted if unit not in asked}
    facts = [fact for fact in facts_of(draft) if fold(fact.text) not in asked]

    def in_common(one: EvidenceSentence) -> tuple[int, float, float]:
        text = fold(one.sentence.text)
        lacking = missing_facts(facts, [SourceText(one.sentence.text)])
        return -len(lacking), share(added, text), share(drafted, text)

    found = max(selected, key=in_common)
    _, adds, shared = in_common(found)
    return found if adds >= _ADDED or shared >= _MEANT else None
