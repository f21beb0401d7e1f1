"""What callers give a search, in the forms in which they give it, as our own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from rag.errors import QuestionError
from rag.types import Filters

_KNOWN = tuple(field.name for field in fields(Filters))


def question_text(given: Any) -> str:
    """Return a question as it was given.

    Raises:
        QuestionError: it is no text.
    """
    if not isinstance(given, str):
        raise QuestionError(f"the question is {kind(given)}", remedy="give a text")
    return _encodable("the question", given)


def search_filters(given: Filters | Mapping[str, Any] | None) -> Filters:
    """Return filters given as such, as a mapping (days as dates or YYYY-MM-DD), or not at all.

    Raises:
        QuestionError: a name is unknown or a value does not fit.
    """
    if given is None:
        return Filters()
    if isinstance(given, Filters):
        # Nothing checked these where they were made.
        given = {name: getattr(given, name) for name in _KNOWN}
    if not isinstance(given, Mapping) or not set(given) <= set(_KNOWN):
        shown = ", ".join(map(str, given)) if isinstance(given, Mapping) else kind(given)
        raise QuestionError(f"not filters: {shown}", remedy=f"filters are {', '.join(_KNOWN)}")
    values = {name: value for name, value in given.items() if value is not None}
    for name, value in values.items():
        if name.startswith("published"):
            values[name] = _day(name, value)
        elif not isinstance(value, str):
            raise QuestionError(f"filter {name} is {kind(value)}", remedy="give a text")
        else:
            _encodable(f"the filter {name}", value)
    return Filters(**values)


def kind(value: Any) -> str:
    """Name what was given, not what it holds: that may be long, or not printable."""
    if isinstance(value, Mapping):
        return f"a mapping of {', '.join(map(repr, value))}" if value else "an empty mapping"
    return f"a value of type {type(value).__name__}"


def _day(name: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise QuestionError(
            f"filter {name} is no day: {value!r}", remedy="give a date or YYYY-MM-DD"
        ) from error


def _encodable(name: str, text: str) -> str:
    """Return the text; halves of characters, as wrong encodings leave them, cannot be searched."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionError(
            f"{name} is not valid Unicode text (character {error.start + 1})",
            remedy="send it as UTF-8",
        ) from error
    return text
