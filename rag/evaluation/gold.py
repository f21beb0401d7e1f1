"""Whether a passage or a cited sentence is what the evaluator marked as gold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from rag.evaluation.cases import Case, GoldArticle, Problem, TestSet
from rag.evaluation.outcome import CitedSource, FoundPassage
from rag.evaluation.text import LONG_ANSWER, comparable, contains, rouge_l_recall
from rag.types import Article

QUOTE_SHARE = 0.5
"""Share of a gold quote that a passage has to hold in one piece: passages may cut a quote."""

SENTENCE_SHARE = 0.8
"""Share of a text that a longer quote has to hold: one sentence of a quote of several."""

_SHORT_QUOTE = 6
_TITLE_CHARS = 24
_NAMED = 3


@dataclass(frozen=True)
class GoldFinder:
    """Finds gold in results; knows the articles that travel with the test set."""

    articles: tuple[GoldArticle, ...] = ()

    @classmethod
    def of(cls, test_set: TestSet) -> GoldFinder:
        """The finder of a test set."""
        return cls(test_set.articles)

    @cached_property
    def _texts(self) -> dict[str, GoldArticle]:
        return {article.id: article for article in self.articles}

    def title(self, key: str, evidence: Iterable[FoundPassage] = ()) -> str:
        """What a person calls a gold article: its headline where it is known, else the key."""
        article = self._texts.get(key)
        if article is not None:
            return article.headline or f"{article.text[:_TITLE_CHARS]}…"
        return next((item.headline for item in evidence if item.article_id == key), key)

    def units(self, case: Case) -> tuple[str, ...]:
        """The names of what has to be found: one for each quote, else one for each article."""
        kind, golds = ("quote", case.quotes) if case.quotes else ("article", case.relevant)
        return tuple(f"{kind}:{index}" for index in range(len(golds)))

    def ranking(self, case: Case, evidence: Sequence[FoundPassage]) -> list[str]:
        """The result as a list of units without repetition, best first.

        A passage stands for the gold units that it brings for the first time. A passage that only
        repeats what was found before takes no place; any other takes one place, for gold by
        article one place for all passages of its article.
        """
        ranked: list[str] = []
        for item in evidence:
            matched = self.matched(case, item)
            if matched:
                ranked += [unit for unit in matched if unit not in ranked]
                continue
            name = f"passage {item.passage_id}" if case.quotes else f"other {item.article_id}"
            if name not in ranked:
                ranked.append(name)
        return ranked

    def matched(self, case: Case, item: FoundPassage) -> list[str]:
        """The gold units that a passage is."""
        if case.quotes:
            return [
                unit
                for unit, quote in zip(self.units(case), case.quotes, strict=True)
                if quotes_overlap(item.text, quote)
            ]
        return [
            unit
            for unit, key in zip(self.units(case), case.relevant, strict=True)
            if self._is_article(key, item, item.text)
        ]

    def cited(self, case: Case, source: CitedSource) -> list[str]:
        """The gold units that a cited sentence is."""
        if case.quotes:
            return [
                unit
                for unit, quote in zip(self.units(case), case.quotes, strict=True)
                if quotes_overlap(source.quote, quote)
            ]
        return [
            unit
            for unit, key in zip(self.units(case), case.relevant, strict=True)
            if self._is_article(key, source, source.quote)
        ]

    def holds_gold(self, case: Case, source: CitedSource) -> bool:
        """Whether a cited sentence holds a gold answer or quote; else whether its article is gold.

        The article counts only for cases without quotes whose answers are too long to be found in
        one sentence, or that have none.
        """
        if case.quotes and self.cited(case, source):
            return True
        spellings = wanted(case)
        if any(holds_answer(source.quote, answer) for answer in spellings):
            return True
        short = [answer for answer in spellings if len(comparable(answer)) < LONG_ANSWER]
        return not short and not case.quotes and bool(self.cited(case, source))

    def _is_article(self, key: str, item: FoundPassage | CitedSource, text: str) -> bool:
        url = item.url if isinstance(item, FoundPassage) else ""
        if key and key in {item.article_id, item.source, url}:
            return True
        if key and (same_name(key, item.headline) or key in _source_names(item.source)):
            return True
        article = self._texts.get(key)
        return article is not None and comparable(text) in _article_text(article)


def unknown_gold(test_set: TestSet, articles: Iterable[Article]) -> tuple[Problem, ...]:
    """A warning when cases look for gold articles that are not among those indexed.

    No search can find these, whatever it is worth. Articles that travel with the test set may be
    indexed under other names.
    """
    travelling = {article.id for article in test_set.articles}
    known = set()
    for article in articles:
        known |= {article.id, article.url, article.source, comparable(article.headline)}
        known |= _source_names(article.source)
    unknown = [
        [key for key in case.relevant if not {key, comparable(key)} & (known | travelling)]
        if case.answerable and not case.quotes
        else []
        for case in test_set.cases
    ]
    keys = list(dict.fromkeys(key for found in unknown for key in found))
    if not keys:
        return ()
    count = sum(map(bool, unknown))
    named = "".join(f"《{key}》" for key in keys[:_NAMED]) + ("…" if len(keys) > _NAMED else "")
    message = (
        f"{count} questions name gold articles that are not in the collection, so they count as"
        f" not found: {named}"
    )
    return (Problem(0, "relevant", message, "warning"),)


def wanted(case: Case) -> tuple[str, ...]:
    """Every wording that counts as an answer or as a part of one."""
    return case.answers + tuple(spelling for point in case.points for spelling in point)


def holds_answer(text: str, answer: str) -> bool:
    """Whether a source text holds an answer, a long one for the most part."""
    if contains(text, answer):
        return True
    return len(comparable(answer)) >= LONG_ANSWER and rouge_l_recall(text, answer) >= QUOTE_SHARE


def quotes_overlap(text: str, quote: str) -> bool:
    """Whether `text` holds `quote`, or a large part of it where a boundary cuts it.

    Both are compared in search form without punctuation. A short quote has to be whole. The text
    may also be the shorter one: one sentence of a quote of several.
    """
    ours, gold = comparable(text), comparable(quote)
    if not ours or not gold:
        return False
    if gold in ours:
        return True
    if min(len(ours), len(gold)) <= _SHORT_QUOTE:
        return False
    match = SequenceMatcher(None, ours, gold, autojunk=False).find_longest_match()
    needed = QUOTE_SHARE * len(gold) if len(gold) <= len(ours) else SENTENCE_SHARE * len(ours)
    return match.size >= max(_SHORT_QUOTE, needed)


def same_name(key: str, headline: str) -> bool:
    """Whether both are one headline, punctuation and width aside."""
    return bool(comparable(key)) and comparable(key) == comparable(headline)


def answer_found(case: Case, evidence: Iterable[FoundPassage]) -> bool:
    """Whether any passage holds a gold answer."""
    return any(holds_answer(item.text, answer) for item in evidence for answer in wanted(case))


def _source_names(source: str) -> set[str]:
    """The last part of a source path, with and without its ending, and the part after its '#'."""
    tail = source.replace("\\", "/").rsplit("/", 1)[-1]
    return {tail, tail.rsplit("#", 1)[-1], tail.rsplit(".", 1)[0]}


@lru_cache(maxsize=4096)
def _article_text(article: GoldArticle) -> str:
    return comparable(f"{article.headline}\n{article.text}")
