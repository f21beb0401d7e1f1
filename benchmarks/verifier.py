"""Does the verifier tell what an article says from what it does not?

Sentences are made by rule from real articles (`paraphrases.py`): as they stand, in other words, and
spoilt in one place; besides, a sentence of another article by chance, and the most similar one of
many others. `python benchmarks/verifier.py --data FOLDER --set ats_news_train [--show]`
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from paraphrases import FAITHFUL, PUBLISHED, SPOILT

from rag.answering.evidence import EvidenceSentence, sentences_of
from rag.answering.units import units_of
from rag.answering.verification import Verification, verify
from rag.chinese.sentences import split_sentences
from rag.types import Article, Evidence, Passage, Verdict

_SHORTEST = 15
# So many other articles are looked through for the most similar sentence.
_OTHERS = 60
# From this share on the other sentence says what an article says: a report of the same event.
_SAME = 0.7


def main() -> None:
    """Print verdicts by kind, precision and recall of `supported`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", default="ats_news_train")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args()
    with gzip.open(options.data / f"{options.set}.corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    chance = random.Random(options.seed)
    chance.shuffle(rows)
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows[: options.articles]:
        candidates = _candidates(row)
        for kind, sentence in _sentences(candidates, row, rows, chance):
            found = verify(sentence, "", candidates)
            verdicts[kind][found.verdict] += 1
            if options.show and (found.verdict is Verdict.SUPPORTED) is not (kind in FAITHFUL):
                _show(kind, sentence, found)
    _print(verdicts)


def _candidates(row: dict[str, Any]) -> list[EvidenceSentence]:
    article = Article(row["id"], row["title"], row["text"], row["id"], published=PUBLISHED)
    passage = Passage(0, article.id, article.text, 0, len(article.text))
    return sentences_of([Evidence(passage, article, 1.0, 0.8, 0.8)])


def _sentences(
    candidates: Sequence[EvidenceSentence],
    row: dict[str, Any],
    rows: Sequence[dict[str, Any]],
    chance: random.Random,
) -> Iterator[tuple[str, str]]:
    """Yield (kind, sentence), of each kind at most one for an article."""
    long = [c.sentence.text for c in candidates if len(c.sentence.text) >= _SHORTEST]
    if not long:
        return
    other = chance.choice(rows)["text"]
    for kind, rule in (FAITHFUL | SPOILT).items():
        # Not every sentence has a figure: the first that the rule can do something with is taken.
        for sentence in chance.sample(long, len(long)):
            made = rule(sentence, other, chance)
            if made and (made != sentence or kind == "whole sentence"):
                yield kind, made
                break
    strange = _long_sentences(other)
    if strange and other != row["text"]:
        yield "other article", chance.choice(strange)
    similar = _most_similar(chance.choice(long), row, chance.sample(rows, _OTHERS))
    if similar:
        yield "similar sentence", similar


def _most_similar(sentence: str, row: dict[str, Any], others: Sequence[dict[str, Any]]) -> str:
    """The sentence of other articles that shares most of its wording with `sentence`."""
    wanted = units_of(sentence)
    best, found = 0.0, ""
    for other in others:
        if other["id"] == row["id"]:
            continue
        for one in _long_sentences(other["text"]):
            share = sum(unit in one for unit in wanted) / len(wanted) if wanted else 0.0
            if best < share < _SAME and one not in row["text"]:
                best, found = share, one
    return found


def _long_sentences(text: str) -> list[str]:
    return [text[s:e] for s, e in split_sentences(text) if e - s >= _SHORTEST]


def _show(kind: str, sentence: str, found: Verification) -> None:
    missing = "、".join(map(str, found.missing))
    print(f"{kind}: {sentence}\n    {found.verdict.value} {found.wording} {found.novel} {missing}")
    for item in found.sources:
        print(f"    | {item.sentence.text}")


def _print(verdicts: dict[str, Counter[str]]) -> None:
    for kind in sorted(verdicts, key=lambda kind: (kind not in FAITHFUL, kind)):
        counts = verdicts[kind]
        shares = "  ".join(f"{verdict.value} {counts[verdict]:4}" for verdict in Verdict)
        mark = "says the same" if kind in FAITHFUL else ""
        print(f"{kind:20} n={counts.total():4}  {shares}  {mark}")
    supported = {kind: counts[Verdict.SUPPORTED] for kind, counts in verdicts.items()}
    right = sum(count for kind, count in supported.items() if kind in FAITHFUL)
    faithful = sum(counts.total() for kind, counts in verdicts.items() if kind in FAITHFUL)
    print(f"precision {right / sum(supported.values()):.3f}  recall {right / faithful:.3f}")


if __name__ == "__main__":
    main()
