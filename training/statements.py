"""The sentence that a question should be answered with, made from question and source by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from rag.chinese.words import bigrams

_LONGEST_ANSWER, _LONGEST = 40, 80
_BREAKS = "。；！？\n"
_CLAUSE_ENDS = "，。；！？：\n"
_LEADS = re.compile(r"^(?:请问|我想知道|我想问)[，,]?")
_WHO = r"谁|什么人|哪位|哪一位|哪个人"
_WHEN = r"什么时候|什么时间|什么年代|何时|何年|哪一年|哪年|哪一天|哪天|几时"
_WHERE = r"哪里|哪儿|哪|何处|何地"
_WHAT = r"什么|哪一个|哪个|哪些|哪几个|哪种|哪几种|哪一|何种"
# What is asked for, longest first: who, when and where stand alone, what takes a noun.
_ASKED = re.compile(rf"{_WHO}|{_WHEN}|什么地方|{_WHAT}|{_WHERE}|多少|几")
_WITH_NOUN = re.compile(rf"(?:{_WHAT})$")
_COUNTS = ("多少", "几")
_REASONS = re.compile(r"为什么|为何|怎么|怎样|如何|吗|是否|呢|原因|多[大长高久远重深宽]")
# An answer that says the question's words again is a clause of its own.
_REPEATS = 0.34


def statements(question: str, sentence: str, start: int, end: int) -> Iterator[str]:
    """Yield what may answer the question, best first; `sentence[start:end]` is the answer.

    First the question with the answer in the place of what is asked, then the sentence up to the
    end of the answer's clause, the whole sentence, and the clause alone. Whether one is right is
    for a verifier to say.
    """
    answer = sentence[start:end].strip("，。；、：")
    stated = _stated(question, answer)
    if stated:
        yield stated
    begin = max((sentence.rfind(mark, 0, start) for mark in _BREAKS), default=-1) + 1
    last = end
    while last < len(sentence) and sentence[last] not in _CLAUSE_ENDS:
        last += 1
    clause = max((sentence.rfind(mark, begin, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    for text in (sentence[begin:last], sentence, sentence[max(begin, clause) : last]):
        stripped = text.strip().rstrip("，；：。")
        if len(stripped) <= _LONGEST:
            yield stripped + "。"


def _stated(question: str, answer: str) -> str:
    """The question as a statement with the answer in it; empty where no rule makes one."""
    if len(answer) > _LONGEST_ANSWER or any(mark in answer for mark in _BREAKS):
        return ""
    pairs = set(bigrams(answer))
    if pairs and len(pairs & set(bigrams(question))) / len(pairs) > _REPEATS:
        return ""
    asked = _LEADS.sub("", question.strip()).rstrip("？?。 ")
    places = list(_ASKED.finditer(asked))
    if len(places) != 1 or _REASONS.search(asked):
        return ""
    place = places[0]
    before, after = asked[: place.start()], asked[place.end() :]
    if place[0] in _COUNTS:
        return _counted(before, after, answer)
    if _WITH_NOUN.match(place[0]):
        after = _without_noun(after, answer)
    if after[:1] == answer[-1:] or before[-1:] == answer[:1]:
        return ""
    return f"{before}{answer}{after}。"


def _counted(before: str, after: str, answer: str) -> str:
    """How many: the measure word is said once, by the answer or after it."""
    words = rjieba.cut(after)
    measure = words[0] if words else ""
    if measure and measure[0] in answer:
        if not answer.endswith(measure) and not answer.endswith(measure[0]):
            return ""
        rest = after[len(measure) :] if answer.endswith(measure) else after[1:]
        return f"{before}{answer}{rest}。"
    return f"{before}{answer}{after}。" if answer[-1:].isdigit() or not after else ""


def _without_noun(after: str, answer: str) -> str:
    """What follows 什么: the noun asked about is left out where the answer stands for it."""
    (noun, tag), *rest = rjieba.tag(after) or [("", "")]
    said = noun[-1:] == answer[-1:]
    if tag.startswith("n") and (said or not rest or not rest[0][1].startswith("n")):
        return after[len(noun) :]
    return after
