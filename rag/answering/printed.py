"""Answers told as the paper printed them, where a draft is hardly more than a copy.

A small model drops or changes words while it copies: 旨在, 据估计, 随后 get lost, two halves of a
sentence are joined wrongly. The clauses of the source that say the same are then the better
answer: no verification sees all of that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.facts import Fact, FactKind, SourceText, facts_of, missing_facts
from rag.answering.fragments import WHOLE_CHARS, clauses_around, leans_back, without_link
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold
from rag.chinese.sentences import CLAUSE
from rag.chinese.words import content_words
from rag.types import Span

# Share of a draft's wording that the clauses must hold, and how much longer they may be.
_COPIED = 0.8
_LONGER = 1.7
_ONE_CLAUSE = 40
# Of the wording that a draft shares with the whole sentence, so much may lie outside the clauses.
_ELSEWHERE = 0.1
# How a clause begins that only leads to what comes after, and one ends that does not end there.
_LEADS = re.compile(
    r"对于?|随着|由于|因为|为了?|虽然|尽管|即[使便]|哪怕|如果|要是|只[要有]|一旦|当|通过|经过|除了?"
    r"|根据|按照|自从"
)
_GOES_ON = re.compile(r"(?:[的之和与及、称说]|表示|指出)[”」』》）)]*$")
_ASKS = re.compile(r"[?？]|[吗呢]$")


def as_printed(
    text: str, sentence: str, wrong: Collection[Fact] = (), *, question: str = ""
) -> str:
    """Return the clauses of a source sentence that `text` copies in other words, else `text`.

    They hold every hard fact of `text` but the `wrong` ones that the sentence has not, no other
    figure, which would be another matter, and can be understood by themselves as well as `text`
    can. With a question, what `text` repeats of it need not be there: who asked knows what is
    spoken of.
    """
    asked = fold(question)
    # What only stands elsewhere in the sentence may be what was asked: both places are told then.
    wrong = missing_facts(wrong, [SourceText(sentence)])
    facts = [fact for fact in facts_of(text) if fact not in wrong and fold(fact.text) not in asked]
    wanted = units_of(text) - {unit for fact in wrong for unit in units_of(fact.text)}
    wanted = {unit for unit in wanted if unit not in asked}
    for place in _places(wanted, sentence):
        found = without_link(clauses_around(*place, sentence))
        if not found or len(found) > (WHOLE_CHARS if wrong or asked else _longest(text, found)):
            return text
        opens = sentence.find(found) == 0
        if _stands_alone(found, "" if asked else text, opens=opens):
            lost = missing_facts(facts, [SourceText(found)])
            added = missing_facts(_figures(found), [SourceText(text)])
            return text if lost or (added and not wrong) else as_statement(found)
    return text


def _longest(text: str, found: str) -> float:
    """How long the clauses may be: one alone may have lost much, more of them say more."""
    alone = len(CLAUSE.findall(found)) == 1
    return min(WHOLE_CHARS, max(_LONGER * len(text), _ONE_CLAUSE if alone else 0))


def stands_in(text: str, candidates: Sequence[EvidenceSentence]) -> bool:
    """Return whether a source sentence holds `text` word for word."""
    said = re.compile(rf"(?<![副原前不未没无非]){re.escape(fold(text.strip(' 。')))}")
    return any(said.search(fold(item.sentence.text)) for item in candidates)


def _figures(text: str) -> list[Fact]:
    return [fact for fact in facts_of(text) if fact.kind is FactKind.NUMBER]


def _places(wanted: set[str], sentence: str) -> Iterator[Span]:
    """The shortest run of clauses that holds nearly all of the wording that the sentence does.

    After it, the same with more and more of the clauses before it.
    """
    held = share(wanted, fold(sentence))
    if held < _COPIED:
        return
    spans = [match.span() for match in CLAUSE.finditer(sentence)]
    runs = [
        Span(start, end)
        for place, (start, _) in enumerate(spans)
        for _, end in spans[place:]
        if share(wanted, fold(sentence[start:end])) >= held - _ELSEWHERE
    ]
    best = min(runs, key=lambda run: run.end - run.start)
    starts = [start for start, _ in spans if start <= best.start]
    yield from (Span(start, best.end) for start in reversed(starts))


def _stands_alone(found: str, text: str, *, opens: bool) -> bool:
    """Whether clauses say whom or what they are about, as far as `text` does.

    What does not open its sentence may have left its subject in a clause before.
    """
    first_clause, *more = (match[0] for match in CLAUSE.finditer(found))
    if leans_back(found) or _GOES_ON.search(found) or _ASKS.search(found):
        return False
    if _LEADS.match(found) and not more:
        return False
    subject = content_words(text)[:1]
    return all(word in fold(found if opens else first_clause) for word in subject)
