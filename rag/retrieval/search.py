"""Question to evidence: both channels asked, fused, and each finding explained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rag.chinese.dates import find_dates
from rag.errors import QuestionError
from rag.index.collection import Collection
from rag.retrieval.fusion import Scores, dense_weight, fuse, standardise
from rag.retrieval.question import DateRange, Question, understand
from rag.retrieval.wording import Reading, Wording, overlap, question_wording, read
from rag.settings import Settings
from rag.types import Article, Evidence, Filters, Passage

if TYPE_CHECKING:
    from rag.models.embedder import Embedder

_NO_FILTERS = Filters()
# The best lexical hits whose wording tells how far that channel may be trusted.
_WITNESSES = 3
# What a date of the question that fits adds to a standardised score.
_DATE_BONUS = 0.5
# Passages that say the same in the same words, as a report and its reprint do.
_SAME = 0.8
# A passage this far above the other candidates in the dense channel is near in meaning.
_NEAR = 1.0
_HEADLINE_SHARE = 0.5
# Cosines of E5-like models lie between these for unrelated texts and for paraphrases.
_COSINE_UNRELATED, _COSINE_SAME = 0.78, 0.92


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate with all that is known about it."""

    passage: Passage
    article: Article
    fused: float
    similarity: float
    standing: float
    """Its standardised similarity among the candidates."""
    dated: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A candidate that is returned, with the readings of its text and of what stands over it."""

    found: _Found
    passage: Reading
    over: Reading


def search(
    collection: Collection,
    embedder: Embedder,
    question: str | Question,
    *,
    k: int | None = None,
    filters: Filters = _NO_FILTERS,
    settings: Settings,
) -> list[Evidence]:
    """Return up to `k` passages for a question, best first; several may be of one article.

    A `Question` carries what `understand` completed from the conversation; a text is taken as it
    stands. Of passages that say the same in the same words only the best is returned.

    Raises:
        QuestionError: the question has no text.
        CollectionMissingError: nothing has been ingested yet.
    """
    if isinstance(question, str):
        question = understand(question, today=today(settings))
    if not question.search_text.strip():
        raise QuestionError("the question is empty", remedy="ask for something in words")
    wanted = settings.retrieval.k if k is None else k
    snapshot = collection.snapshot()
    articles = collection.selected(filters)
    candidates = max(settings.retrieval.candidates, 2 * wanted)
    text = question.search_text
    vector = embedder.embed_queries([text])[0]
    lexical_hits = snapshot.lexical(text, candidates, articles)
    proposed = {key for key, _ in (*lexical_hits, *snapshot.dense(vector, candidates, articles))}
    ids = np.array(sorted(proposed), np.int64)
    if not len(ids):
        return []
    similarities = snapshot.similarities(vector, ids).astype(np.float64)
    similarities = np.nan_to_num(similarities, nan=float(np.nanmin(similarities)))
    lexical = snapshot.lexical_scores(text, ids)
    wording = question_wording(text, snapshot)
    weight = settings.retrieval.dense_weight
    if weight is None:
        witnesses = [key for key, _ in lexical_hits[:_WITNESSES]]
        weight = dense_weight(_best_coverage(collection, wording, witnesses), lexical)
    fused = fuse(similarities, lexical, weight)
    order = np.argsort(-fused, kind="stable")[: max(3 * wanted, candidates // 2)]
    found = _load(collection, question.dates, ids, fused, similarities, order)
    return _explain(_distinct(found, wanted), wording, weight)


def today(settings: Settings) -> date:
    """Return the day that 今天 means in questions."""
    return settings.today or date.today()


def _best_coverage(collection: Collection, wording: Wording, ids: Sequence[int]) -> float:
    passages = collection.passages(ids)
    articles = collection.find_articles(sorted({p.article_id for p in passages.values()}))
    return max(
        (
            wording.coverage(read(f"{articles[p.article_id].headline}\n{p.text}"))
            for p in passages.values()
            if p.article_id in articles
        ),
        default=0.0,
    )


def _load(
    collection: Collection,
    dates: Sequence[DateRange],
    ids: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    fused: Scores,
    similarities: Scores,
    order: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
) -> list[_Found]:
    """The candidates in `order` that the catalogue knows, best first."""
    passages = collection.passages([int(ids[place]) for place in order])
    articles = collection.find_articles(sorted({p.article_id for p in passages.values()}))
    standing = standardise(similarities)
    found = []
    for place in order:
        passage = passages.get(int(ids[place]))
        article = articles.get(passage.article_id) if passage else None
        if passage is None or article is None:
            continue
        dated = bool(dates) and _is_dated(passage, article, dates)
        score = float(fused[place]) + (_DATE_BONUS if dated else 0.0)
        found.append(
            _Found(
                passage, article, score, float(similarities[place]), float(standing[place]), dated
            )
        )
    return sorted(found, key=lambda one: -one.fused)


def _is_dated(passage: Passage, article: Article, dates: Sequence[DateRange]) -> bool:
    """Whether the passage names one of the dates, or its article appeared then."""
    ranges = [DateRange(article.published, article.published)] if article.published else []
    base = article.published or date.today()
    ranges += [DateRange(m.first, m.last) for m in find_dates(passage.text, base)]
    return any(wanted.meets(named) for wanted in dates for named in ranges)


def _distinct(found: Sequence[_Found], k: int) -> list[_Kept]:
    kept: list[_Kept] = []
    for one in found:
        if len(kept) == k:
            break
        passage = read(one.passage.text)
        if not any(overlap(passage, other.passage) >= _SAME for other in kept):
            kept.append(_Kept(one, passage, read(_heading(one))))
    return kept


def _heading(one: _Found) -> str:
    article = one.article
    return "\n".join((article.kicker, article.headline, one.passage.subhead, *article.byline))


def _explain(kept: Sequence[_Kept], wording: Wording, weight: float) -> list[Evidence]:
    if not kept:
        return []
    coverages = [wording.coverage(one.passage | one.over) for one in kept]
    best = kept[0].found
    nearness = (best.similarity - _COSINE_UNRELATED) / (_COSINE_SAME - _COSINE_UNRELATED)
    quality = weight * min(1.0, max(0.0, nearness)) + (1 - weight) * coverages[0]
    evidence = []
    for one, coverage in zip(kept, coverages, strict=True):
        found = one.found
        matched = wording.matched(one.passage | one.over)
        evidence.append(
            Evidence(
                passage=found.passage,
                article=found.article,
                # The best gets what it is worth; the others less by how far they are behind.
                score=quality * math.exp((found.fused - best.fused) / 2),
                similarity=found.similarity,
                coverage=coverage,
                matched=matched,
                reasons=_reasons(one, matched, wording),
            )
        )
    return evidence


def _reasons(one: _Kept, matched: Sequence[str], wording: Wording) -> tuple[str, ...]:
    reasons = []
    if matched:
        reasons.append("命中" + "、".join(f"“{word}”" for word in matched))
    if wording.coverage(one.over) >= _HEADLINE_SHARE:
        reasons.append("标题相符")
    if one.found.dated:
        reasons.append("日期相符")
    if one.found.standing >= _NEAR or not reasons:
        reasons.append("语义相近")
    return tuple(reasons)
