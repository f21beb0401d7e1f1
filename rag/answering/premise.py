"""What a question takes for granted, held against the articles that were found.

谁参加了12月20日的会议? takes for granted that the articles speak of 12月20日. When no found article
does, no sentence of theirs can be the answer, however near its wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answering.facts import Fact, FactKind, SourceText, facts_of, missing_facts
from rag.chinese.dates import find_dates
from rag.types import Article

# Days named from the asker's today; the articles cannot hold them word for word.
_RELATIVE = re.compile(
    r"[今昨明前后]天|[今昨明]日|[上本这下]{1,2}(?:周|星期|礼拜|个?月)|[今去明前后]年|近|最近|年[初底末]"
)


def false_premises(question: str, articles: Sequence[Article], today: date) -> tuple[Fact, ...]:
    """Return the dates and quoted words of `question` that none of `articles` holds.

    今年 is the asker's year, or the year of an article that says 今年 itself.
    """
    claimed = [fact for fact in facts_of(question) if fact.kind in (FactKind.DATE, FactKind.QUOTE)]
    sources = [
        SourceText(article.text, f"{article.kicker} {article.headline}", article.published)
        for article in articles
    ]
    return tuple(
        fact
        for fact in claimed
        if not (
            _relative_date_held(fact, articles, today)
            or any(fact.text in article.text for article in articles)
            if fact.kind is FactKind.DATE and _RELATIVE.search(fact.text)
            else not missing_facts([fact], sources)
        )
    )


def _relative_date_held(fact: Fact, articles: Sequence[Article], today: date) -> bool:
    asked = find_dates(fact.text, today)
    if not asked:
        return True
    first, last = asked[0].first, asked[0].last
    for article in articles:
        if article.published is None or first <= article.published <= last:
            return True
        mentions = find_dates(article.text, article.published)
        if any(mention.first <= last and first <= mention.last for mention in mentions):
            return True
    return False
