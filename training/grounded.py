"""Training examples for the generator: evidence with questions, answered from it or refused.

    python training/grounded.py --data FOLDER --out FILE.jsonl

Read from FOLDER are only sets whose licence lets the trained weights be passed on: `cmrc2018_train`
(CC BY-SA 4.0) and `crud_docs` (Apache-2.0), as for the reader (`training/examples.py`).

Each line is one evidence with its questions: `evidence` as the product lays it out, and `turns`
with `question` and `answer`. The evidence is what the product would select for the first question,
from the article and from those nearest in wording, two times in five without the answering
sentences. An answer is a statement made by rule that WenBao's own verifier finds supported; where
the evidence does not answer, it is the refusal that the prompt asks for. Questions not answered are
the first of such evidence, other questions of its articles, and questions of which a figure, day,
name or other word has been exchanged.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from groups import Nearest, nearest_place, read_lines
from questions import Words, about_clauses, about_facts, fact_exchanged, shortened
from statements import statements

from rag.answering.evidence import EvidenceSentence, render, select_sentences, sentences_of
from rag.answering.generators.base import REFUSAL
from rag.answering.plain import for_prompt
from rag.answering.verification import verify
from rag.index.chunking import split_article
from rag.settings import AnsweringSettings
from rag.types import Article, Evidence, Passage, Verdict

_PASSAGE_CHARS = 120
_ABOUT_FACTS = 0.25
_SHORT, _ANSWERED, _DATED = 0.25, 0.6, 0.5
# Share of the changed questions with a word exchanged, the others with a figure, day or name.
_EXCHANGED = 0.25
# Refusals for each answer, and the share kept of evidence that answers nothing.
_REFUSED, _ALL_REFUSED = 0.5, 0.3
_TURNS = 4
_NEAR = 3
_FIRST_DAY, _DAYS = date(2018, 1, 1), 2500


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer's place in the text of an article."""

    question: str
    article: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and what is to be written for it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence as it stands in the prompt, with the questions asked of it."""

    evidence: str
    turns: list[Turn]


class Shelf:
    """Articles with their questions, and the passages that are near in wording."""

    def __init__(self, articles: Sequence[Article], asked: Sequence[Asked]) -> None:
        self.articles = {article.id: article for article in articles}
        self.asked: dict[str, list[Asked]] = defaultdict(list)
        for one in asked:
            self.asked[one.article].append(one)
        self._passages = [
            Passage(0, article.id, draft.text, draft.start, draft.end, draft.subhead)
            for article in articles
            for draft in split_article(article, _PASSAGE_CHARS)
        ]
        self._nearest = Nearest(
            [f"{self.articles[p.article_id].headline} {p.text}" for p in self._passages]
        )

    def evidence(
        self, question: str, chance: random.Random, without: Asked | None
    ) -> list[Evidence]:
        """Return the passages nearest to the question, but none that holds what is kept out."""
        kept: list[Passage] = []
        for place in self._nearest.rank(question, 4 * _NEAR):
            passage = self._passages[place]
            if without is not None:
                article = self.articles[without.article]
                if article.text[without.start : without.end] in passage.text:
                    continue
            kept.append(passage)
        count = chance.randint(1, 2 * _NEAR)
        return [
            Evidence(passage, self.articles[passage.article_id], 0.9 * 0.8**rank, 0.85, 0.5)
            for rank, passage in enumerate(kept[:count])
        ]


def people(data: Path, chance: random.Random) -> Shelf:
    """Return the encyclopedia's articles with the questions that people asked of them."""
    articles = [
        Article(line["id"], line.get("title") or "", line["text"], "cmrc", published=_day(chance))
        for line in read_lines(data / "cmrc2018_train.corpus.jsonl.gz")
    ]
    texts = {article.id: article.text for article in articles}
    asked = []
    for line in read_lines(data / "cmrc2018_train.qa.jsonl.gz"):
        key, answer = line["context"][0], line["answers"][0]
        start = nearest_place(texts[key], answer, line["question"])
        if start >= 0:
            asked.append(Asked(line["question"], key, start, start + len(answer)))
    return Shelf(articles, asked)


def news(data: Path, count: int, chance: random.Random) -> Shelf:
    """Return `count` articles of news with questions made from their sentences."""
    lines = list(read_lines(data / "crud_docs.corpus.jsonl.gz"))
    articles, asked = [], []
    for line in chance.sample(lines, count):
        article = Article(
            line["id"], line.get("title") or "", line["text"], "news", published=_day(chance)
        )
        articles.append(article)
        for draft in split_article(article, _PASSAGE_CHARS):
            ask = about_facts if chance.random() < _ABOUT_FACTS else about_clauses
            made = ask(draft.text, chance)
            if made is not None:
                question, start, end = made
                asked.append(Asked(question, article.id, draft.start + start, draft.start + end))
    return Shelf(articles, asked)


def _day(chance: random.Random) -> date | None:
    if chance.random() > _DATED:
        return None
    return _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))


def examples(shelf: Shelf, words: Words, chance: random.Random) -> Iterator[Example]:
    """Yield one example for each article's question that comes first in a random order."""
    first = [chance.choice(asked) for asked in shelf.asked.values()]
    chance.shuffle(first)
    for lead in first:
        answered = chance.random() < _ANSWERED
        found = shelf.evidence(lead.question, chance, None if answered else lead)
        selected = select_sentences(lead.question, found, AnsweringSettings()) if found else []
        if not selected:
            continue
        others = [one for one in shelf.asked[lead.article] if one != lead]
        near = [
            one
            for key in {item.article.id for item in selected} - {lead.article}
            for one in shelf.asked[key]
        ]
        chance.shuffle(others)
        chance.shuffle(near)
        turns: list[Turn] = []
        for one in (lead, *others[:4], *near[:2]):
            turn = _turn(one, shelf, selected, sentences_of(found))
            if turn is None:
                continue
            turns.append(replace(turn, question=_asked(one.question, chance)))
            changed = _changed(one, shelf, selected, words, chance)
            if turn.answer != REFUSAL and changed:
                turns.append(Turn(_asked(changed, chance), REFUSAL))
        kept = [turn for turn in turns if turn.answer != REFUSAL][:_TURNS]
        refused = [turn for turn in turns if turn.answer == REFUSAL]
        if not kept and chance.random() > _ALL_REFUSED:
            continue
        # Refusing is easily overlearnt.
        kept += refused[: max(1, round(_REFUSED * len(kept)))]
        chance.shuffle(kept)
        if kept:
            yield Example(for_prompt(render(selected)), kept)


def _turn(
    asked: Asked,
    shelf: Shelf,
    selected: Sequence[EvidenceSentence],
    candidates: Sequence[EvidenceSentence],
) -> Turn | None:
    """The question with its answer; None where it is not certain what that should be."""
    answer = shelf.articles[asked.article].text[asked.start : asked.end]
    for item in selected:
        sentence = item.sentence
        if item.article.id != asked.article or not sentence.start <= asked.start < sentence.end:
            continue
        if asked.end > sentence.end:
            return None
        start, end = asked.start - sentence.start, asked.end - sentence.start
        for text in statements(asked.question, sentence.text, start, end):
            checked = verify(text, asked.question, candidates)
            if checked.verdict is Verdict.SUPPORTED:
                return Turn(asked.question, text)
        return None
    # The same words may answer elsewhere too.
    if any(answer.strip("。，") in item.sentence.text for item in selected):
        return None
    return Turn(asked.question, REFUSAL)


def _changed(
    asked: Asked,
    shelf: Shelf,
    selected: Sequence[EvidenceSentence],
    words: Words,
    chance: random.Random,
) -> str:
    text = "\n".join(f"{item.article.headline}\n{item.article.text}" for item in selected)
    if chance.random() < _EXCHANGED:
        shown = "\n".join(item.sentence.text for item in selected)
        return words.exchanged(asked.question, shown, shelf.articles[asked.article].text, chance)
    return fact_exchanged(asked.question, text, chance)


def _asked(question: str, chance: random.Random) -> str:
    return for_prompt(shortened(question, chance) if chance.random() < _SHORT else question)


def main() -> None:
    """Write the examples in random order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--news", type=int, default=1500, help="articles of news")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    questions = read_lines(options.data / "cmrc2018_train.qa.jsonl.gz")
    words = Words(line["question"] for line in questions)
    made = [
        *examples(people(options.data, chance), words, chance),
        *examples(news(options.data, options.news, chance), words, chance),
    ]
    chance.shuffle(made)
    with options.out.open("w", encoding="utf-8") as stream:
        for example in made:
            stream.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    turns = [turn for example in made for turn in example.turns]
    refused = sum(turn.answer == REFUSAL for turn in turns)
    print(f"{len(made)} examples, {len(turns)} questions, {refused} of them refused")


if __name__ == "__main__":
    main()
