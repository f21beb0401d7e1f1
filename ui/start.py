"""The page before the first question: greeting, examples, what is loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Article
from ui import texts
from ui.markup import escape, problem

_EXAMPLES = 4
_LENGTH = range(6, 25)


def render_start(articles: Sequence[Article], examples: Sequence[str] | None = None) -> str:
    """Return the HTML of the start page; without articles, how to get some."""
    if not articles:
        return problem(texts.EMPTY_COLLECTION, texts.INGEST_COMMAND)
    questions = example_questions(articles) if examples is None else examples
    return (
        f'<section class="start"><h2>{texts.GREETING}</h2><p>{texts.INTRODUCTION}</p>'
        f"{_examples(questions)}<p class='loaded'>{loaded(articles)}</p></section>"
    )


def _examples(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in questions
    )
    return f"<h3>{texts.EXAMPLES}</h3><ul>{items}</ul>"


def loaded(articles: Sequence[Article]) -> str:
    """Return how many articles of which dates there are."""
    dates = texts.days([item.published for item in articles if item.published])
    return texts.LOADED.format(count=len(articles)) + (
        texts.LOADED_DATES.format(dates=dates) if dates else ""
    )


def example_questions(articles: Sequence[Article]) -> list[str]:
    """Return up to four questions made from headlines spread over the collection."""
    phrases = list(dict.fromkeys(filter(None, map(_phrase, articles))))
    step = max(1, len(phrases) // _EXAMPLES)
    chosen = phrases[::step][:_EXAMPLES]
    return [
        form.format(headline=phrase)
        for form, phrase in zip(texts.EXAMPLE_FORMS, chosen, strict=False)
    ]


def _phrase(article: Article) -> str:
    """Return the telling part of a headline, empty when it does not fit into a question."""
    if not article.complete:
        return ""
    parts = re.split(r"[\s　]+", article.headline.strip())
    fitting = [part for part in (article.headline, *parts) if len(part) in _LENGTH]
    phrase = fitting[0] if fitting else ""
    return re.sub(r"[\s　]+", "，", phrase.replace("“", "‘").replace("”", "’"))
