"""How much of a question's telling wording a text contains, and in how long pieces.

Rare wording counts more: a name that three passages contain tells more than 工作, which a thousand
do. The units are pairs of characters, and figures and Latin words whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from rag.chinese.normalise import fold
from rag.chinese.words import (
    folded_bigrams,
    folded_characters,
    folded_units,
    folded_words,
    is_content,
)
from rag.index.snapshot import Snapshot

# Words that occur in every other passage tell nothing; so do units this common.
_TELLING_RARITY = 0.5
_SENTENCE_END = re.compile(r"[。!?…\n]+")
# Passages and headings that are kept in search form: about 1 KB each, and folding one costs
# 0.1 ms, of which a question needs a hundred.
_KEPT = 8192


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in search form, whole and by sentences."""

    folded: str
    sentences: tuple[str, ...]


@lru_cache(maxsize=_KEPT)
def read(text: str) -> Reading:
    """Return the reading of a text."""
    folded = fold(text)
    sentences = tuple(part for part in _SENTENCE_END.split(folded) if part)
    return Reading(folded, sentences or (folded,))


def overlap(first: Reading, second: Reading) -> float:
    """Return the share of their pairs of characters that two texts have in common (Jaccard)."""
    ours, theirs = _pairs(first.folded), _pairs(second.folded)
    union = len(ours | theirs)
    return len(ours & theirs) / union if union else 1.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in search form with what each part of it is worth by its rarity.

    `units` are its telling pairs and figures, `characters` its telling characters and figures, each
    with its share of the rarity of all of them;
    `sums` what its pairs (of function words, too) up to each place are worth together, `words` its
    content words and terms of the collection, `printed` the terms as the newspaper prints them.
    """

    folded: str
    units: Mapping[str, float]
    characters: Mapping[str, float]
    sums: tuple[float, ...]
    words: tuple[str, ...]
    printed: Mapping[str, str]

    def coverage(self, text: str) -> float:
        """Return the share of the telling units in a folded text, in [0, 1]."""
        return _share(self.units, text)

    def character_coverage(self, text: str) -> float:
        """Return the share of the telling characters in a folded text, in [0, 1]."""
        return _share(self.characters, text)

    def longest_run(self, text: str) -> float:
        """Return the share of all pairs in the longest piece of the question found whole."""
        sums, folded = self.sums, self.folded
        best, first, last = 0.0, 0, len(sums) - 1
        while first < last:
            # Only where each pair is found can a longer piece be, and mostly none is.
            end = first
            while end < last and folded[end : end + 2] in text:
                end += 1
            if sums[end] - sums[first] > best:
                best = max(best, self._best_piece(text, first, end))
            first = end + 1
        return best / sums[-1] if sums[-1] else 0.0

    def _best_piece(self, text: str, first: int, last: int) -> float:
        """The worth of the best piece of the text among the pairs from `first` to before `last`."""
        if self.folded[first : last + 1] in text:
            return self.sums[last] - self.sums[first]
        best, start = 0.0, first
        for end in range(first + 2, last + 2):
            while end - start > 1 and self.folded[start:end] not in text:
                start += 1
            best = max(best, self.sums[end - 1] - self.sums[start])
        return best

    def matched(self, text: str) -> tuple[str, ...]:
        """Return the words of the question in a folded text; neighbours found together are one."""
        joined: list[str] = []
        for word in self.words:
            if word not in text:
                continue
            if joined and joined[-1] + word in text and joined[-1] + word in self.folded:
                joined[-1] += word
            elif not any(word in other for other in joined):
                joined.append(word)
        whole = [word for word in joined if len(word) > 1 or word.isdigit()]
        return tuple(map(self._as_printed, whole))

    def _as_printed(self, words: str) -> str:
        for folded, printed in self.printed.items():
            words = words.replace(folded, printed)
        return words


def question_wording(question: str, snapshot: Snapshot) -> Wording:
    """Return the wording of a question, slips mended, weighed by rarity in the collection."""
    folded = fold(snapshot.mended(question))
    terms = snapshot.lexicon.find(folded)
    words = _with_terms([*filter(is_content, folded_words(folded))], terms)
    telling = set("".join(words))
    pairs = _rarities(folded_bigrams(folded), "bigrams", snapshot)
    single = _rarities(folded_characters(folded), "characters", snapshot)
    rarities = pairs | single
    units = {unit: rarities[unit] for unit in folded_units(folded, words)}
    return Wording(
        folded,
        _telling(units),
        _telling({u: rarity for u, rarity in single.items() if u in telling or u.isascii()}),
        tuple(accumulate((pairs.get(a + b, 0.0) for a, b in pairwise(folded)), initial=0.0)),
        tuple(dict.fromkeys(word for word in words if word in folded)),
        {term: snapshot.lexicon.printed(term) for term in terms},
    )


def _with_terms(words: Sequence[str], terms: Sequence[str]) -> list[str]:
    """Content words with the terms in the place of the words that they consist of."""
    parts = [word for word in words if not any(word in term for term in terms)]
    return [*terms, *parts]


def _rarities(units: Sequence[str], field: str, snapshot: Snapshot) -> dict[str, float]:
    distinct = list(dict.fromkeys(units))
    return dict(zip(distinct, snapshot.rarities(distinct, field).tolist(), strict=True))


def _telling(rarities: Mapping[str, float]) -> dict[str, float]:
    telling = {unit: rarity for unit, rarity in rarities.items() if rarity >= _TELLING_RARITY}
    total = sum(telling.values())
    return {unit: rarity / total for unit, rarity in telling.items()}


def _share(shares: Mapping[str, float], text: str) -> float:
    # Rounding may carry the sum of all shares a little over 1.
    return min(1.0, sum([share for unit, share in shares.items() if unit in text], 0.0))


# Every finding is compared with all before it.
@lru_cache(maxsize=512)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(first + second for first, second in pairwise(text))
