"""What each outcome is worth: its contribution to every metric, and why it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.evaluation import text
from rag.evaluation.cases import Case, TestSet
from rag.evaluation.gold import GoldFinder, answer_found, wanted
from rag.evaluation.metrics import Share, refusal_shares
from rag.evaluation.outcome import Outcome
from rag.evaluation.ranking import ranking_metrics
from rag.types import Verdict


class Cause(StrEnum):
    """Why a case failed, in the order in which a cause is looked for."""

    ERROR = "error"
    SHOULD_HAVE_REFUSED = "should_have_refused"
    NOT_RETRIEVED = "not_retrieved"
    WRONGLY_REFUSED = "wrongly_refused"
    NOT_USED = "retrieved_not_used"
    WRONG_ANSWER = "wrong_answer"
    WRONG_CITATION = "wrong_citation"


CAUSE_TITLES: dict[Cause, tuple[str, str]] = {
    Cause.ERROR: ("系统出错", "系统报错，没有给出结果。"),
    Cause.SHOULD_HAVE_REFUSED: (
        "该拒答而未拒答", "报道里没有答案，系统却给出了回答：这是编造，读者会被误导。",
    ),
    Cause.NOT_RETRIEVED: (
        "没有检索到", "写有答案的报道没有出现在检索结果里，后面的步骤无从回答。",
    ),
    Cause.WRONGLY_REFUSED: ("误拒", "材料已经找到，系统却说没有找到。"),
    Cause.NOT_USED: ("找到了但没有用上", "材料已经找到，回答却引用了别处，没有说出答案。"),
    Cause.WRONG_ANSWER: ("答错", "引用的是正确的材料，说出的答案却不对或不完整。"),
    Cause.WRONG_CITATION: ("出处不对", "答案说对了，但所引的原句里没有这个答案。"),
}  # fmt: skip
"""Title and explanation of each cause."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One case, what came of it, and what that is worth.

    `shares` is what it adds to each metric. `ranks` are the places (from 1) in the evidence where
    gold stands. `right_sources` are the numbers of the cited sources that hold gold.
    `gold_titles` are the gold articles as a person calls them.
    """

    case: Case
    outcome: Outcome
    shares: Mapping[str, Share]
    cause: Cause | None
    ranks: tuple[int, ...] = ()
    right_sources: tuple[int, ...] = ()
    gold_titles: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        """Whether it can pass: a search alone says nothing about a question without an answer."""
        return "pass" in self.shares

    @property
    def passed(self) -> bool:
        """Whether it was tested and nothing is wrong with it."""
        return self.tested and self.cause is None


def score(test_set: TestSet, outcomes: Mapping[str, Outcome]) -> list[Scored]:
    """The scored cases in the order of the test set; cases without an outcome are left out."""
    finder = GoldFinder.of(test_set)
    cases = [case for case in test_set.cases if case.id in outcomes]
    measured = [case for case in cases if case.answerable]
    by_case = ranking_metrics(
        {case.id: finder.units(case) for case in measured},
        {case.id: finder.ranking(case, outcomes[case.id].evidence) for case in measured},
    )
    return [
        _score_case(case, outcomes[case.id], by_case.get(case.id, {}), finder) for case in cases
    ]


def _score_case(
    case: Case, outcome: Outcome, ranked: Mapping[str, float], finder: GoldFinder
) -> Scored:
    shares = {name: Share(value) for name, value in ranked.items()}
    has_answers = bool(wanted(case))
    in_evidence = has_answers and answer_found(case, outcome.evidence)
    if case.answerable and has_answers:
        shares["answer_in_evidence"] = Share(float(in_evidence))
    right = tuple(source.number for source in outcome.sources if finder.holds_gold(case, source))
    said = outcome.text if outcome.answered and not outcome.refused else ""
    correct = is_correct(case, said) if has_answers else None
    if outcome.answered:
        shares |= refusal_shares(refused=outcome.refused, answerable=case.answerable)
        if case.answerable and has_answers:
            shares |= _answer_shares(case, said, correct=bool(correct))
        if not outcome.refused:
            shares |= _citation_shares(case, outcome, finder, right)
        if outcome.judged is not None:
            shares["judge"] = Share(outcome.judged)
    found = bool(ranked.get("recall")) if ranked else in_evidence or not has_answers
    cause = _cause(case, outcome, found=found, correct=correct, right=right)
    if outcome.answered or case.answerable:
        shares["pass"] = Share(float(cause is None))
    shares["error"] = Share(float(bool(outcome.error)))
    ranks = tuple(
        place for place, item in enumerate(outcome.evidence, start=1) if finder.matched(case, item)
    )
    titles = tuple(finder.title(key, outcome.evidence) for key in case.relevant)
    return Scored(case, outcome, shares, cause, ranks, right, titles)


def is_correct(case: Case, said: str) -> bool:
    """Whether the text says one of the answers, or all points, of the case.

    Where a case has both, its points decide: its answers are then only for comparing wording.
    """
    if not said:
        return False
    if case.points:
        return covered_points(case, said) == len(case.points)
    return any(text.meets(said, answer) for answer in case.answers)


def covered_points(case: Case, said: str) -> int:
    """How many points of the case the text says, in any of their spellings."""
    return sum(any(text.meets(said, spelling) for spelling in point) for point in case.points)


def _answer_shares(case: Case, said: str, *, correct: bool) -> dict[str, Share]:
    shares = {"correct": Share(float(correct))}
    if case.points:
        shares["points"] = Share(covered_points(case, said) / len(case.points))
    if case.answers:
        answers = case.answers
        shares["contains"] = Share(float(any(text.contains(said, item) for item in answers)))
        shares["exact_match"] = Share(float(any(text.exact(said, item) for item in answers)))
        shares["char_f1"] = Share(text.best(text.char_f1(said, item) for item in answers))
        shares["rouge_l"] = Share(text.best(text.rouge_l(said, item) for item in answers))
    return shares


def _citation_shares(
    case: Case, outcome: Outcome, finder: GoldFinder, right: Sequence[int]
) -> dict[str, Share]:
    """Citation metrics of an answer that is no refusal.

    Precision and recall need gold; an answer to an unanswerable question has none, and its
    citations are judged by refusal instead.
    """
    shares: dict[str, Share] = {}
    has_gold = bool(wanted(case) or case.quotes or case.relevant)
    if case.answerable and has_gold:
        if outcome.sources:
            shares["citation_precision"] = Share(len(right) / len(outcome.sources))
        units = finder.units(case)
        covered = {unit for source in outcome.sources for unit in finder.cited(case, source)}
        shares["citation_recall"] = Share(
            len(covered) / len(units) if units else float(bool(right))
        )
    if outcome.sentences:
        count = len(outcome.sentences)
        cited = sum(bool(sentence.citations) for sentence in outcome.sentences)
        shares["citation_coverage"] = Share(cited / count)
        for name, verdict in (
            ("unsupported", Verdict.UNSUPPORTED),
            ("partly_supported", Verdict.PARTLY),
        ):
            hits = sum(sentence.verdict == verdict for sentence in outcome.sentences)
            shares[name] = Share(hits / count)
    return shares


def _cause(
    case: Case, outcome: Outcome, *, found: bool, correct: bool | None, right: Sequence[int]
) -> Cause | None:
    """Why the case failed, None when it did not. `correct` is None without reference answers."""
    if outcome.error:
        return Cause.ERROR
    if not case.answerable:
        answered = outcome.answered and not outcome.refused
        return Cause.SHOULD_HAVE_REFUSED if answered else None
    has_gold = correct is not None or bool(case.quotes or case.relevant)
    if not outcome.answered:
        return None if found else Cause.NOT_RETRIEVED
    if outcome.refused:
        return Cause.WRONGLY_REFUSED if found else Cause.NOT_RETRIEVED
    if correct is False or (correct is None and has_gold and not right):
        if not found:
            return Cause.NOT_RETRIEVED
        return Cause.WRONG_ANSWER if right else Cause.NOT_USED
    if has_gold and not right:
        return Cause.WRONG_CITATION
    return None
