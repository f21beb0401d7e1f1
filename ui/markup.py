"""The smallest pieces of HTML: escaped text, dates and buttons."""

from __future__ import annotations

import html
from datetime import date

from rag.answering.plain import without_invisible
from ui import texts


def escape(text: str) -> str:
    """Return text that shows literally wherever it is put: in content and in attributes.

    Invisible characters are left out: they could turn the direction of what stands around them.
    Besides HTML, the braces and the dollar sign are written as entities, because the page
    library's own templates give them a meaning.
    """
    escaped = html.escape(without_invisible(text), quote=True)
    for character in "${}`":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return escaped


def button(label: str, action: str, *, css: str = "", title: str = "", **data: object) -> str:
    """Return a button whose click reaches the server as `action` with `data`."""
    attributes = [f'class="{css}"'] if css else []
    attributes.append(f'data-do="{escape(action)}"')
    attributes += [f'data-{name}="{escape(str(value))}"' for name, value in data.items()]
    if title:
        attributes.append(f'aria-label="{escape(title)}" title="{escape(title)}"')
    return f'<button type="button" {" ".join(attributes)}>{escape(label)}</button>'


def published(day: date | None, *, inferred: bool) -> str:
    """Return the publication date, marked when it was inferred."""
    if day is None:
        return f'<span class="date">{texts.NO_DATE}</span>'
    mark = (
        f' <span class="inferred" title="{texts.INFERRED_TIP}">{texts.INFERRED}</span>'
        if inferred
        else ""
    )
    return f'<time class="date" datetime="{day.isoformat()}">{texts.day(day)}</time>{mark}'


def problem(sentence: str, command: str = "", detail: str = "") -> str:
    """Return a calm note: what is wrong, the command that mends it, and the technical text."""
    parts = [f"<p>{escape(sentence)}</p>"]
    if command:
        parts.append(f"<p>{texts.ADMINISTRATOR}<br><code>{escape(command)}</code></p>")
    if detail:
        parts.append(
            f"<details><summary>{texts.TECHNICAL}</summary><p>{escape(detail)}</p></details>"
        )
    return f'<div class="note" role="status">{"".join(parts)}</div>'


def alert(text: str) -> str:
    """Return a line that screen readers read out at once, empty for no text."""
    return f'<p role="alert">{escape(text)}</p>' if text else ""


def remark(text: str, more: str = "") -> str:
    """Return a line that screen readers read out when they have time; `more` is HTML after it."""
    return f'<p role="status">{escape(text)}{more}</p>'
