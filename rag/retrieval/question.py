"""A question as it is to be searched: completed from the conversation, with the dates it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rag.chinese.dates import DateMention, find_dates, is_weekday
from rag.chinese.festivals import find_festivals
from rag.chinese.normalise import level, simplify_phrases
from rag.chinese.spoken import without_ending, written, written_days, written_words
from rag.retrieval.followup import complete
from rag.types import Turn

Rewrite = Callable[[str, Sequence[Turn]], "str | None"]
"""From a follow-up and the turns before it to the whole question; None when it does not know."""


class DateRange(NamedTuple):
    """Whole days, both inclusive; with `any_year`, the same days of every year."""

    first: date
    last: date
    any_year: bool = False

    def meets(self, other: DateRange) -> bool:
        """Return whether the two have a day in common."""
        if self.first <= other.last and other.first <= self.last:
            return True
        if self.any_year:
            return _same_days(self, other)
        return other.any_year and _same_days(other, self)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a conversation.

    `text` is what was asked; `search_text` the same to be searched: in simplified characters, which
    the embedder knows best, without courtesy, and with what earlier turns supply;
    `asked` is the question as it is put to who answers, and `before` the one that it follows where
    it does not stand by itself; `dates` are the days it names; `followed_up` whether anything was
    supplied; `printed` whether it asks for what was printed on these days (12月16日的报纸), so that
    they are a filter where something was, and not a preference only.
    """

    text: str
    search_text: str
    dates: tuple[DateRange, ...] = ()
    followed_up: bool = False
    printed: bool = False
    asked: str = ""
    before: str = ""


# 昨天, 上周五: articles name such a day by its date.
_SPOKEN_DAY = re.compile(r"[天昨今明前后周期拜]")
# 12月16日的报道 may also be about that day and printed on the next one.
_PRINTED = re.compile(
    r"(?:《[^》]{1,10}报》|(?:的|那天的?|当天的?)?\s*"
    r"(?:报纸|报上|头版|要闻|版面|见报|刊登|刊发|刊载|登载|早报|晚报|日报)"
    # 的福州晚报, and not 福州日报社
    r"|(?:的|那天的|当天的)(?:《[^》]{1,10}报》|[^\W\d_]{2,4}[日早晚]报(?!社|讯|告)))"
)
_DAYS_OF_MONTH = 31


def understand(
    question: str,
    history: Sequence[Turn] = (),
    *,
    today: date,
    rewrite: Rewrite | None = None,
) -> Question:
    """Return the question with what it leaves unsaid supplied from earlier turns.

    A follow-up (他还强调了什么？ / 那第二名呢？) is completed by the rules of `followup`, or by
    `rewrite`, for example a language model, which is asked for follow-ups only; where it returns
    nothing the rules decide. Dates are resolved against `today`; a day of the month takes its month
    from the conversation. What `rewrite` raises is passed on.
    """
    text = question.strip()
    asked, turns = _in_writing(text, history)
    completion = complete(asked, turns)
    search_text = completion.text
    if rewrite is not None and completion.followed_up:
        search_text = (rewrite(text, history) or "").strip() or search_text
    before = "，".join(turn.question for turn in turns).replace("\n", " ")
    spoken = _dates(asked, before, today)
    if not spoken and completion.followed_up:
        spoken = _dates(search_text, "", today)
    return Question(
        text,
        _with_days(written(simplify_phrases(search_text)), spoken),
        tuple(range_ for _, range_ in spoken),
        completion.followed_up,
        any(_PRINTED.match(level(asked), mention.end) for mention, _ in spoken if mention),
        (completion.core or completion.text) if completion.followed_up else text,
        completion.before if completion.core else "",
    )


def _in_writing(text: str, history: Sequence[Turn]) -> tuple[str, list[Turn]]:
    """A question and the turns before it as they are written: by that it is told what they need."""
    turns: list[Turn] = []
    for question, answer in [*history, Turn(text, "")]:
        words = without_ending(written_words(simplify_phrases(question)))
        turns.append(Turn(written_days(words, [turn.question for turn in turns]), answer))
    return turns[-1].question, turns[:-1]


def _dates(text: str, before: str, today: date) -> list[tuple[DateMention | None, DateRange]]:
    """The days that `text` names, understood as what follows `before`."""
    shift = len(before) + 1 if before else 0
    mentions = find_dates(f"{before}，{text}" if before else text, today)
    found: list[tuple[DateMention | None, DateRange]] = []
    for mention in mentions:
        if mention.start < shift or is_weekday(mention.text):
            continue
        own = DateMention(
            mention.start - shift,
            mention.end - shift,
            mention.text,
            mention.first,
            mention.last,
            mention.yearless,
        )
        found.append((own, DateRange(own.first, own.last, own.yearless)))
    for feast in find_festivals(text, today):
        # 今年春节 names a festival, not the year; 12月31日元旦前夕 names the day.
        found = [one for one in found if not (one[0] and feast.start <= one[0].start < feast.end)]
        found.append((None, DateRange(feast.first, feast.last)))
    return found


def _with_days(text: str, spoken: Sequence[tuple[DateMention | None, DateRange]]) -> str:
    """The text, and behind it the dates of the days that it names by other words."""
    days = [
        f"{mention.first.month}月{mention.first.day}日"
        for mention, _ in spoken
        if mention and mention.first == mention.last and _SPOKEN_DAY.search(level(mention.text))
    ]
    return " ".join([text, *(day for day in dict.fromkeys(days) if day not in level(text))])


def _same_days(yearless: DateRange, other: DateRange) -> bool:
    """Whether the days of any year lie in another range; a range of years has no days to tell."""
    if (other.last - other.first).days > _DAYS_OF_MONTH:
        return False
    length = (yearless.last - yearless.first).days
    for year in range(other.first.year - 1, other.last.year + 1):
        try:
            first = yearless.first.replace(year=year)
        except ValueError:
            # 29 February of a common year.
            continue
        last = date.fromordinal(first.toordinal() + length)
        if first <= other.last and other.first <= last:
            return True
    return False
