"""Training examples for the reader: a question, and passages of which one answers it, or none.

    python training/examples.py --data FOLDER --out FILE.jsonl

Read from FOLDER are only sets whose licence lets the trained weights be passed on:
`cmrc2018_train` (CC BY-SA 4.0: questions of people over Wikipedia paragraphs), `crud_docs`
(Apache-2.0: news, from which questions are made by rule, with no person and no model) and `xwlb`
(MIT: broadcast news). `own_questions.jsonl` beside this file holds questions of our own over
articles of all three, in other words than theirs.

Each line is a group: `question`, `passages` (each `headline`, `text`, and the `start` and `end` of
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
from dataclasses import asdict, replace
from pathlib import Path

from groups import (
    LONGEST,
    SIZES,
    Group,
    Nearest,
    Shown,
    nearest_place,
    other_passage,
    read_lines,
)
from own import own
from questions import Words, about_clauses, about_facts, fact_exchanged, shortened

from rag.chinese.words import bigrams
from rag.index.chunking import split_article
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
    passages: dict[str, list[str]] = {
        key: [draft.text for draft in split_article(article, chance.choice(SIZES))]
        for key, article in articles.items()
    }
    everywhere = [(key, text) for key, texts in passages.items() for text in texts]
    nearest = Nearest([f"{articles[key].headline} {text}" for key, text in everywhere])
    for line in read_lines(data / "cmrc2018_train.qa.jsonl.gz"):
        question, answer, key = line["question"], line["answers"][0], line["context"][0]
        holding = [text for text in passages[key] if answer in text]
        if not holding or len(max(holding, key=len)) > LONGEST:
            continue
        asked = set(bigrams(question))
        right = max(holding, key=lambda text: len(asked & set(bigrams(text))))
        headline = articles[key].headline if chance.random() < 0.7 else ""
        shown = [_with_answer(headline, right, answer, question)]
        others = [text for text in passages[key] if answer not in text]
        shown += [Shown(headline, other_passage(question, others, chance))] if others else []
        near = [
            (other, text)
            for other, text in (everywhere[place] for place in nearest.rank(question, 12))
            if other != key and answer not in text
        ]
        if near:
            other, text = chance.choice(near[:4])
            shown.append(Shown(articles[other].headline if headline else "", text))
        yield Group(_asked(question, chance), shown)
        text = f"{articles[key].headline}\n{articles[key].text}"
        changed = _changed(question, f"{headline}\n{right}", text, words, chance)
        if changed:
            yield Group(_asked(changed, chance), [replace(shown[0], start=-1, end=-1), *shown[1:2]])


def news(data: Path, count: int, words: Words, chance: random.Random) -> Iterator[Group]:
    """Yield groups whose questions are sentences of news with one thing asked for."""
    lines = list(read_lines(data / "crud_docs.corpus.jsonl.gz"))
    chance.shuffle(lines)
    made = 0
    for line in lines:
        if made == count:
            return
        article = Article(line["id"], line.get("title") or "", line["text"], "news")
        texts = [draft.text for draft in split_article(article, chance.choice(SIZES))]
        texts = [text for text in texts if 30 <= len(text) <= LONGEST]
        if len(texts) < 2:
            continue
        right = chance.choice(texts)
        ask = about_facts if chance.random() < _ABOUT_FACTS else about_clauses
        asked = ask(right, chance)
        if asked is None:
            continue
        question, start, end = asked
        answer = right[start:end]
        others = [text for text in texts if answer not in text]
        shown = [Shown(article.headline, right, start, end)]
        shown += (
            [Shown(article.headline, other_passage(question, others, chance))] if others else []
        )
        made += 1
        yield Group(_asked(question, chance), shown)
        changed = _changed(question, right, article.text, words, chance)
        if changed:
            yield Group(_asked(changed, chance), [Shown(article.headline, right)])


def _asked(question: str, chance: random.Random) -> str:
    return shortened(question, chance) if chance.random() < _SHORT else question


def _changed(question: str, passage: str, article: str, words: Words, chance: random.Random) -> str:
    """A question that the passage does not answer any more; empty where none is to be made."""
    if chance.random() < _EXCHANGED:
        return words.exchanged(question, passage, article, chance)
    return fact_exchanged(question, article, chance) if chance.random() < _FACTS else ""


def _with_answer(headline: str, text: str, answer: str, question: str) -> Shown:
    """The passage with the occurrence of the answer that stands nearest to the question's words."""
    start = nearest_place(text, answer, question)
    return Shown(headline, text, start, start + len(answer))


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
