"""Training examples for the reader: a question, and passages of which one answers it, or none.

    python training/examples.py --data FOLDER --out FILE.jsonl

Read from FOLDER are only sets whose licence lets the trained weights be passed on:
`cmrc2018_train` (CC BY-SA 4.0: questions of people over Wikipedia paragraphs), `crud_docs`
(Apache-2.0: news, from which questions are made by rule, with no person and no model) and `xwlb`
(MIT: broadcast news). `own_questions.jsonl` beside this file holds questions of our own over
articles of all three, in other words than theirs.

Each line is a group: `question`, `passages` (each `above`, `text`, and the `start` and `end` of
the answer, -1 when it has none). What does not answer is hard on purpose: another passage of the
same article, the passage of another article that is nearest in wording, and the right passage for
a question of which a figure, a day, a name or another word has been exchanged. A third of the
questions is shortened as one types them into a search engine.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from groups import (
    LONGEST,
    SIZES,
    Group,
    Nearest,
    nearest_place,
    other_passage,
    read_lines,
    shown,
)
from own import own
from questions import Words, about_clauses, about_facts, fact_exchanged, shortened

from rag.chinese.words import bigrams
from rag.index.chunking import Draft, split_article
from rag.types import Article

# Shares of the questions that are shortened as for a search engine, and that come again with
# another word in them.
_SHORT, _EXCHANGED, _FACTS = 0.35, 0.35, 0.6
# Share of the news' questions that ask for a figure or day; about clauses there are fewer.
_ABOUT_FACTS = 0.25


def cmrc(data: Path, words: Words, chance: random.Random) -> Iterator[Group]:
    """Yield the groups made from the questions of people."""
    articles = {
        line["id"]: Article(line["id"], line.get("title") or "", line["text"], "cmrc")
        for line in read_lines(data / "cmrc2018_train.corpus.jsonl.gz")
    }
    passages = {
        key: split_article(article, chance.choice(SIZES)) for key, article in articles.items()
    }
    everywhere = [(key, draft) for key, drafts in passages.items() for draft in drafts]
    nearest = Nearest([f"{articles[key].headline} {draft.text}" for key, draft in everywhere])
    for line in read_lines(data / "cmrc2018_train.qa.jsonl.gz"):
        question, answer, key = line["question"], line["answers"][0], line["context"][0]
        article = articles[key]
        holding = [draft for draft in passages[key] if answer in draft.text]
        if not holding or max(len(draft.text) for draft in holding) > LONGEST:
            continue
        wording = set(bigrams(question))
        right = max(holding, key=lambda draft: len(wording & set(bigrams(draft.text))))
        headline = chance.random() < 0.7
        others = [draft for draft in passages[key] if answer not in draft.text]
        other = other_passage(question, others, chance) if others else None
        near = [
            (other_key, draft)
            for other_key, draft in (everywhere[place] for place in nearest.rank(question, 12))
            if other_key != key and answer not in draft.text
        ]
        # The occurrence of the answer that stands nearest to the question's words.
        start = right.start + nearest_place(right.text, answer, question)
        asked = _asked(question, chance)
        group = [shown(asked, article, right, headline, (start, start + len(answer)))]
        group += [shown(asked, article, other, headline)] if other else []
        if near:
            other_key, draft = chance.choice(near[:4])
            group.append(shown(asked, articles[other_key], draft, headline))
        yield Group(asked, group)
        text = f"{article.headline}\n{article.text}"
        above = article.headline if headline else ""
        changed = _changed(question, f"{above}\n{right.text}", text, words, chance)
        if changed:
            yield _unanswered(
                changed, article, [right, *([other] if other else [])], headline, chance
            )


def news(data: Path, count: int, words: Words, chance: random.Random) -> Iterator[Group]:
    """Yield groups whose questions are sentences of news with one thing asked for."""
    lines = list(read_lines(data / "crud_docs.corpus.jsonl.gz"))
    chance.shuffle(lines)
    made = 0
    for line in lines:
        if made == count:
            return
        article = Article(line["id"], line.get("title") or "", line["text"], "news")
        drafts = split_article(article, chance.choice(SIZES))
        drafts = [draft for draft in drafts if 30 <= len(draft.text) <= LONGEST]
        if len(drafts) < 2:
            continue
        right = chance.choice(drafts)
        ask = about_facts if chance.random() < _ABOUT_FACTS else about_clauses
        made_up = ask(right.text, chance)
        if made_up is None:
            continue
        question, start, end = made_up
        answer = right.text[start:end]
        others = [draft for draft in drafts if answer not in draft.text]
        asked = _asked(question, chance)
        place = (right.start + start, right.start + end)
        group = [shown(asked, article, right, True, place)]
        if others:
            group.append(shown(asked, article, other_passage(question, others, chance), True))
        made += 1
        yield Group(asked, group)
        changed = _changed(question, right.text, article.text, words, chance)
        if changed:
            yield _unanswered(changed, article, [right], True, chance)


def _unanswered(
    question: str, article: Article, drafts: list[Draft], headline: bool, chance: random.Random
) -> Group:
    asked = _asked(question, chance)
    return Group(asked, [shown(asked, article, draft, headline) for draft in drafts])


def _asked(question: str, chance: random.Random) -> str:
    return shortened(question, chance) if chance.random() < _SHORT else question


def _changed(question: str, passage: str, article: str, words: Words, chance: random.Random) -> str:
    """A question that the passage does not answer any more; empty where none is to be made."""
    if chance.random() < _EXCHANGED:
        return words.exchanged(question, passage, article, chance)
    return fact_exchanged(question, article, chance) if chance.random() < _FACTS else ""


def main() -> None:
    """Write the groups in random order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--news", type=int, default=4000, help="questions made from news")
    parser.add_argument(
        "--own", type=int, default=1, help="how often our own questions are used, cut differently"
    )
    parser.add_argument("--others", type=int, help="how many of the other groups; default: all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    asked = read_lines(options.data / "cmrc2018_train.qa.jsonl.gz")
    words = Words(line["question"] for line in asked)
    groups = [*cmrc(options.data, words, chance), *news(options.data, options.news, words, chance)]
    if options.others:
        groups = chance.sample(groups, min(options.others, len(groups)))
    for _ in range(options.own):
        groups += own(options.data, chance)
    chance.shuffle(groups)
    with options.out.open("w", encoding="utf-8") as stream:
        for group in groups:
            stream.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
    print(f"{len(groups)} groups, {sum(len(group.passages) for group in groups)} passages")


if __name__ == "__main__":
    main()
