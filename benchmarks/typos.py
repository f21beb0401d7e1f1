"""Measures what slips of the keyboard cost: each question as it is, and with one wrong character.

    python benchmarks/typos.py --data FOLDER --sets NAME[:START:STEP] ... [--work FOLDER]

One character of a content word is replaced, four times of five by a frequent one that sounds
alike, otherwise by any frequent one (seed 5). Both are searched with and without mending, in the
collections that retrieval.py made under --work.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from retrieval import Part, ingest, measures, parse_set, read_questions

from rag.chinese.normalise import fold, is_han
from rag.chinese.readings import homophones
from rag.chinese.words import content_words
from rag.index.collection import Collection
from rag.models.embedder import Embedder, load_embedder
from rag.retrieval.search import search
from rag.settings import Settings

_FREQUENT, _CHOSEN_FROM = 3000, 6
_SOUNDS_ALIKE = 0.8


def spoil(question: str, frequent: Sequence[str], chance: random.Random) -> str:
    """Return the question with one wrong character, itself when it has no word to spoil."""
    words = [w for w in content_words(question) if len(w) > 1 and all(map(is_han, w))]
    words = [word for word in words if word in question]
    if not words:
        return question
    word = chance.choice(words)
    place = question.index(word) + chance.randrange(len(word))
    right = question[place]
    wrong = [one for one in frequent if one != right]
    if chance.random() < _SOUNDS_ALIKE:
        alike = homophones(right)
        wrong = [one for one in frequent if one in alike][:_CHOSEN_FROM] or wrong
    return question[:place] + chance.choice(wrong) + question[place + 1 :]


def rank(
    collection: Collection, embedder: Embedder, settings: Settings, *, mend: bool
) -> Callable[[str], list[str]]:
    """Return the function from a question to ranked article ids."""

    def found(question: str) -> list[str]:
        snapshot = collection.snapshot()
        mended = snapshot.mended
        if not mend:
            snapshot.mended = lambda text: text  # type: ignore[assignment]
        try:
            evidence = search(collection, embedder, question, k=60, settings=settings)
        finally:
            snapshot.mended = mended
        return list(dict.fromkeys(one.article.id for one in evidence))

    return found


def main() -> None:
    """Print recall@1, recall@10 and MRR@10 of the four cases, and how many were restored."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", required=True, type=parse_set)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks/retrieval"))
    options = parser.parse_args()
    settings = Settings.load()
    embedder = load_embedder(settings)
    for name, part in options.sets:
        chance = random.Random(5)
        questions: list[dict[str, Any]] = read_questions(options.data / f"{name}.qa.jsonl.gz", part)
        with Collection.open(options.work / name, settings, embedder) as collection:
            articles = ingest(collection, [Part(name)], options.data)
            counts = Counter(c for one in articles for c in one.text if is_han(c))
            frequent = [character for character, _ in counts.most_common(_FREQUENT)]
            exact = [one["question"] for one in questions]
            typed = [spoil(question, frequent, chance) for question in exact]
            snapshot = collection.snapshot()
            restored = sum(
                wrong != right and fold(snapshot.mended(wrong)) == fold(right)
                for wrong, right in zip(typed, exact, strict=True)
            )
            changed = sum(snapshot.mended(question) != question for question in exact)
            print(f"{name}: {len(exact)} questions, {restored} restored, {changed} exact changed")
            for label, texts in (("exact", exact), ("typo", typed)):
                for mend in (False, True):
                    ranked = rank(collection, embedder, settings, mend=mend)
                    rows = [
                        measures(ranked(text), one["relevant"])
                        for text, one in zip(texts, questions, strict=True)
                    ]
                    first, _, ten, mrr, _ = np.mean(rows, axis=0)
                    print(f"  {label:5} mended {mend!s:5}  {first:.3f} / {ten:.3f} / {mrr:.3f}")


if __name__ == "__main__":
    main()
