"""Groups from questions that were written for this training (`own_questions.jsonl`).

Each line names a `corpus` and an `article` of it, a `question`, and the `start` and `end` of its
answer in the article's text, -1 where the article does not answer it. Questions made of the
article's own words teach the reader to look for words; these ask in other words, as people do,
and what has no answer asks about the same event for what is not said of it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groups import LONGEST, SIZES, Group, Nearest, Shown, other_passage, read_lines

from rag.chinese.spoken import written
from rag.chinese.words import bigrams
from rag.index.chunking import split_article
from rag.types import Article

FILE = Path(__file__).with_name("own_questions.jsonl")
_HEADLINES = 0.7
# Articles that are not asked about, as passages of other articles.
_OTHERS = 2000
_NEAREST = 4


def own(data: Path, chance: random.Random) -> Iterator[Group]:
    """Yield a group for every question whose answer lies in one passage."""
    with FILE.open(encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    asked = {(line["corpus"], line["article"]) for line in lines}
    articles = _articles(data, asked, chance)
    passages = {
        key: [
            draft
            for draft in split_article(article, chance.choice(SIZES))
            if len(draft.text) <= LONGEST
        ]
        for key, article in articles.items()
    }
    everywhere = [(key, draft.text) for key, drafts in passages.items() for draft in drafts]
    nearest = Nearest([f"{articles[key].headline} {text}" for key, text in everywhere])
    for line in lines:
        # As the product asks it.
        key, question = (line["corpus"], line["article"]), written(line["question"])
        above = chance.random() < _HEADLINES

        def shown(key: tuple[str, str], text: str, *place: int, above: bool = above) -> Shown:
            return Shown(articles[key].headline if above else "", text, *place)

        texts = [draft.text for draft in passages[key]]
        group = []
        if line["start"] >= 0:
            holding = next((d for d in passages[key] if _holds(d, line)), None)
            if holding is None:
                continue
            start = holding.start
            group = [shown(key, holding.text, line["start"] - start, line["end"] - start)]
            texts.remove(holding.text)
        else:
            # No passage of the article answers: the nearest in wording is the hardest.
            wording = set(bigrams(question))
            texts.sort(key=lambda text: -len(wording & set(bigrams(text))))
            group = [shown(key, text) for text in texts[:1]]
            texts = texts[1:]
        if texts:
            group.append(shown(key, other_passage(question, texts, chance)))
        ranked = (everywhere[place] for place in nearest.rank(question, 12))
        near = [(other, text) for other, text in ranked if other != key]
        if near:
            group.append(shown(*chance.choice(near[:_NEAREST])))
        if group:
            yield Group(question, group)


def _articles(
    data: Path, asked: set[tuple[str, str]], chance: random.Random
) -> dict[tuple[str, str], Article]:
    found = {}
    for corpus in sorted({corpus for corpus, _ in asked}):
        lines = list(read_lines(data / f"{corpus}.corpus.jsonl.gz"))
        others = {line["id"] for line in chance.sample(lines, min(_OTHERS, len(lines)))}
        for line in lines:
            key = (corpus, line["id"])
            if key in asked or line["id"] in others:
                found[key] = Article(line["id"], line.get("title") or "", line["text"], corpus)
    return found


def _holds(draft: Any, line: dict[str, Any]) -> bool:
    return bool(draft.start <= line["start"] and line["end"] <= draft.end)
