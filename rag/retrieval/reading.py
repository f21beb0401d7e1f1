"""What the reader makes of what was found: it judges the best passages, and reads on in doubt.

Who asks in other words than the article's finds the article by what it is about, and the passage
that answers may share no word with the question. So where no passage convinces the reader, it
reads the rest of the best articles, as a person would who has found the right page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.retrieval.candidates import Found, distinct
from rag.retrieval.surroundings import surroundings

if TYPE_CHECKING:
    from rag.models.reader import Reader

# Log-odds from which on a passage is taken to answer, so that nothing more is read.
_CONVINCED = 1.0
# Share of the article's best passage in the relevance of each, once it is read on: that it was
# found speaks for all of it, and the reader says where. Chosen on development data as the rest,
# see benchmarks/README.md.
_ARTICLE_SHARE = 0.8


def judged(found: Sequence[Found], question: str, reader: Reader, count: int) -> list[Found]:
    """Return the findings in their new order, the best `count` of them judged by the reader."""
    leading = _judge(found[:count], question, reader)
    leading.sort(key=lambda one: -one.score)
    return leading + _behind(leading, found[count:])


def is_convinced(found: Sequence[Found]) -> bool:
    """Return whether the reader holds one of the passages for an answer."""
    return any(one.judgement.relevance >= _CONVINCED for one in found if one.judgement)


def read_on(
    found: Sequence[Found], more: Sequence[Found], question: str, reader: Reader
) -> list[Found]:
    """Return the findings in their new order, with `more` passages of their articles read."""
    read = [one for one in found if one.judgement is not None]
    best: dict[str, float] = {}
    for one in read:
        key = one.candidate.article.id
        best[key] = max(best.get(key, one.relevance), one.relevance)
    added = _judge([replace(one, read_on=True) for one in more], question, reader)
    together = [
        replace(
            one,
            relevance=_ARTICLE_SHARE * best[one.candidate.article.id]
            + (1 - _ARTICLE_SHARE) * one.relevance,
        )
        for one in (*read, *added)
    ]
    together.sort(key=lambda one: -one.score)
    # What the channels found of the same passages stands among them now.
    known = {one.candidate.passage.id for one in together}
    rest = [one for one in found if one.candidate.passage.id not in known]
    return distinct(together + _behind(together, rest), len(together) + len(rest))


def _judge(found: Sequence[Found], question: str, reader: Reader) -> list[Found]:
    if not found:
        return []
    passages = [
        (
            surroundings(question, one.candidate.article, one.candidate.passage),
            one.candidate.passage.text,
        )
        for one in found
    ]
    return [
        replace(one, judgement=judgement)
        for one, judgement in zip(found, reader.judge(question, passages), strict=True)
    ]


def _behind(read: Sequence[Found], rest: Sequence[Found]) -> list[Found]:
    """What was not read, behind what was."""
    behind = min(0.0, read[-1].score - rest[0].score) if read and rest else 0.0
    return [replace(one, relevance=one.relevance + behind) for one in rest]
