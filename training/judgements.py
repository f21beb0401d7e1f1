"""Training examples for the generator's judgement: evidence, and questions it answers or not.

    python training/judgements.py --data FOLDER --out FILE.jsonl

The questions are our own (`own_questions.jsonl`) and those that people asked of the encyclopedia
(`cmrc2018_train`); `training/examples.py` says what is read from FOLDER and why.

Each line is one evidence with its questions: `evidence` as the product lays it out, and `turns`
with `question`, `answered`, what the article says to it (`answer`, "" where that is nothing), and
`told`, words of the evidence that are `right` or not. The evidence is what the product would select
for one or two of the questions, ordered by the reader that ships, from the article and those
nearest in wording; one time in five without the article itself, as when another archive is asked.
Not answered are questions without an answer in the article, those whose answer was not selected,
and people's questions of which a figure, day, name or other word has been exchanged. What is told
stands at the answer, or elsewhere: a small model tells what stands beside it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from groups import Nearest, nearest_place, read_lines
from own import FILE, TEXTS, Key, articles_of
from questions import Words, fact_exchanged, shortened

from rag.answering.evidence import EvidenceSentence, as_statement, render, select_sentences
from rag.answering.fragments import WHOLE_CHARS, clause_spans, clauses_around
from rag.answering.plain import for_prompt
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold
from rag.index.chunking import split_article
from rag.models.reader import Reader, load_reader
from rag.retrieval.surroundings import surroundings
from rag.settings import AnsweringSettings, Settings
from rag.types import Article, Evidence, Passage, Span

_PEOPLE = "cmrc2018_train"
_PASSAGE_CHARS = 120
# Passages before the reader, as in the product; others of the article that is kept out come first.
_READ, _RANKED = 8, 60
# The search's score for a rank and for what the reader says, roughly as the product's fall off.
_RANK, _READER, _BEST, _FALL, _SCORE_LEAST = 0.35, 0.3, 0.9, 0.12, 0.2
# Shares of evidence for a question that is answered, for one that is not, without its article.
_KINDS: dict[Literal["answered", "unanswered", "foreign"], float] = {
    "answered": 0.64,
    "unanswered": 0.16,
    "foreign": 0.2,
}
# How often the evidence is that of one question only, people's questions are changed (and then by
# any word), shortened, an article has a day, and other questions come in reverse order.
_ONE, _CHANGED, _ANY_WORD, _SHORT, _DATED, _REVERSED = 0.35, 0.6, 0.4, 0.25, 0.5, 0.35
_ANSWERED_MOST = 4
# How often what is told is right where there is an answer, and a sentence instead of a clause; its
# longest; the share of an answer that a clause beside it says at most; how the nearest is drawn.
_TOLD_RIGHT, _TOLD_WHOLE, _TOLD_MOST, _HOLDS_LEAST, _NEARNESS = 0.6, 0.4, 120, 0.5, (0.6, 1.0)
_FIRST_DAY, _DAYS = date(2018, 1, 1), 2500


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an article, and its answer's place in the text; -1 where it has none."""

    question: str
    article: Key
    start: int
    end: int
    by_people: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, whether the evidence answers it, and words of the evidence told as the answer."""

    question: str
    answered: bool
    answer: str
    told: str
    right: bool


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence as it stands in the prompt, with the questions asked of it."""

    evidence: str
    turns: list[Turn]


class Shelf:
    """Articles with their questions, and the product's way from a question to its evidence."""

    def __init__(self, data: Path, reader: Reader, chance: random.Random) -> None:
        self.own: dict[Key, list[Asked]] = defaultdict(list)
        self.people: dict[Key, list[Asked]] = defaultdict(list)
        with FILE.open(encoding="utf-8") as stream:
            for line in map(json.loads, stream):
                key = (line["corpus"], line["article"])
                self.own[key].append(Asked(line["question"], key, line["start"], line["end"]))
        articles = dict(articles_of(data, set(self.own), chance))
        for line in read_lines(data / f"{_PEOPLE}.corpus.jsonl.gz"):
            article = Article(line["id"], line.get("title") or "", line["text"], _PEOPLE)
            articles.setdefault((_PEOPLE, line["id"]), article)
        for line in read_lines(data / f"{_PEOPLE}.qa.jsonl.gz"):
            key, answer = (_PEOPLE, line["context"][0]), line["answers"][0]
            start = nearest_place(articles[key].text, answer, line["question"])
            if start >= 0 and key not in self.own:
                asked = Asked(line["question"], key, start, start + len(answer), by_people=True)
                self.people[key].append(asked)
        self.articles = {
            key: replace(article, published=_day(chance)) for key, article in articles.items()
        }
        self.keys = {article.id: key for key, article in self.articles.items()}
        self._passages = [
            Passage(0, article.id, draft.text, draft.start, draft.end, draft.subhead)
            for article in self.articles.values()
            for draft in split_article(article, _PASSAGE_CHARS)
        ]
        self._nearest = Nearest(
            [f"{self._article(one).headline} {one.text}" for one in self._passages]
        )
        self._reader = reader

    def asked(self, key: Key) -> list[Asked]:
        """Return the questions of an article."""
        return self.own.get(key) or self.people.get(key) or []

    def selected(self, leads: Sequence[Asked], without: Key | None) -> list[EvidenceSentence]:
        """Return what is selected for the questions together, within the budget of one."""
        settings = AnsweringSettings()
        found: dict[tuple[str, int], EvidenceSentence] = {}
        for one in leads:
            for item in select_sentences(
                one.question, self._evidence(one.question, without), settings
            ):
                found.setdefault((item.article.id, item.sentence.start), item)
        kept: list[EvidenceSentence] = []
        budget = settings.evidence_chars
        for item in list(found.values())[: settings.sentences]:
            length = len(item.sentence.text)
            if not kept or length <= budget:
                kept.append(item)
                budget -= length
        return kept

    def _article(self, passage: Passage) -> Article:
        return self.articles[self.keys[passage.article_id]]

    def _evidence(self, question: str, without: Key | None) -> list[Evidence]:
        ranked = (self._passages[place] for place in self._nearest.rank(question, _RANKED))
        near = [one for one in ranked if self.keys[one.article_id] != without][:_READ]
        shown = [(surroundings(question, self._article(one), one), one.text) for one in near]
        scored: list[tuple[float, Evidence]] = []
        for rank, (one, said) in enumerate(
            zip(near, self._reader.judge(question, shown), strict=True)
        ):
            answer = Span(one.start + said.answer.start, one.start + said.answer.end)
            likely = 1 / (1 + math.exp(-said.relevance))
            item = Evidence(
                one, self._article(one), 0.0, 0.85, 0.5, answering=likely, answer=answer
            )
            scored.append((_READER * said.relevance - _RANK * rank, item))
        scored.sort(key=lambda pair: -pair[0])
        return [
            replace(item, score=max(_SCORE_LEAST, _BEST - _FALL * (scored[0][0] - score)))
            for score, item in scored
        ]


def _day(chance: random.Random) -> date | None:
    if chance.random() > _DATED:
        return None
    return _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))


def example_of(key: Key, shelf: Shelf, words: Words, chance: random.Random) -> Example | None:
    """Return one evidence for questions of an article; None where nothing is selected."""
    asked = shelf.asked(key)
    answered = [one for one in asked if one.start >= 0]
    without = [one for one in asked if one.start < 0]
    chance.shuffle(answered)
    chance.shuffle(without)
    kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
    if kind == "unanswered" and without:
        leads = without[:1]
    else:
        leads = answered[: 1 if kind == "foreign" or chance.random() < _ONE else 2]
    selected = shelf.selected(leads, key if kind == "foreign" else None)
    if not selected:
        return None
    candidates = list(leads)
    if kind != "foreign":
        candidates += [one for one in asked if one not in leads]
        candidates += _changed(leads, shelf, selected, words, chance)
    for other in {shelf.keys[item.article.id] for item in selected} - {key}:
        candidates += chance.sample(shelf.asked(other), min(2, len(shelf.asked(other))))
    known = [(one, is_answered(one, shelf, selected)) for one in candidates]
    right = [one for one, said in known if said][:_ANSWERED_MOST]
    wrong = [one for one, said in known if said is False]
    others = [one for one in wrong if one not in leads]
    chance.shuffle(others)
    # What no article answers goes before what only stands elsewhere, mostly.
    others.sort(key=lambda one: (one.start >= 0, one.article == key))
    if chance.random() < _REVERSED:
        others.reverse()
    wrong = [one for one in wrong if one in leads]
    room = (1 if kind == "foreign" else len(right) + 1) - len(wrong)
    turns = [_turn(one, True, shelf, selected, chance) for one in right]
    turns += [_turn(one, False, shelf, selected, chance) for one in wrong + others[: max(0, room)]]
    chance.shuffle(turns)
    return Example(for_prompt(render(selected)), turns) if turns else None


def is_answered(asked: Asked, shelf: Shelf, selected: Sequence[EvidenceSentence]) -> bool | None:
    """Return whether the selected sentences hold the answer; None where that is not certain."""
    if asked.start < 0:
        return False
    article = shelf.articles[asked.article]
    for item in selected:
        sentence = item.sentence
        if item.article.id == article.id and sentence.start <= asked.start < sentence.end:
            return True if asked.end <= sentence.end + 2 else None
    # The same words may answer elsewhere, too.
    answer = article.text[asked.start : asked.end].strip("。，")
    return None if any(answer in item.sentence.text for item in selected) else False


def _turn(
    asked: Asked,
    answered: bool,
    shelf: Shelf,
    selected: Sequence[EvidenceSentence],
    chance: random.Random,
) -> Turn:
    """A question as it is asked; what is told answers it, or stands near what would."""
    answer = shelf.articles[asked.article].text[asked.start : asked.end] if answered else ""
    question = _asked(asked, chance)
    if answered and chance.random() < _TOLD_RIGHT:
        told = _around(answer, selected, chance)
        if told:
            return Turn(question, True, answer, told, right=True)
    return Turn(question, answered, answer, _beside(asked, answer, selected, chance), right=False)


def _around(answer: str, selected: Sequence[EvidenceSentence], chance: random.Random) -> str:
    """The clause that holds the answer, or the sentence; "" where the answer crosses sentences."""
    for item in selected:
        said = item.sentence.text
        start = said.find(answer.strip("。，"))
        if start >= 0:
            clause = clauses_around(start, start + len(answer), said)
            whole = len(said) <= WHOLE_CHARS and chance.random() < _TOLD_WHOLE
            return as_statement(said if whole or not clause else clause)[:_TOLD_MOST]
    return ""


def _beside(
    asked: Asked, answer: str, selected: Sequence[EvidenceSentence], chance: random.Random
) -> str:
    """Words that do not hold the answer, mostly those that share most with the question."""
    wanted, holds = units_of(asked.question), units_of(answer) if answer else set()
    found: dict[str, float] = {}
    for item in selected:
        said = item.sentence.text
        clauses = [clauses_around(*span, said) for span in clause_spans(said)]
        if len(said) <= WHOLE_CHARS and chance.random() < _TOLD_WHOLE:
            clauses = [said]
        for one in filter(None, clauses):
            if not holds or share(holds, fold(one)) < _HOLDS_LEAST:
                found[one] = share(wanted, fold(one)) * chance.uniform(*_NEARNESS)
    told = max(found, key=lambda one: found[one], default="")
    return as_statement(told)[:_TOLD_MOST] if told else ""


def _changed(
    leads: Sequence[Asked],
    shelf: Shelf,
    selected: Sequence[EvidenceSentence],
    words: Words,
    chance: random.Random,
) -> Iterator[Asked]:
    text = "\n".join(f"{item.article.headline}\n{item.article.text}" for item in selected)
    shown = "\n".join(item.sentence.text for item in selected)
    for one in leads:
        if not one.by_people or chance.random() > _CHANGED:
            continue
        if chance.random() < _ANY_WORD:
            article = shelf.articles[one.article].text
            question = words.exchanged(one.question, shown, article, chance)
        else:
            question = fact_exchanged(one.question, text, chance)
        if question:
            yield replace(one, question=question, start=-1, end=-1)


def _asked(one: Asked, chance: random.Random) -> str:
    short = one.by_people and chance.random() < _SHORT
    return for_prompt(shortened(one.question, chance) if short else one.question)


def main() -> None:
    """Write the examples in random order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--own", type=int, default=775, help="articles with questions of our own")
    parser.add_argument("--texts", type=int, default=207, help="texts of our own, the same")
    parser.add_argument("--people", type=int, default=220, help="articles that people asked of")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    reader = load_reader(Settings.load())
    if reader is None:
        parser.error("the reader is made of the default embedder: run `wenbao models fetch`")
    asked = read_lines(options.data / f"{_PEOPLE}.qa.jsonl.gz")
    words = Words(line["question"] for line in asked)
    shelf = Shelf(options.data, reader, chance)
    texts = [key for key in shelf.own if key[0] == TEXTS]
    others = [key for key in shelf.own if key[0] != TEXTS]
    keys = [
        *chance.sample(others, options.own),
        *chance.sample(texts, options.texts),
        *chance.sample(list(shelf.people), options.people),
    ]
    made = [one for key in keys if (one := example_of(key, shelf, words, chance))]
    chance.shuffle(made)
    with options.out.open("w", encoding="utf-8") as stream:
        for example in made:
            stream.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    answered = [turn.answered for example in made for turn in example.turns]
    print(f"{len(made)} examples, {len(answered)} questions, {sum(answered)} of them answered")


if __name__ == "__main__":
    main()
