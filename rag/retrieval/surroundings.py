"""What the reader is shown above a passage: the headline, and what else its article says of it.

A newspaper names people, places and days once, mostly at the beginning, and goes on with 他, 该厂
and 当天. Whether a passage answers a question about 王芳 can then not be told from it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.chinese.normalise import fold, simplify
from rag.chinese.sentences import split_sentences
from rag.chinese.words import content_units
from rag.index.chunking import Draft
from rag.types import Article, Passage, Span

# What some exports give as a headline is the whole article: it is cut, for reading it takes time.
_HEADLINE = 60
_SENTENCE = 60
# Between the sentence and the passage: to the reader a new line is a space.
_BAR = "|"
# Of a cut sentence, the characters shown before the first thing that was looked for.
_BEFORE = 15
# Characters of an article that are looked through: of a book only the beginning.
_LOOKED_THROUGH = 8000


def surroundings(
    question: str, article: Article, passage: Passage | Draft, *, headline: bool = True
) -> str:
    """Return the lines above a passage: headline and subhead, then one sentence of the article.

    That is the one outside the passage that holds most of the question's wording which headline
    and passage have not; where none holds any, the first one.
    """
    above = f"{article.headline[:_HEADLINE]} {passage.subhead}".strip() if headline else ""
    held = fold(f"{above}\n{passage.text}")
    missing = [unit for unit in _units(question) if unit not in held]
    best, most = None, 0
    for span, folded in _sentences(article.text[:_LOOKED_THROUGH]):
        if span.start < passage.end and passage.start < span.end:
            continue
        count = sum(unit in folded for unit in missing)
        if best is None or count > most:
            best, most = span, count
    told = f"{_cut(article.text[best.start : best.end], missing)} {_BAR}" if best else ""
    return "\n".join(part for part in (above, told) if part)


# Each passage of a search is looked at for the same question.
@lru_cache(maxsize=16)
def _units(question: str) -> tuple[str, ...]:
    return tuple(content_units(question))


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[tuple[Span, str], ...]:
    return tuple((span, fold(text[span.start : span.end])) for span in split_sentences(text))


def _cut(sentence: str, missing: Sequence[str]) -> str:
    sentence = sentence.strip()
    if len(sentence) <= _SENTENCE:
        return sentence
    # As the reader sees it: what is looked for is simplified, the article may not be.
    plain = simplify(sentence)
    places = [place for unit in missing if (place := plain.find(unit)) >= 0]
    start = max(0, min(min(places, default=0) - _BEFORE, len(sentence) - _SENTENCE))
    return sentence[start : start + _SENTENCE]
