"""Sentences of Chinese newspaper text as spans.

A sentence ends at 。！？… with its closing quotes and brackets, and at a line break. A quotation
stays whole with the words that say who spoke (“……。”他说。), unless it is over-long.
"""

from __future__ import annotations

import re

from rag.types import Span

LONG_SENTENCE = 150
"""Characters beyond which a sentence is cut at semicolons and a quotation no longer protects."""
CLAUSE = re.compile(r"(?:[^,，;；。！？!?\n]|(?<=\d),(?=\d{3}(?!\d)))+")
"""What stands between two commas or ends of sentences."""

_ENDS = "。！？!?…｡"
_OPENING = dict(zip("“‘「『（(【《〈", "”’」』）)】》〉", strict=True))
_CLOSING = set(_OPENING.values()) | {'"'}
_QUOTES = set('”’」』"')
_MARK = re.compile("[.．" + re.escape(_ENDS) + "]")
_PAIR = re.compile("[" + re.escape("".join({*_OPENING, *_CLOSING})) + "]")
_GOES_ON = re.compile(r"\s*(?:[,，、;；:：]|[的地得等和与及并](?![^\W\d_]{0,2}[,，]))")
_SPEAKER = re.compile(
    r"[^。！？!?…“”\n]{0,40}(?:说道|说|道|表示|告诉记者|告诉笔者|介绍|坦言|感慨|笑称|回忆|解释|指出|强调)"
    r"[^。！？!?…“”\n:：,，]{0,6}[。！？!?]"
)


def clause_with(part: str, sentence: str) -> str:
    """Return the clause of a sentence in which a part of it stands, else the sentence."""
    clauses: list[str] = CLAUSE.findall(sentence)
    return next((clause for clause in clauses if part in clause), sentence)


def split_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`, in order, without surrounding whitespace.

    Every character that is not whitespace lies in exactly one span.
    """
    spans = []
    start = 0
    for line in text.splitlines(keepends=True):
        spans += _line_sentences(text, start, start + len(line))
        start += len(line)
    return spans


def _line_sentences(text: str, start: int, end: int) -> list[Span]:
    guarded = _guarded(text, start, end)
    spans = []
    first = at = start
    while mark := _MARK.search(text, at, end):
        at = mark.start()
        if not _is_end(text, at) or guarded[at - start]:
            at += 1
            continue
        at = _past_closing(text, at, end)
        if _GOES_ON.match(text, at, end):
            continue
        speaker = _SPEAKER.match(text, at, end) if text[at - 1] in _CLOSING else None
        if speaker and speaker.end() - first <= LONG_SENTENCE:
            at = _past_closing(text, speaker.end() - 1, end)
        spans += _cut_long(text, first, at)
        first = at
    return spans + _cut_long(text, first, end)


def _past_closing(text: str, at: int, end: int) -> int:
    """Index after the run of end marks and closing quotes at `at`."""
    while at < end and (_is_end(text, at) or text[at] in _CLOSING):
        # A straight quote may open the next quotation.
        if text[at] == '"' and text.count('"', 0, at) % 2 == 0:
            break
        at += 1
    return at


def _is_end(text: str, at: int) -> bool:
    character = text[at]
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if character in "?!":
        # A question mark between letters belongs to an address.
        return not (before.isascii() and before.strip() and _is_ascii_word(after))
    if character in ".．":
        # Some dumps print the full stop so; after a letter or digit it is a decimal or initial.
        return not before.isascii() and before.isalpha() and not _is_decimal(after)
    return character in _ENDS


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_decimal(character: str) -> bool:
    return _is_ascii_word(character) or (character != "" and character in ".．")


def _guarded(text: str, start: int, end: int) -> list[bool]:
    """For each character, whether it lies inside a closed pair that is not over-long.

    The end mark before a closing quote (…。”) is not guarded: there the quotation may end the
    sentence.
    """
    guarded = [False] * (end - start)
    open_at: list[tuple[int, str]] = []
    for mark in _PAIR.finditer(text, start, end):
        at, character = mark.start(), mark[0]
        if character == '"' and any(closing == '"' for _, closing in open_at):
            pass
        elif character in _OPENING or character == '"':
            open_at.append((at, _OPENING.get(character, '"')))
            continue
        while open_at:
            opened, closing = open_at.pop()
            if closing == character:
                inner = at
                while closing in _QUOTES and inner > opened + 1 and _is_end(text, inner - 1):
                    inner -= 1
                if inner - opened <= LONG_SENTENCE:
                    guarded[opened - start : inner - start] = [True] * (inner - opened)
                break
    return guarded


def _cut_long(text: str, start: int, end: int) -> list[Span]:
    """The span without surrounding whitespace, cut at semicolons when it is over-long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return []
    if end - start <= LONG_SENTENCE:
        return [Span(start, end)]
    cuts = [match.end() for match in re.compile(r"[;；][”’」』）)]*").finditer(text, start, end)]
    cuts = [cut for cut in cuts if cut < end]
    if not cuts:
        return [Span(start, end)]
    within = [cut for cut in cuts if cut - start <= LONG_SENTENCE]
    cut = within[-1] if within else cuts[0]
    return [*_cut_long(text, start, cut), *_cut_long(text, cut, end)]
