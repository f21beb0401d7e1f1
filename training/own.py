"""Groups from questions that were written for this training (`own_questions.jsonl`).

Each line names a `corpus` and an `article` of it, a `question`, and the `start` and `end` of its
answer in the article's text, -1 where the article does not answer it. Questions made of the
article's own words teach the reader to look for words; these ask in other words, as people do,
and what has no answer asks about the same event for what is not said of it, or about another one of
the same kind. The articles of the corpus `own_texts` were written for it, too
(`own_texts.jsonl`): what people search the web for, not news.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groups import LONGEST, SIZES, Group, Nearest, Shown, other_passage, read_lines, shown

from rag.chinese.spoken import written
from rag.chinese.words import bigrams
from rag.index.chunking import Draft, split_article
from rag.types import Article

FILE = Path(__file__).with_name("own_questions.jsonl")
TEXTS = "own_texts"
_HEADLINES = 0.7
# Articles that are not asked about, as passages of other articles.
_OTHERS = 2000
_NEAREST = 4


Key = tuple[str, str]


def own(data: Path, chance: random.Random) -> Iterator[Group]:
    """Yield a group for every question whose answer lies in one passage."""
    with FILE.open(encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    shelf = _Shelf(data, {(line["corpus"], line["article"]) for line in lines}, chance)
    for line in lines:
        # As the product asks it.
        question = written(line["question"])
        passages = shelf.shown(question, line, chance)
        if passages:
            yield Group(question, passages)


class _Shelf:
    """The articles asked about and some others, cut into passages."""

    def __init__(self, data: Path, asked: set[Key], chance: random.Random) -> None:
        self._articles = dict(articles_of(data, asked, chance))
        self._passages = {
            key: [
                draft
                for draft in split_article(article, chance.choice(SIZES))
                if len(draft.text) <= LONGEST
            ]
            for key, article in self._articles.items()
        }
        self._all = [(key, draft) for key, drafts in self._passages.items() for draft in drafts]
        self._nearest = Nearest(
            [f"{self._articles[key].headline} {draft.text}" for key, draft in self._all]
        )

    def shown(self, question: str, line: dict[str, Any], chance: random.Random) -> list[Shown]:
        """The passage that answers, or the nearest of the article; another; one of another one."""
        key = (line["corpus"], line["article"])
        headline = chance.random() < _HEADLINES
        drafts = list(self._passages[key])
        answer = (line["start"], line["end"])
        if line["start"] >= 0:
            first = [draft for draft in drafts if _holds(draft, line)][:1]
            if not first:
                return []
        else:
            wording = set(bigrams(question))
            drafts.sort(key=lambda draft: -len(wording & set(bigrams(draft.text))))
            first = drafts[:1]
        chosen = [(key, draft) for draft in first]
        others = [draft for draft in drafts if draft not in first]
        if others:
            chosen.append((key, other_passage(question, others, chance)))
        ranked = (self._all[place] for place in self._nearest.rank(question, 12))
        near = [(other, draft) for other, draft in ranked if other != key]
        if near:
            chosen.append(chance.choice(near[:_NEAREST]))
        return [
            shown(question, self._articles[whose], draft, headline, () if place else answer)
            for place, (whose, draft) in enumerate(chosen)
        ]


def articles_of(
    data: Path, asked: set[Key], chance: random.Random
) -> Iterator[tuple[Key, Article]]:
    """Yield the articles that are asked about, and others of the same corpora."""
    for corpus in sorted({corpus for corpus, _ in asked}):
        lines = list(_lines(data, corpus))
        others = {line["id"] for line in chance.sample(lines, min(_OTHERS, len(lines)))}
        for line in lines:
            key = (corpus, line["id"])
            if key in asked or line["id"] in others:
                yield key, Article(line["id"], line.get("title") or "", line["text"], corpus)


def _lines(data: Path, corpus: str) -> Iterator[dict[str, Any]]:
    if corpus != TEXTS:
        yield from read_lines(data / f"{corpus}.corpus.jsonl.gz")
        return
    with FILE.with_name(f"{TEXTS}.jsonl").open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _holds(draft: Draft, line: dict[str, Any]) -> bool:
    return draft.start <= line["start"] and int(line["end"]) <= draft.end
