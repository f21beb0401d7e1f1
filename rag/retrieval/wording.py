"""How much of a question's telling wording a text contains.

Rare wording counts more: a name that three passages contain tells more than 工作, which a thousand
do. The units are pairs of characters, and figures and Latin words whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.chinese.normalise import fold
from rag.chinese.words import bigrams, characters, content_words
from rag.index.snapshot import Snapshot

# Words that occur in every other passage tell nothing; so do units this common.
_TELLING_RARITY = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in search form with its units; made once, for folding costs more than comparing."""

    folded: str
    units: frozenset[str]

    def __or__(self, other: Reading) -> Reading:
        return Reading(f"{self.folded}\n{other.folded}", self.units | other.units)


def read(text: str) -> Reading:
    """Return the reading of a text."""
    folded = fold(text)
    return Reading(folded, frozenset((*bigrams(folded), *characters(folded))))


def overlap(first: Reading, second: Reading) -> float:
    """Return the share of their units that two texts have in common (Jaccard), in [0, 1]."""
    union = len(first.units | second.units)
    return len(first.units & second.units) / union if union else 1.0


@dataclass(frozen=True, slots=True)
class Wording:
    """The telling units of a question with their rarity, and its content words in order."""

    folded: str
    units: tuple[str, ...]
    rarities: NDArray[np.float64]
    words: tuple[str, ...]

    def coverage(self, reading: Reading) -> float:
        """Return the share of the question's rare wording in a text, in [0, 1]."""
        total = float(self.rarities.sum())
        if not total:
            return 0.0
        found = np.array([unit in reading.units for unit in self.units], bool)
        return float(self.rarities[found].sum()) / total

    def matched(self, reading: Reading) -> tuple[str, ...]:
        """Return the words of the question in a text; neighbours that stand together are one."""
        folded = reading.folded
        joined: list[str] = []
        for word in self.words:
            if word not in folded:
                continue
            if joined and joined[-1] + word in folded and joined[-1] + word in self.folded:
                joined[-1] += word
            elif not any(word in other for other in joined):
                joined.append(word)
        return tuple(word for word in joined if len(word) > 1 or word.isdigit())


def question_wording(question: str, snapshot: Snapshot) -> Wording:
    """Return the telling wording of a question, weighed by rarity in the collection."""
    folded = fold(question)
    words = content_words(folded)
    telling = set("".join(words))
    pairs = [pair for pair in dict.fromkeys(bigrams(folded)) if telling.issuperset(pair)]
    figures = [unit for unit in dict.fromkeys(characters(folded)) if unit.isascii()]
    units = [*pairs, *figures]
    rarities = np.concatenate(
        [snapshot.rarities(pairs, "bigrams"), snapshot.rarities(figures, "characters")]
    )
    return Wording(
        folded,
        tuple(units),
        np.where(rarities >= _TELLING_RARITY, rarities, 0.0) if len(units) else rarities,
        tuple(dict.fromkeys(word for word in words if word in folded)),
    )
