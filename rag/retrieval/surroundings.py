"""What the reader is shown above a passage: the headline, and what else its article says of it.

A newspaper names people, places and days once, mostly at the beginning, and goes on with 他, 该厂
and 当天. Whether a passage answers a question about 王芳 can then not be told from it alone.
"""

from __future__ import annotations

from functools import lru_cache

from rag.chinese.normalise import fold
from rag.chinese.sentences import split_sentences
from rag.chinese.words import folded_bigrams, folded_characters, folded_words, is_content
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
    missing = telling_units(question) - _held(f"{above}\n{passage.text}", question)
    best, most = None, 0
    for span, folded in _sentences(article.text[:_LOOKED_THROUGH]):
        if span.start < passage.end and passage.start < span.end:
            continue
        count = sum(unit in folded for unit in missing)
        if best is None or count > most:
            best, most = span, count
    told = f"{_cut(article.text[best.start : best.end], missing)} {_BAR}" if best else ""
    return "\n".join(part for part in (above, told) if part)


@lru_cache(maxsize=64)
def telling_units(question: str) -> frozenset[str]:
    """Return the pairs of characters of a question's content words, and figures whole."""
    folded = fold(question)
    telling = set("".join(filter(is_content, folded_words(folded))))
    pairs = {pair for pair in folded_bigrams(folded) if telling.issuperset(pair)}
    return frozenset(pairs | {one for one in folded_characters(folded) if one.isascii()})


def _held(text: str, question: str) -> set[str]:
    folded = fold(text)
    return {unit for unit in telling_units(question) if unit in folded}


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[tuple[Span, str], ...]:
    return tuple((span, fold(text[span.start : span.end])) for span in split_sentences(text))


def _cut(sentence: str, missing: set[str] | frozenset[str]) -> str:
    sentence = sentence.strip()
    if len(sentence) <= _SENTENCE:
        return sentence
    places = [place for unit in missing if (place := sentence.find(unit)) >= 0]
    start = max(0, min(min(places, default=0) - _BEFORE, len(sentence) - _SENTENCE))
    return sentence[start : start + _SENTENCE]
