"""The JSON form of articles, evidence and answers, the same on the command line and over HTTP."""

from __future__ import annotations

from typing import Any

from rag.errors import WenBaoError
from rag.types import Answer, AnswerSentence, Article, Evidence, IngestReport, Source


def article_record(article: Article) -> dict[str, Any]:
    """Return an article; dates as YYYY-MM-DD, null when unknown."""
    return {
        "id": article.id,
        "headline": article.headline,
        "kicker": article.kicker,
        "byline": list(article.byline),
        "published": article.published.isoformat() if article.published else None,
        "published_inferred": article.published_inferred,
        "section": article.section,
        "complete": article.complete,
        "paragraphs": [paragraph.text for paragraph in article.paragraphs],
        "subheads": list(dict.fromkeys(p.subhead for p in article.paragraphs if p.subhead)),
        "text": article.text,
        "source": article.source,
        "url": article.url,
    }


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Return a found passage with its article's headline and why it was found."""
    article, passage = evidence.article, evidence.passage
    return {
        "headline": article.headline,
        "published": article.published.isoformat() if article.published else None,
        "published_inferred": article.published_inferred,
        "source": article.source,
        "article_id": article.id,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "score": round(evidence.score, 4),
        "similarity": round(evidence.similarity, 4),
        "coverage": round(evidence.coverage, 4),
        "matched": list(evidence.matched),
        "reasons": list(evidence.reasons),
    }


def source_record(source: Source) -> dict[str, Any]:
    """Return a numbered source sentence; `start` and `end` are offsets into the article's text."""
    return {
        "number": source.number,
        "headline": source.headline,
        "published": source.published.isoformat() if source.published else None,
        "published_inferred": source.published_inferred,
        "source": source.source,
        "article_id": source.article_id,
        "quote": source.quote,
        "start": source.start,
        "end": source.end,
    }


def sentence_record(sentence: AnswerSentence) -> dict[str, Any]:
    """Return an answer sentence with its verdict and the numbers of its sources."""
    return {
        "text": sentence.text,
        "verdict": sentence.verdict.value,
        "citations": list(sentence.citations),
        "missing": list(sentence.missing),
    }


def answer_record(answer: Answer, *, trace: bool = False) -> dict[str, Any]:
    """Return an answer; `trace` adds what each step decided."""
    record: dict[str, Any] = {
        "question": answer.question,
        "text": answer.text,
        "refused": answer.refused,
        "reason": answer.reason,
        "sentences": [sentence_record(sentence) for sentence in answer.sentences],
        "sources": [source_record(source) for source in answer.sources],
        "related": [evidence_record(evidence) for evidence in answer.related],
        "generator": answer.generator,
        "timings": answer.timings,
    }
    if trace:
        record["evidence"] = [evidence_record(evidence) for evidence in answer.evidence]
        record["trace"] = answer.trace
    return record


def ingest_record(report: IngestReport) -> dict[str, Any]:
    """Return what an ingestion did."""
    problems = {
        name: [{"source": p.source, "reason": p.reason} for p in getattr(report, name)]
        for name in ("dropped", "doubted")
    }
    return {
        "added": report.added,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "passages_embedded": report.passages_embedded,
        "seconds": round(report.seconds, 3),
        **problems,
    }


def error_record(error: WenBaoError) -> dict[str, Any]:
    """Return what went wrong, as the object that stands in place of a result."""
    kind = type(error).__name__
    return {"error": {"type": kind, "message": error.message, "remedy": error.remedy}}
