"""Questions made from other questions and from sentences, by rule; no person and no model."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import rjieba

from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.numbers import find_numbers

BASE = date(2023, 6, 15)
_CLAUSE = re.compile(r"[^，。；！？：、\n]+")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_WHEN = ("什么时候", "何时", "哪一天", "什么时间")
_LEADS = ("", "", "", "请问", "我想知道")
# Parts of speech that a question typed into a search engine does without.
_FUNCTION = ("u", "x", "y", "p", "c")
_ASKS = re.compile(r"谁|何|哪|几|多少|什么|怎|为什么|吗|如何|多[大长高久远]")
_EXCHANGEABLE = ("n", "nr", "ns", "nt", "nz", "eng", "vn", "v", "a")
_PLAIN_VERBS = re.compile("请问|进行|举行|成为|位于|属于|开始|没有|可以|需要|应该|认为|表示|获得")
_TRIED = 30
# A clause that says what may, must or will be, and how one asks whether.
_MODAL = re.compile(
    r"(?<![^，。；！？：\n])(?P<before>[^，。；！？：、“”（）\n]{2,16}?)"
    r"(?P<modal>不可以|可以|不能|能够|不需要|需要|无需|必须|应当|应该|不得|不会|已经|不是)"
    r"(?P<after>[^，。；！？：、“”（）\n]{2,20})(?=[，。；！？\n])"
)
_POSITIVE = {
    "不可以": "可以",
    "不能": "能",
    "能够": "能",
    "不需要": "需要",
    "无需": "需要",
    "必须": "需要",
    "应当": "应该",
    "不得": "可以",
    "不会": "会",
    "不是": "是",
}
_REASON = re.compile(
    r"(?<![^，。；！？：\n])(?:由于|因为|因(?![此而]))(?P<reason>[^，。；！？：\n]{4,40})，"
    r"(?P<event>[^，。；！？：\n]{5,26})(?=[，。；\n])"
)
_BEING = re.compile(
    r"(?<![^，。；！？：\n])[“《]?(?P<what>[^，。；！？：、“”《》（）\n]{2,10})[”》]?"
    r"(?:，?是指|，指的?是|是(?=[一由以]))(?P<is>[^。；！？\n]{6,60})(?=[。；\n])"
)


class Words:
    """Content words to put in the place of others, by part of speech."""

    def __init__(self, questions: Iterable[str]) -> None:
        pool: dict[str, set[str]] = defaultdict(set)
        for question in questions:
            for word, tag in rjieba.tag(question):
                if _is_exchangeable(word, tag):
                    pool[tag].add(word)
        self._pool = {tag: sorted(words) for tag, words in pool.items()}

    def exchanged(self, question: str, passage: str, article: str, chance: random.Random) -> str:
        """Return the question with a content word that neither text has; empty if there is none.

        The word comes from the article that the passage stands in, as half of them do, or from
        other questions. Of every four, one is put beside the old word instead of in its place.
        """
        tagged = rjieba.tag(question)
        places = [i for i, (word, tag) in enumerate(tagged) if _is_exchangeable(word, tag)]
        if not places:
            return ""
        place = chance.choice(places)
        old, tag = tagged[place]
        near = [
            word
            for word, other in rjieba.tag(article)
            if other == tag and _is_exchangeable(word, other)
        ]
        pools = [near] if chance.random() < 0.5 else []
        for words in (*pools, self._pool.get(tag, [])):
            fitting = [
                word
                for word in chance.sample(words, min(_TRIED, len(words)))
                if not set(word) & set(old) and word not in passage and word not in question
            ]
            if fitting:
                new = chance.choice(fitting)
                kept = new + old if tag.startswith("n") and chance.random() < 0.25 else new
                return "".join(kept if i == place else w for i, (w, _) in enumerate(tagged))
        return ""


def _is_exchangeable(word: str, tag: str) -> bool:
    return (
        tag in _EXCHANGEABLE
        and len(word) > 1
        and not _PLAIN_VERBS.fullmatch(word)
        and not _ASKS.search(word)
    )


def shortened(question: str, chance: random.Random) -> str:
    """Return the question as one types it into a search engine: without its small words."""
    kept = [
        word
        for word, tag in rjieba.tag(question)
        if not tag.startswith(_FUNCTION) and word not in ("请问", "我想知道", "是", "被", "有")
    ]
    if len(kept) < 3:
        return question.rstrip("？?")
    asking = [word for word in kept if _ASKS.search(word)]
    way = chance.random()
    if asking and way < 0.3:
        # What is asked stands first or last as often as where it belongs.
        rest = [word for word in kept if word not in asking]
        kept = rest + asking if chance.random() < 0.7 else asking + rest
    elif way < 0.45 and len(kept) > 5:
        kept.remove(chance.choice([word for word in kept if word not in asking]))
    return (" " if chance.random() < 0.15 else "").join(kept)


def about_facts(text: str, chance: random.Random) -> tuple[str, int, int] | None:
    """Return a question for a figure or day of the text, and the place of the fact."""
    clauses = [(m.start(), m.end()) for m in _CLAUSE.finditer(text)]
    # Names are left to the questions of people: what is cut out as one is too often none.
    facts = [fact for fact in find_facts(text) if fact[2] != "name"]
    chance.shuffle(facts)
    for start, end, kind in facts:
        place = next((i for i, (a, b) in enumerate(clauses) if a <= start and end <= b), None)
        if place is None:
            continue
        first, last = clauses[place]
        before, after = text[first:start], text[end:last]
        if place and chance.random() < 0.6:
            before = text[slice(*clauses[place - 1])] + before
        if len(before) + len(after) < 8 or len(before) + len(after) > 60:
            continue
        fact = text[start:end]
        if kind == "number":
            unit = re.sub(r"^[\d.,，百千万亿余多]+", "", fact)
            asking = "多少" + unit if "%" not in fact else "多少"
        else:
            asking = "哪一年" if _YEAR.fullmatch(fact) else chance.choice(_WHEN)
        lead = chance.choice(_LEADS)
        mark = chance.choice("？？?") if chance.random() < 0.8 else ""
        return f"{lead}{before}{asking}{after}{mark}", start, end
    return None


def about_clauses(text: str, chance: random.Random) -> tuple[str, int, int] | None:
    """Return a question for whether, why or what something is, and the place of the clause."""
    found = [
        *(_whether(match, chance) for match in _MODAL.finditer(text)),
        *(_why(match, chance) for match in _REASON.finditer(text)),
        *(_what(match, chance) for match in _BEING.finditer(text)),
    ]
    return chance.choice(found) if found else None


def _whether(match: re.Match[str], chance: random.Random) -> tuple[str, int, int]:
    modal = _POSITIVE.get(match["modal"], match["modal"])
    asked = chance.choice(("吗", "吗", "吗？", "吗?"))
    if modal == "可以" and chance.random() < 0.3:
        modal, asked = "可不可以", ""
    return f"{match['before']}{modal}{match['after']}{asked}", match.start(), match.end()


def _why(match: re.Match[str], chance: random.Random) -> tuple[str, int, int]:
    event = match["event"]
    question = chance.choice((f"为什么{event}", f"{event}的原因", f"{event}是什么原因？"))
    return question, match.start("reason"), match.end("reason")


def _what(match: re.Match[str], chance: random.Random) -> tuple[str, int, int]:
    what = match["what"]
    question = chance.choice((f"{what}是什么", f"什么是{what}？", f"{what}是什么意思"))
    return question, match.start("is"), match.end("is")


def find_facts(text: str) -> list[tuple[int, int, str]]:
    """Return the figures, days and names of a text with what asks for each."""
    dates = [(m.start, m.end, "date") for m in find_dates(text, BASE)]
    found = list(dates)
    found += [
        (number.start, number.end, "number")
        for number in find_numbers(text)
        if not any(start < number.end and number.start < end for start, end, _ in dates)
    ]
    for name in names(text):
        start = text.find(name)
        found.append((start, start + len(name), "name"))
    return found


def fact_exchanged(question: str, text: str, chance: random.Random) -> str:
    """Return the question with one figure, day or name exchanged; empty if it has none."""
    facts = find_facts(question)
    if not facts:
        return ""
    start, end, kind = chance.choice(facts)
    fact = question[start:end]
    if kind == "name":
        others = [name for name in names(text) if name not in question]
        other = chance.choice(others) if others else ""
    else:
        other = _other_figure(fact, chance)
    if not other or other == fact or other in text:
        return ""
    return question[:start] + other + question[end:]


def _other_figure(fact: str, chance: random.Random) -> str:
    digits: Sequence[re.Match[str]] = list(re.finditer(r"\d+", fact))
    if not digits:
        return ""
    match = chance.choice(digits)
    value = int(match[0])
    other = max(1, value + chance.choice((-7, -4, -3, -2, -1, 1, 2, 3, 5, 8)))
    if fact[match.end() : match.end() + 1] == "月":
        other = (other - 1) % 12 + 1
    if fact[match.end() : match.end() + 1] == "日":
        other = (other - 1) % 28 + 1
    return fact[: match.start()] + str(other) + fact[match.end() :]
