"""Which sentences of the found passages go before the generator, and how they are laid out.

Prompt processing is what costs time on a CPU, and five good sentences beat whole passages.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.focus import Focus, focus_of, holds
from rag.answering.orders import gives_orders, reported
from rag.chinese.sentences import split_sentences
from rag.chinese.words import bigrams, content_words
from rag.settings import AnsweringSettings
from rag.types import Article, Evidence, Sentence, Span

# Weights of a sentence's score; the wording of the question counts most.
_PASSAGE_WEIGHT = 0.5
_CONTEXT_WEIGHT = 0.3
_FOCUS_BONUS = 0.12
_READER_WEIGHT = 0.8
_LENGTH_PIVOT = 60
_LENIENCE = 0.25
# A question in an article (谁是受害者？) repeats the asker's words and answers nothing.
_QUESTION_PENALTY = 0.5
# What scores this far below the best sentence distracts a small model more than it helps.
_WORTH_READING = 0.4
_AT_LEAST = 2
# A sentence that starts so cannot be understood without the one before it.
_LEANS_BACK = re.compile(r"^(?:他|她|它|其|该|这|此|对此|同时|此外|另外|因此|为此|二是|三是|四是)")
_DATELINE = re.compile(
    r"^\s*【?(?:本报讯|本报消息|[新中][华国]?新?社[\u4e00-\u9fff]{2,10}\d{1,2}月\d{1,2}日电)】?"
    r"\s*(?:[(（][^)）]{0,40}[)）])?\s*"
)


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence that may support an answer; `score` is higher for one nearer to the question.

    `answering` is how likely the reader holds it that the question is answered by `answer`, which
    stands in this sentence, in [0, 1]; None where it read nothing or saw the answer elsewhere.
    """

    sentence: Sentence
    article: Article
    score: float
    subhead: str = ""
    answering: float | None = None
    answer: str = ""


def sentences_of(evidence: Sequence[Evidence]) -> list[EvidenceSentence]:
    """Return every sentence of the found passages once, unscored, best passage first.

    Sentences that give orders to whoever answers are left out: they report nothing.
    """
    seen: set[tuple[str, int]] = set()
    found: list[EvidenceSentence] = []
    for item in evidence:
        article, passage = item.article, item.passage
        for start, end in split_sentences(article.text[passage.start : passage.end]):
            start, end = start + passage.start, end + passage.start
            # The dateline is the paper's mark, not part of what the sentence says.
            start += _dateline_length(article.text[start:end])
            if start >= end or (article.id, start) in seen:
                continue
            if gives_orders(article.text[start:end]):
                continue
            seen.add((article.id, start))
            found.append(_of_passage(item, Span(start, end)))
    return found


def _of_passage(item: Evidence, place: Span) -> EvidenceSentence:
    article = item.article
    start, end = place
    sentence = Sentence(article.id, article.text[start:end], start, end)
    one = EvidenceSentence(sentence, article, item.score, item.passage.subhead)
    # An answer that begins in one sentence and ends in the next is the first one's.
    if item.answer is None or not start <= item.answer.start < end:
        return one
    answer = article.text[item.answer.start : min(item.answer.end, end)]
    return replace(one, answering=item.answering, answer=answer)


def as_statement(text: str) -> str:
    """Return a sentence as it stands alone: with a full stop where it was cut, or never ended."""
    stripped = text.rstrip(";；,，:：、 ")
    return stripped if stripped[-1:] in "。！？!?”…" else stripped + "。"


def select_sentences(
    question: str, evidence: Sequence[Evidence], settings: AnsweringSettings
) -> list[EvidenceSentence]:
    """Return the sentences that matter for `question`, best first, within the settings' budget."""
    candidates = score_sentences(question, sentences_of(evidence))
    chosen: list[EvidenceSentence] = []
    budget = settings.evidence_chars
    by_place = {(c.article.id, c.sentence.end): c for c in candidates}
    ordered = sorted(candidates, key=lambda c: -c.score)
    for candidate in ordered:
        far = candidate.score < _WORTH_READING * ordered[0].score
        if len(chosen) >= settings.sentences or (far and len(chosen) >= _AT_LEAST):
            break
        for part in _with_antecedent(candidate, by_place):
            length = len(part.sentence.text)
            if part not in chosen and (length <= budget or not chosen):
                chosen.append(part)
                budget -= length
    return chosen


def score_sentences(
    question: str, candidates: Sequence[EvidenceSentence]
) -> list[EvidenceSentence]:
    """Return the candidates with scores: the share of the question's wording that they hold.

    Words are weighed by how few candidates hold them (inverse document frequency over the
    candidates themselves), the headline and subhead count in part, and the passage's own score
    carries what wording cannot see.
    """
    if not candidates:
        return []
    asked = set(_terms(question))
    texts = [set(_terms(c.sentence.text)) for c in candidates]
    frequency = Counter(term for terms in texts for term in terms & asked)
    weights = {t: math.log1p(len(candidates) / (0.5 + frequency[t])) for t in asked}
    total = sum(weights.values()) or 1.0
    focus = focus_of(question)
    best_passage = max(c.score for c in candidates) or 1.0
    scored = []
    for candidate, terms in zip(candidates, texts, strict=True):
        context = set(_terms(f"{candidate.article.headline} {candidate.subhead}"))
        own = sum(weights[t] for t in asked & terms) / total
        around = sum(weights[t] for t in (asked & context) - terms) / total
        # Long sentences hold more words by chance (BM25's length pivot, b = 0.25).
        own /= (
            1
            - _LENIENCE
            + _LENIENCE * max(1.0, len(candidate.sentence.text) / _LENGTH_PIVOT) ** 0.5
        )
        if candidate.sentence.text.rstrip('”’"」』)）').endswith(("？", "?")):
            own *= _QUESTION_PENALTY
        score = own + _CONTEXT_WEIGHT * around
        score += _PASSAGE_WEIGHT * candidate.score / best_passage * (0.5 + 0.5 * own)
        if focus is not Focus.OTHER and holds(focus, candidate.sentence.text, question):
            score += _FOCUS_BONUS
        score += _READER_WEIGHT * (candidate.answering or 0.0)
        scored.append(replace(candidate, score=score))
    return scored


def render(selected: Sequence[EvidenceSentence]) -> str:
    """Return the prompt's evidence block: by article, best article first, in reading order."""
    articles = dict.fromkeys(item.article.id for item in selected)
    return "\n".join(
        "\n".join(_render_article([item for item in selected if item.article.id == article_id]))
        for article_id in articles
    )


def _render_article(items: list[EvidenceSentence]) -> Iterator[str]:
    article = items[0].article
    date = (
        f"（{article.published:%Y}年{article.published.month}月{article.published.day}日）"
        if (article.published)
        else ""
    )
    # A headline cannot end its own line, or its quotation marks.
    headline = re.sub(r"[\s《》]+", " ", reported(article.headline)).strip()
    yield f"《{headline or '无题'}》{date}"
    text = ""
    end = -1
    for item in sorted(items, key=lambda item: item.sentence.start):
        gap = article.text[end : item.sentence.start] if end >= 0 else ""
        text += ("……" if gap.strip() else "") + item.sentence.text
        end = item.sentence.end
    # Line breaks and tags inside quoted material could pass for the prompt's own structure.
    yield re.sub(r"\s+", " ", text)


def _with_antecedent(
    candidate: EvidenceSentence, by_place: dict[tuple[str, int], EvidenceSentence]
) -> list[EvidenceSentence]:
    if not _LEANS_BACK.match(candidate.sentence.text):
        return [candidate]
    before = by_place.get((candidate.article.id, candidate.sentence.start))
    return [candidate, before] if before else [candidate]


def _terms(text: str) -> list[str]:
    return bigrams(text) + content_words(text)


def _dateline_length(text: str) -> int:
    match = _DATELINE.match(text)
    return match.end() if match else 0
