"""How well an answer's wording meets a reference answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rag.chinese.normalise import fold, simplify
from rag.evaluation.extra import needed

LONG_ANSWER = 12
"""Characters from which a reference answer is met by recall and no longer by containment."""

LONG_ANSWER_RECALL = 0.6
"""Share of a long reference answer, in order, that a correct answer has to contain."""

# The punctuation that the official CMRC 2018 script (cmrc2018_evaluate.py, v5) leaves out.
_CMRC_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』")
_FOLDED_PUNCTUATION = frozenset(",;()!?'\"[]【】‘—")
_UNIT = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*|\S")
_NOT_WORD = re.compile(r"(?:(?<!\d)[.]|[.](?!\d)|[^\w.%‰]|_)+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
# -5℃, -5°C and 零下5度 are one, and none of them is 5℃; 3-5℃ is a range.
_MINUS = re.compile(r"(?<![\d℃°度c])[-−－](?=\d+(?:\.\d+)?\s*(?:℃|°|度|摄氏度))", re.IGNORECASE)
_DEGREES = re.compile(r"℃|°c(?![a-z])|摄氏度", re.IGNORECASE)
_BELOW_ZERO = "零下"
# 9:30, 9点30分, 9点半 and 9点 as newspapers print them: 9时30分, 9时.
_CLOCK = (
    (re.compile(r"(?<!\d)(\d{1,2})[:点时](\d{2})分?(?!\d)"), r"\1时\2分"),
    (re.compile(r"(?<!\d)(\d{1,2})[点时]半"), r"\1时30分"),
    (re.compile(r"(?<!\d)(\d{1,2})点(?!\d)"), r"\1时"),
)


@lru_cache(maxsize=16384)
def comparable(text: str) -> str:
    """The search form of a text without punctuation and space; 1.2 keeps its point.

    Between two numbers or Latin words a space stays: 第1、2名 does not become 第12名. Times of day
    and degrees are written in one way.
    """
    folded = fold(_degrees(text))
    for pattern, printed in _CLOCK:
        folded = pattern.sub(printed, folded)
    return _joined(_NOT_WORD.split(folded))


def segments(text: str) -> list[str]:
    """CMRC's units without punctuation: each Chinese character, each run of letters or digits."""
    plain = simplify(_narrow(text)).lower()
    return [
        unit
        for unit in _UNIT.findall(plain)
        if unit not in _CMRC_PUNCTUATION and unit not in _FOLDED_PUNCTUATION
    ]


def contains(text: str, reference: str) -> bool:
    """Whether `text` contains `reference` as written or in search form.

    A reference that begins or ends with a digit or a Latin letter is not found inside a longer
    number or word: 12 is not in 2012.
    """
    if not comparable(reference):
        return False
    return _bounded_in(comparable(reference), comparable(text)) or _bounded_in(
        _joined(segments(_degrees(reference))), _joined(segments(_degrees(text)))
    )


def exact(text: str, reference: str) -> bool:
    """Whether both are the same but for punctuation, space, case, width, script and numerals."""
    return segments(text) == segments(reference) or comparable(text) == comparable(reference)


def char_f1(text: str, reference: str) -> float:
    """CMRC 2018's F1 in [0, 1]: longest common run of units against both lengths."""
    ours, gold = segments(text), segments(reference)
    common = longest_common_run(ours, gold)
    if common == 0:
        return 0.0
    precision, recall = common / len(ours), common / len(gold)
    return 2 * precision * recall / (precision + recall)


def rouge_l(text: str, reference: str) -> float:
    """ROUGE-L F1 in [0, 1] over CMRC's units, by the package rouge-chinese."""
    return _rouge(text, reference)["f"]


def rouge_l_recall(text: str, reference: str) -> float:
    """The share of the reference's units that the text has in the same order, in [0, 1]."""
    return _rouge(text, reference)["r"]


def meets(text: str, reference: str) -> bool:
    """Whether `text` says what `reference` says.

    A short reference has to be contained. A long one is met when most of its characters occur in
    order and every figure of it occurs.
    """
    if contains(text, reference):
        return True
    if len(segments(reference)) < LONG_ANSWER:
        return False
    figures = _FIGURE.findall(comparable(reference))
    return (
        all(_bounded_in(figure, comparable(text)) for figure in figures)
        and rouge_l_recall(text, reference) >= LONG_ANSWER_RECALL
    )


def best(scores: Iterable[float]) -> float:
    """The highest score, 0 when there is none: alternatives count by the one that fits best."""
    return max(scores, default=0.0)


def longest_common_run(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest run of units that both have without a gap."""
    longest = 0
    previous = [0] * (len(right) + 1)
    for unit in left:
        current = [0] * (len(right) + 1)
        for column, other in enumerate(right, start=1):
            if unit == other:
                current[column] = previous[column - 1] + 1
                longest = max(longest, current[column])
        previous = current
    return longest


def _rouge(text: str, reference: str) -> dict[str, float]:
    # The package cuts its input at full stops; inside a number that would lose nothing but the
    # point, so the point goes on both sides alike.
    ours = " ".join(unit.replace(".", "") for unit in segments(text)).strip()
    gold = " ".join(unit.replace(".", "") for unit in segments(reference)).strip()
    if not ours or not gold:
        return {"f": 0.0, "p": 0.0, "r": 0.0}
    scores: list[dict[str, dict[str, float]]] = (
        needed("rouge_chinese").Rouge(metrics=["rouge-l"]).get_scores(ours, gold)
    )
    return scores[0]["rouge-l"]


def _joined(parts: Iterable[str]) -> str:
    joined: list[str] = []
    last = ""
    for part in filter(None, parts):
        if _is_ascii_word(last) and _is_ascii_word(part[0]):
            joined.append(" ")
        joined.append(part)
        last = part[-1]
    return "".join(joined)


def _degrees(text: str) -> str:
    return _DEGREES.sub("度", _MINUS.sub(_BELOW_ZERO, text))


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _bounded_in(needle: str, text: str) -> bool:
    before = r"(?<![a-z])" if _latin(needle[0]) else ""
    if needle[0].isdigit():
        before = rf"(?<![\d.])(?<!{_BELOW_ZERO})"
    after = r"(?!\.?\d)" if needle[-1].isdigit() else r"(?![a-z])" if _latin(needle[-1]) else ""
    if not before and not after:
        return needle in text
    return re.search(before + re.escape(needle) + after, text) is not None


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
