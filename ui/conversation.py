"""A conversation as the page keeps it: what was asked, what was answered, from where.

It is stored in the reader's own browser, so it comes back as untrusted data: `load` accepts
only what fits the dataclasses exactly.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from rag.types import Answer, AnswerSentence, Evidence, Source, Turn

MAX_EXCHANGES = 30
_SNIPPET_CHARS = 80


class Status(StrEnum):
    """How far an answer came."""

    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Found:
    """One article that the search found, with its best passage.

    `start` and `end` are the passage in the article's text; `places` counts its passages found.
    """

    article_id: str
    headline: str
    published: date | None
    published_inferred: bool
    start: int
    end: int
    snippet: str
    reasons: tuple[str, ...] = ()
    places: int = 1


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with what is known of its answer.

    `limits` says in words which articles were searched, empty when all were; `reason` why nothing
    is answered.
    `problem`, `command` and `detail` are set when it failed. `rating` is the reader's.
    """

    question: str
    limits: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    status: Status = Status.INTERRUPTED
    text: str = ""
    sentences: tuple[AnswerSentence, ...] = ()
    sources: tuple[Source, ...] = ()
    found: tuple[Found, ...] = ()
    refused: bool = False
    reason: str = ""
    related: tuple[Found, ...] = ()
    problem: str = ""
    command: str = ""
    detail: str = ""
    rating: Literal["", "up", "down"] = ""
    rating_closed: bool = False

    def source(self, number: int) -> Source | None:
        """Return the source with this number, None when there is none."""
        return next((source for source in self.sources if source.number == number), None)


Conversation = tuple[Exchange, ...]
_ADAPTER: TypeAdapter[Conversation] = TypeAdapter(Conversation)


def load(stored: object) -> Conversation:
    """Return the conversation from the browser's data; empty when it does not fit."""
    try:
        return _ADAPTER.validate_python(stored or ())[-MAX_EXCHANGES:]
    except ValidationError:
        return ()


def dump(conversation: Conversation) -> list[dict[str, object]]:
    """Return the conversation as JSON-ready data."""
    data: list[dict[str, object]] = _ADAPTER.dump_python(conversation, mode="json")
    return data


def turns(conversation: Conversation) -> list[Turn]:
    """Return the finished exchanges as history for a follow-up question."""
    return [Turn(item.question, item.text) for item in conversation if item.status is Status.DONE]


def group_by_article(evidence: tuple[Evidence, ...]) -> tuple[Found, ...]:
    """Return one entry for each article, in the order of its best passage."""
    places: dict[str, list[Evidence]] = {}
    for item in evidence:
        places.setdefault(item.article.id, []).append(item)
    return tuple(_found(items) for items in places.values())


def finished(exchange: Exchange, answer: Answer) -> Exchange:
    """Return the exchange with its whole answer."""
    return Exchange(
        question=exchange.question,
        limits=exchange.limits,
        id=exchange.id,
        status=Status.DONE,
        text=answer.text,
        sentences=answer.sentences,
        sources=answer.sources,
        found=group_by_article(answer.evidence) or exchange.found,
        refused=answer.refused,
        reason=answer.reason,
        related=group_by_article(answer.related),
    )


def _found(items: list[Evidence]) -> Found:
    best = items[0]
    snippet = " ".join(best.passage.text.split())
    if len(snippet) > _SNIPPET_CHARS:
        snippet = snippet[:_SNIPPET_CHARS] + "…"
    return Found(
        article_id=best.article.id,
        headline=best.article.headline,
        published=best.article.published,
        published_inferred=best.article.published_inferred,
        start=best.passage.start,
        end=best.passage.end,
        snippet=snippet,
        reasons=best.reasons,
        places=len(items),
    )
