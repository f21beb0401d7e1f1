"""What was found as evidence: its score, and in plain Chinese why it was found."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.retrieval.candidates import Candidate, Found
from rag.retrieval.wording import Wording
from rag.types import Evidence, Span

# A passage this far above the other candidates in the dense channel is near in meaning.
_NEAR = 1.0
_HEADLINE_SHARE = 0.5
# Cosines of E5-like models lie between these for unrelated texts and for paraphrases.
_COSINE_UNRELATED, _COSINE_SAME = 0.78, 0.92
# Share of the nearness in meaning in the score of the best finding; the rest is its wording.
_NEARNESS_SHARE = 0.5
# A finding that stands this much below the best gets a third (1/e) of its score.
_FALL = 4.0


def explain(found: Sequence[Found], wording: Wording, k: int) -> list[Evidence]:
    """Return the first `k` of what was found, best first, as evidence."""
    if not found:
        return []
    best = found[0]
    quality = _quality(found, wording)
    evidence = []
    for one in found[:k]:
        candidate = one.candidate
        matched = wording.matched(candidate.text)
        answering, answer = _answer(one)
        evidence.append(
            Evidence(
                passage=candidate.passage,
                article=candidate.article,
                # The best gets what it is worth; the others less by how far they are behind.
                score=quality * math.exp((one.score - best.score) / _FALL),
                similarity=candidate.similarity if candidate.embedded else 0.0,
                coverage=wording.coverage(candidate.text),
                matched=matched,
                reasons=_reasons(one, matched, wording),
                answering=answering,
                answer=answer,
            )
        )
    return evidence


def _quality(found: Sequence[Found], wording: Wording) -> float:
    """What the best finding is worth; where only its article was found, what that one is worth."""
    best = found[0]
    proposed = [
        one.candidate
        for one in found
        if one.candidate.article.id == best.candidate.article.id and not one.read_on
    ]
    counted = proposed if best.read_on and proposed else [best.candidate]
    return max(_worth(candidate, wording.coverage(candidate.text)) for candidate in counted)


def _worth(candidate: Candidate, coverage: float) -> float:
    """What a finding is worth by nearness and wording, by wording alone without a vector."""
    if not candidate.embedded:
        return coverage
    nearness = (candidate.similarity - _COSINE_UNRELATED) / (_COSINE_SAME - _COSINE_UNRELATED)
    return _NEARNESS_SHARE * min(1.0, max(0.0, nearness)) + (1 - _NEARNESS_SHARE) * coverage


def _answer(one: Found) -> tuple[float | None, Span | None]:
    """How likely the passage answers, in [0, 1], and where in its article; None if not judged."""
    if one.judgement is None:
        return None, None
    start, (first, last) = one.candidate.passage.start, one.judgement.answer
    return 1 / (1 + math.exp(-one.judgement.relevance)), Span(start + first, start + last)


def _reasons(one: Found, matched: Sequence[str], wording: Wording) -> tuple[str, ...]:
    reasons = []
    if matched:
        reasons.append("命中" + "、".join(f"“{word}”" for word in matched))
    if wording.coverage(one.candidate.over.folded) >= _HEADLINE_SHARE:
        reasons.append("标题相符")
    if one.dated:
        reasons.append("日期相符")
    if one.read_on:
        reasons.append("同篇续读")
    elif one.candidate.embedded and (one.candidate.standing >= _NEAR or not reasons):
        reasons.append("语义相近")
    elif not reasons:
        reasons.append("字词相近")
    judgement = one.judgement
    if judgement is not None and judgement.relevance > 0:
        first, last = judgement.answer
        reasons.append(f"可能的答案“{one.candidate.passage.text[first:last]}”")
    return tuple(reasons)
