"""What callers give beside a question, in the forms they give it, as our own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rag.errors import QuestionError
from rag.retrieval.given import kind, search_filters
from rag.types import Filters, Turn

_FORM = 'give a question, or {"question": "…", "history": [("…", "…")], "filters": {…}}'
_TURNS = "give (question, answer) pairs of texts, oldest first"


class Inquiry(NamedTuple):
    """A question with the conversation before it and the filters to search with."""

    question: str
    history: tuple[Turn, ...]
    filters: Filters


def inquiry(given: Any) -> Inquiry:
    """Return what was asked with a question, or with a mapping that holds one.

    Raises:
        QuestionError: it is neither, or one of its parts has another form than expected.
    """
    if isinstance(given, str):
        return Inquiry(given, (), Filters())
    if not isinstance(given, Mapping) or not isinstance(given.get("question"), str):
        raise QuestionError(f"{kind(given)} is not a question", remedy=_FORM)
    unknown = [str(name) for name in given if name not in Inquiry._fields]
    if unknown:
        raise QuestionError(f"unknown beside a question: {', '.join(unknown)}", remedy=_FORM)
    return Inquiry(
        given["question"], turns(given.get("history")), search_filters(given.get("filters"))
    )


def turns(given: Iterable[Turn | Sequence[str]] | None) -> tuple[Turn, ...]:
    """Return earlier turns given as turns, pairs or nothing.

    Raises:
        QuestionError: something else was given.
    """
    if given is None:
        return ()
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise QuestionError(f"{kind(given)} is not a history", remedy=_TURNS)
    return tuple(_turn(pair) for pair in given)


def _turn(pair: Any) -> Turn:
    if isinstance(pair, str | Mapping) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise QuestionError(f"{kind(pair)} is not a turn of a conversation", remedy=_TURNS)
    if not all(isinstance(text, str) for text in pair):
        raise QuestionError("a turn of the history is not two texts", remedy=_TURNS)
    # Half a character in what was said before is no reason not to answer what is asked now.
    question, answer = (text.encode("utf-8", "replace").decode("utf-8") for text in pair)
    return Turn(question, answer)
