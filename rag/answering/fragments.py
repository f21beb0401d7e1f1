"""Fragments made whole: 79人 becomes the clause of its source that says what the 79 are.

A small model often answers with the bare figure, day or name. A reader then has to look up what it
belongs to, and so has whoever verifies it; the source's own words around it say both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence, as_statement
from rag.answering.units import share, units_of
from rag.chinese.normalise import fold

# A longer answer is a sentence of its own.
_LEAST_CHARS, _FRAGMENT_CHARS = 2, 16
# A clause shorter than this says as little as the fragment: the one beside it belongs to it.
_CLAUSE_CHARS = 14
WHOLE_CHARS = 90
"""Characters beyond which the source's own words are no short answer."""
_PEOPLE = re.compile(r"(\D{0,4}\d[\d.,]*[万亿余多]*)[人名位]")
# 9:00, 3:1 and 25,000 are one figure each.
_CLAUSE = re.compile(r"(?:[^，,；;。！？!?：:\n]|(?<=\d)[：:](?=\d)|(?<=\d),(?=\d{3}(?!\d)))+")
_FULL_STOP = re.compile(r"[。！？!?；;\n]")
_CLOSING = "”’」』）)》"
_PAIRS = (("(", ")"), ("（", "）"), ("《", "》"), ("“", "”"))
# How a clause that stood inside a sentence begins, and how one ends whose matter comes after it.
_LINK = re.compile(
    r"^(?:然而|但是?|而[是且]?|不过|此外|同时|据悉|据报道|另(?=据)|另外|并且?)[，,]?"
)
_UNFINISHED = re.compile(
    r"(?:说|称|道|表示|声明|指出|介绍|透露|告诉(?:本报)?记者|如下|消息|报道|时|之际)[。：:]?$"
)
# Who says something is told by name and office alone.
_SAYS = re.compile(
    r"(?:介绍|透露|坦言|表示|指出|强调|认为|告诉(?:本报)?记者|接受(?:本报)?(?:记者)?采访时)?(?:说|称|道)?$"
)
_LEANS = re.compile(r"[其他她它该此这那本是又也还亦并则使令致]|双方|两者|[前后]者|自己|当天|同日")
# How a report begins that names whose it is, and how one that only says that it is one.
_NAMED = re.compile(r"[^，。：:“”]{2,14}(?:消息|报道|电)[，：:]")
_RETOLD = re.compile(r"^(?:摘要[：:]|报道[还又]?(?:称|说|提到|指出)[，：:])")
_EDGES = ' 。，,.！!？?；;：:“”"「」'


def whole(text: str, candidates: Sequence[EvidenceSentence], question: str = "") -> str:
    """Return the source's clause around `text` when that is a fragment of it, else `text`.

    Where several hold it, those in which the reader saw the answer go before the others, and then
    what has most in common with the question.
    """
    fragment = text.strip().strip(_EDGES)
    if not _LEAST_CHARS <= len(fragment) <= _FRAGMENT_CHARS:
        return text
    asked = units_of(question)
    standing = _standing(fragment)
    around = [
        (fragment in item.answer, share(asked, fold(found)), found)
        for item in candidates
        for match in standing.finditer(item.sentence.text)
        for found in [_without_saying(match.start(), match.end(), item.sentence.text)]
        if len(fragment) < len(found) <= WHOLE_CHARS
    ]
    # Of equals the first: candidates come best first.
    return as_statement(max(around, key=lambda one: one[:2])[2]) if around else text


def _without_saying(start: int, end: int, sentence: str) -> str:
    """The clauses around a part; of a clause that only says who speaks, the speaker."""
    found = clauses_around(start, end, sentence)
    speaker = _SAYS.sub("", found)
    names = speaker.endswith(sentence[start:end]) and len(speaker) > end - start
    return speaker if names else found


def clause_answering(seen: EvidenceSentence) -> str:
    """Return the clause in which the reader sees the answer, "" where it says nothing by itself."""
    start = seen.sentence.text.find(seen.answer)
    clause = without_link(clauses_around(start, start + len(seen.answer), seen.sentence.text))
    says = len(clause) > len(seen.answer) and not _UNFINISHED.search(clause)
    return as_statement(clause) if says else ""


def other_report(seen: EvidenceSentence) -> tuple[str, str]:
    """Return how another article says where the reader sees the answer, after the words for that.

    It is the sentence, a long one up to the clause of the answer; the first names the report's own
    source where it can (另据市气象台消息). "" where what is left cannot stand alone.
    """
    told = _RETOLD.sub("", _sentence_answering(seen))
    if leans_back(told) or _UNFINISHED.search(told):
        return "", ""
    if told.startswith("据"):
        return "另", told
    return ("另据" if _NAMED.match(told) else "另据报道，"), told


def _sentence_answering(seen: EvidenceSentence) -> str:
    sentence = seen.sentence.text
    end = sentence.find(seen.answer) + len(seen.answer)
    ends = [last for _, last in clause_spans(sentence) if last >= end]
    if len(sentence) > WHOLE_CHARS and ends and ends[0] <= WHOLE_CHARS:
        sentence = clauses_around(0, ends[0], sentence)
    if 0 < len(sentence) <= WHOLE_CHARS:
        return as_statement(without_link(sentence))
    return clause_answering(seen)


def leans_back(text: str) -> bool:
    """Return whether a clause begins with what stands for something said before (其, 该, 双方)."""
    return bool(_LEANS.match(text))


def without_link(clause: str) -> str:
    """Return what a clause says without the word that joins it to what stood before it."""
    return _LINK.sub("", clause)


def clause_spans(sentence: str) -> list[tuple[int, int]]:
    """Return where the clauses of a sentence begin and end."""
    return [match.span() for match in _CLAUSE.finditer(sentence)]


def clauses_around(start: int, end: int, sentence: str) -> str:
    """Return the clauses of a sentence that hold this part of it, "" where they say too little.

    Short ones come with a neighbour, and none parts a pair of brackets or quotation marks.
    """
    spans = clause_spans(sentence)
    inside = [place for place, (a, b) in enumerate(spans) if a < end and start < b]
    if not inside:
        return ""
    first, last = inside[0], inside[-1]
    if spans[last][1] - spans[first][0] < _CLAUSE_CHARS:
        # A day opens its sentence; other short clauses end one.
        before, after = (first - 1, last), (first, last + 1)
        beside = [after, before] if first == 0 else [before, after]
        first, last = next(
            (pair for pair in beside if _is_one_sentence(*pair, spans, sentence)), (first, last)
        )
    while True:
        # What closes at the very beginning belongs to what stood before.
        found = sentence[spans[first][0] : spans[last][1]].strip().lstrip(_CLOSING)
        parted = [found.count(opens) - found.count(ends) for opens, ends in _PAIRS]
        if not any(parted):
            return found
        # Cut inside brackets it would say less than the fragment.
        if min(parted) < 0 < first:
            first -= 1
        elif max(parted) > 0 and last + 1 < len(spans):
            last += 1
        else:
            return ""


def _is_one_sentence(first: int, last: int, spans: Sequence[tuple[int, int]], text: str) -> bool:
    """Whether there are such clauses, and no full stop between them."""
    there = first >= 0 and last < len(spans)
    return there and not _FULL_STOP.search(text[spans[first][0] : spans[last][1]])


def _standing(fragment: str) -> re.Pattern[str]:
    """What finds a fragment: 20人 not in 120人, but as 20名, too."""
    people = _PEOPLE.fullmatch(fragment)
    found = f"{re.escape(people[1])}[人名位]" if people else re.escape(fragment)
    before = r"(?<!\d)" if fragment[0].isdigit() else ""
    return re.compile(before + found + (r"(?!\d)" if fragment[-1].isdigit() else ""))
