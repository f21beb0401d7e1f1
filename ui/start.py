"""The page before the first question: greeting, examples, what is loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.evaluation.drafts import drafts_from_articles
from rag.types import Article
from ui import texts
from ui.markup import escape, problem

_EXAMPLES = 4
_FACTS = 2
_LENGTH = range(6, 25)
_FACT_LENGTH = range(11, 29)
_GOOD_LENGTH = 16
# Enough to choose from; more would only make the first visitor wait.
_LOOKED_AT = 24
_DRAFTS = 8
_WHEN = "什么时候"
_NOUNS = ("n", "j")
# The word cutter takes many verbs of newspapers for nouns.
_TELLING_WORDS = 4
_RUBRIC = re.compile(r"【[^】]*】")
# The beginning of a sentence that goes on, or only says who told it.
_UNFINISHED = re.compile(r"[中时后前内]$|获悉|报道|显示|消息|据|称|同比|表示|[\s（）()“”%\d]")
_NO_STORY = re.compile(r"快讯|简讯|导读|启事|公告|通知|广告|[?？!！…]$")
_ORNATE = re.compile(r"[…“”‘’\"《》「」:：|｜]")


def render_start(
    articles: Sequence[Article], examples: Sequence[str] | None = None, lacking: int = 0
) -> str:
    """Return the HTML of the start page; without articles, how to get some.

    `lacking` is the number of passages that have no vector yet.
    """
    if not articles:
        return problem(texts.EMPTY_COLLECTION, texts.INGEST_COMMAND)
    questions = example_questions(articles) if examples is None else examples
    return (
        f'<section class="start"><h2>{texts.GREETING}</h2><p>{texts.INTRODUCTION}</p>'
        f"{_examples(questions)}<p class='loaded'>{loaded(articles, lacking)}</p></section>"
    )


def _examples(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in questions
    )
    return f"<h3>{texts.EXAMPLES}</h3><ul>{items}</ul>"


def loaded(articles: Sequence[Article], lacking: int = 0) -> str:
    """Return how many articles of which dates there are, and how many passages lack vectors."""
    dated = [item for item in articles if item.published]
    dates = texts.days([item.published for item in dated if item.published])
    if dates and all(item.published_inferred for item in dated):
        dates += f"（{texts.INFERRED}）"
    return (
        texts.LOADED.format(count=len(articles))
        + (texts.LOADED_DATES.format(dates=dates) if dates else "")
        + (texts.LOADED_LACKING.format(count=lacking) if lacking else "")
    )


def example_questions(articles: Sequence[Article]) -> list[str]:
    """Return up to four questions that the articles answer, from articles spread over them all.

    Two ask for a figure or a date where an article states one plainly, the others for what a
    headline means.
    """
    whole = [article for article in articles if article.complete]
    step = max(1, len(whole) // _LOOKED_AT)
    return list(_proposed(tuple(whole[::step][:_LOOKED_AT])))


@lru_cache(maxsize=4)
def _proposed(articles: tuple[Article, ...]) -> tuple[str, ...]:
    facts = {article.id: found for article in articles if (found := _fact(article))}
    asked = dict(_spread(list(facts.items()), _FACTS))
    headlines = {
        article.id: texts.EXAMPLE_HEADLINE.format(headline=phrase)
        for article in articles
        if article.id not in asked and (phrase := _phrase(article))
    }
    # A headline that quotes or puns reads less like a question; it serves when there is no other.
    plain = {key: question for key, question in headlines.items() if not _ORNATE.search(question)}
    wanted = _EXAMPLES - len(asked)
    chosen_from = plain if len(plain) >= wanted else headlines
    rest = dict(_spread(list(chosen_from.items()), wanted))
    chosen = [asked.get(article.id) or rest.get(article.id, "") for article in articles]
    return tuple(dict.fromkeys(filter(None, chosen)))


def _spread(items: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """Return `count` of the items at even distances."""
    return [items[place * len(items) // count] for place in range(min(count, len(items)))]


def _fact(article: Article) -> str:
    """Return the most natural question for a figure or a date of the article, if any."""
    found = []
    for draft in drafts_from_articles([article], per_article=_DRAFTS):
        question = draft.case.question
        if draft.case.tags == ("日期",) and question.startswith(_WHEN):
            clause = question.removeprefix(_WHEN).rstrip("？")
            question = texts.EXAMPLE_DATE.format(clause=clause)
        elif draft.case.tags == ("数字",):
            clause = question.partition("多少")[0]
        else:
            continue
        if len(question) in _FACT_LENGTH and _is_statement(clause):
            found.append(question)
    # Short ones leave out what they are about, long ones nobody would type.
    return min(found, key=lambda question: abs(len(question) - _GOOD_LENGTH), default="")


def _is_statement(clause: str) -> bool:
    """Whether a clause says by itself who does something: a noun or name, then a verb."""
    import rjieba

    if _UNFINISHED.search(clause):
        return False
    tags = [tag for _, tag in rjieba.tag(clause)]
    told = "v" in tags[1:] or len(tags) >= _TELLING_WORDS
    return bool(tags) and tags[0].startswith(_NOUNS) and told


def _phrase(article: Article) -> str:
    """Return the headline as a part of a question, empty when it does not fit into one."""
    # Not put between quotation marks: quoted words have to stand in the text as they are.
    phrase = re.sub(r"[\s　]+", "，", _RUBRIC.sub("", article.headline).strip())
    return phrase if len(phrase) in _LENGTH and not _NO_STORY.search(phrase) else ""
