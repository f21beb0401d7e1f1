"""Question to evidence: both channels asked, fused, reranked, and each finding explained."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.chinese.dates import find_dates
from rag.errors import QuestionError
from rag.index.chunking import heading
from rag.index.collection import Collection
from rag.index.snapshot import Snapshot
from rag.retrieval.fusion import Features, Scores, fuse, relevance, standardise
from rag.retrieval.question import DateRange, Question, understand
from rag.retrieval.surroundings import surroundings
from rag.retrieval.wording import Reading, Wording, overlap, question_wording, read
from rag.settings import Settings
from rag.types import Article, Evidence, Filters, Passage, Span

if TYPE_CHECKING:
    from rag.models.embedder import Embedder
    from rag.models.reader import Judgement, Reader

_NO_FILTERS = Filters()
# What a date of the question that fits adds to a relevance: as much as a third of the wording.
_DATE_BONUS = 1.5
# Passages that say the same in the same words, and articles one of which is a reprint or a shorter
# form of the other: shares of pairs of characters in common.
_SAME, _SAME_STORY = 0.95, 0.9
# A passage this far above the other candidates in the dense channel is near in meaning.
_NEAR = 1.0
_HEADLINE_SHARE = 0.5
# Cosines of E5-like models lie between these for unrelated texts and for paraphrases.
_COSINE_UNRELATED, _COSINE_SAME = 0.78, 0.92
# Share of the nearness in meaning in the score of the best finding; the rest is its wording.
_NEARNESS_SHARE = 0.5
# What a unit of the reader's log-odds adds to a relevance; fitted as the weights of `fusion`.
_JUDGED = 0.3
# A finding that is this much less relevant than the best gets a third (1/e) of its score.
_FALL = 4.0

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage that a channel proposed, with what stands over it."""

    passage: Passage
    article: Article
    reading: Reading
    over: Reading
    embedded: bool
    """Whether it has a vector; without one the next two are those of a middling candidate."""
    similarity: float
    standing: float
    """Its standardised similarity among the candidates."""
    article_coverage: float
    place: int

    def features(self, wording: Wording) -> Features:
        sentences = self.reading.sentences
        return Features(
            similarity=self.similarity,
            sentence=max(wording.coverage(f"{self.over.folded}\n{one}") for one in sentences),
            characters=max(wording.character_coverage(one) for one in sentences),
            run=wording.longest_run(self.reading.folded),
            article=self.article_coverage,
            place=self.place,
            length=len(self.reading.folded),
        )

    @property
    def text(self) -> str:
        """All that is read of it, in search form."""
        return f"{self.over.folded}\n{self.reading.folded}"


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate in its place in the order."""

    candidate: _Candidate
    relevance: float
    dated: bool
    judgement: Judgement | None = None


def search(
    collection: Collection,
    embedder: Embedder,
    question: str | Question,
    *,
    k: int | None = None,
    filters: Filters = _NO_FILTERS,
    settings: Settings,
    reader: Reader | None = None,
) -> list[Evidence]:
    """Return up to `k` passages for a question, best first; several may be of one article.

    With a `reader`, it judges the best passages (`retrieval.rerank`) and orders them. A `Question`
    carries what `understand` completed from the conversation; a text is taken as it
    stands. A passage that repeats a better one, as reprints do, is left out.

    Raises:
        QuestionError: the question has no text, or `k` is less than 1.
        CollectionMissingError: nothing has been ingested yet.
    """
    if isinstance(question, str):
        question = understand(question, today=today(settings))
    if not question.search_text.strip():
        raise QuestionError("the question is empty", remedy="ask for something in words")
    wanted = settings.retrieval.k if k is None else k
    if wanted < 1:
        raise QuestionError(
            f"{wanted} passages were asked for", remedy="ask for one passage at least (k >= 1)"
        )
    filters = with_days_printed(collection, question, filters)
    # Slips of the keyboard are mended for both channels.
    mended = collection.snapshot().mended(question.search_text)
    vector = embedder.embed_queries([mended])[0]
    kept, wording, generation = _ranked(collection, question, vector, wanted, filters, settings)
    if collection.generation() != generation:
        # A writer committed between the question to the indexes and that to the catalogue, which
        # no longer knows what the indexes found.
        kept, wording, _ = _ranked(collection, question, vector, wanted, filters, settings)
    if reader is not None and settings.retrieval.rerank:
        kept = _reranked(kept, question.search_text, reader, settings.retrieval.rerank)
    return _explain(kept[:wanted], wording)


def with_days_printed(collection: Collection, question: Question, filters: Filters) -> Filters:
    """Return the filters, narrowed to the days whose newspaper is asked for if there is one."""
    if not question.printed or filters.published_from or filters.published_to:
        return filters
    narrowed = replace(
        filters,
        published_from=min(day.first for day in question.dates),
        published_to=max(day.last for day in question.dates),
    )
    printed = collection.selected(narrowed)
    return narrowed if printed is not None and len(printed) else filters


def _ranked(
    collection: Collection,
    question: Question,
    vector: NDArray[np.float32],
    wanted: int,
    filters: Filters,
    settings: Settings,
) -> tuple[list[_Found], Wording, int]:
    """What was found, best first; the question's wording; the generation in which it was found."""
    snapshot = collection.snapshot()
    generation = snapshot.manifest.generation
    articles = collection.selected(filters)
    candidates = max(settings.retrieval.candidates, wanted)
    leading = max(wanted, settings.retrieval.rerank)
    text = question.search_text
    wording = question_wording(text, snapshot)
    lexical_hits = snapshot.lexical(text, candidates, articles)
    proposed = {key for key, _ in (*lexical_hits, *snapshot.dense(vector, candidates, articles))}
    ids = np.array(sorted(proposed), np.int64)
    if not len(ids):
        return [], wording, generation
    similarities = snapshot.similarities(vector, ids).astype(np.float64)
    embedded = ~np.isnan(similarities)
    # While its vector is still being made, a passage has neither to win nor to lose by it.
    similarities[~embedded] = np.median(similarities[embedded]) if embedded.any() else 0.0
    passages = collection.passages(ids.tolist(), filters)
    found = _load(collection, passages, snapshot, wording, ids, similarities, embedded)
    weight = settings.retrieval.dense_weight
    if weight is None:
        scores = relevance([one.features(wording) for one in found.values()])
    else:
        known = np.isin(ids, list(found))
        lexical = snapshot.lexical_scores(text, ids)
        scores = fuse(similarities[known], lexical[known], weight)
    ordered = _in_order(list(found.values()), scores, question.dates, 3 * leading)
    return _distinct(ordered, leading), wording, generation


def today(settings: Settings) -> date:
    """Return the day that 今天 means in questions."""
    return settings.today or date.today()


def _load(
    collection: Collection,
    passages: Mapping[int, Passage],
    snapshot: Snapshot,
    wording: Wording,
    ids: Ids,
    similarities: Scores,
    embedded: NDArray[np.bool_],
) -> dict[int, _Candidate]:
    """The candidates that the catalogue knows, by passage id, in the order of `ids`."""
    articles = collection.find_articles(sorted({p.article_id for p in passages.values()}))
    standing = standardise(similarities)
    coverages = snapshot.article_coverage(wording.units, ids)
    places = snapshot.positions_of(ids)
    found = {}
    for row, key in enumerate(ids.tolist()):
        passage = passages.get(key)
        article = articles.get(passage.article_id) if passage else None
        if passage is None or article is None:
            continue
        found[key] = _Candidate(
            passage,
            article,
            read(passage.text),
            read(heading(article, passage.subhead)),
            embedded=bool(embedded[row]),
            similarity=float(similarities[row]),
            standing=float(standing[row]),
            article_coverage=float(coverages[row]),
            place=int(places[row]),
        )
    return found


def _in_order(
    candidates: Sequence[_Candidate], scores: Scores, dates: Sequence[DateRange], leading: int
) -> list[_Found]:
    """Best first; of the `leading` ones those that have a date of the question move up."""
    found = []
    for rank, row in enumerate(np.argsort(-scores, kind="stable").tolist()):
        candidate = candidates[row]
        # Dates are looked for where they can matter: finding them costs as much as all the rest.
        dated = bool(dates) and rank < leading
        dated = dated and _is_dated(candidate.passage, candidate.article, dates)
        found.append(_Found(candidate, float(scores[row]) + _DATE_BONUS * dated, dated))
    return sorted(found, key=lambda one: -one.relevance)


def _is_dated(passage: Passage, article: Article, dates: Sequence[DateRange]) -> bool:
    """Whether the passage names one of the dates, or its article appeared then."""
    ranges = [DateRange(article.published, article.published)] if article.published else []
    base = article.published or date.today()
    ranges += [DateRange(m.first, m.last) for m in find_dates(passage.text, base)]
    return any(wanted.meets(named) for wanted in dates for named in ranges)


def _reranked(found: Sequence[_Found], question: str, reader: Reader, count: int) -> list[_Found]:
    """The findings with the best `count` judged by the reader and in the order of both together."""
    leading, rest = found[:count], found[count:]
    passages = [
        (
            surroundings(question, one.candidate.article, one.candidate.passage),
            one.candidate.passage.text,
        )
        for one in leading
    ]
    judged = [
        replace(one, relevance=one.relevance + _JUDGED * judgement.relevance, judgement=judgement)
        for one, judgement in zip(leading, reader.judge(question, passages), strict=True)
    ]
    judged.sort(key=lambda one: -one.relevance)
    # What was not read stays behind what was.
    behind = min(0.0, judged[-1].relevance - rest[0].relevance) if judged and rest else 0.0
    return judged + [replace(one, relevance=one.relevance + behind) for one in rest]


def _distinct(found: Sequence[_Found], k: int) -> list[_Found]:
    kept: list[_Found] = []
    for one in found:
        if len(kept) == k:
            break
        if not any(_repeats(one.candidate, other.candidate) for other in kept):
            kept.append(one)
    return kept


def _repeats(one: _Candidate, other: _Candidate) -> bool:
    """Whether a passage says what another one says, and its article tells the same story.

    Different articles that share a passage, such as an appeal and the news about it, both count:
    what stands around the passage may be what the question asks for.
    """
    if overlap(one.reading, other.reading) < _SAME:
        return False
    if one.article.id == other.article.id:
        return True
    return overlap(read(one.article.text), read(other.article.text)) >= _SAME_STORY


def _explain(kept: Sequence[_Found], wording: Wording) -> list[Evidence]:
    if not kept:
        return []
    coverages = [wording.coverage(one.candidate.text) for one in kept]
    best = kept[0]
    quality = _quality(best.candidate, coverages[0])
    evidence = []
    for one, coverage in zip(kept, coverages, strict=True):
        candidate = one.candidate
        matched = wording.matched(candidate.text)
        answering, answer = _answer(one)
        evidence.append(
            Evidence(
                passage=candidate.passage,
                article=candidate.article,
                # The best gets what it is worth; the others less by how far they are behind.
                score=quality * math.exp((one.relevance - best.relevance) / _FALL),
                similarity=candidate.similarity if candidate.embedded else 0.0,
                coverage=coverage,
                matched=matched,
                reasons=_reasons(one, matched, wording),
                answering=answering,
                answer=answer,
            )
        )
    return evidence


def _quality(candidate: _Candidate, coverage: float) -> float:
    """What the best finding is worth by nearness and wording, by wording alone without a vector."""
    if not candidate.embedded:
        return coverage
    nearness = (candidate.similarity - _COSINE_UNRELATED) / (_COSINE_SAME - _COSINE_UNRELATED)
    return _NEARNESS_SHARE * min(1.0, max(0.0, nearness)) + (1 - _NEARNESS_SHARE) * coverage


def _answer(one: _Found) -> tuple[float | None, Span | None]:
    """How likely the passage answers, in [0, 1], and where in its article; None if not judged."""
    if one.judgement is None:
        return None, None
    start, (first, last) = one.candidate.passage.start, one.judgement.answer
    return 1 / (1 + math.exp(-one.judgement.relevance)), Span(start + first, start + last)


def _reasons(one: _Found, matched: Sequence[str], wording: Wording) -> tuple[str, ...]:
    reasons = []
    if matched:
        reasons.append("命中" + "、".join(f"“{word}”" for word in matched))
    if wording.coverage(one.candidate.over.folded) >= _HEADLINE_SHARE:
        reasons.append("标题相符")
    if one.dated:
        reasons.append("日期相符")
    if one.candidate.embedded and (one.candidate.standing >= _NEAR or not reasons):
        reasons.append("语义相近")
    elif not reasons:
        reasons.append("字词相近")
    judgement = one.judgement
    if judgement is not None and judgement.relevance > 0:
        first, last = judgement.answer
        reasons.append(f"可能的答案“{one.candidate.passage.text[first:last]}”")
    return tuple(reasons)
