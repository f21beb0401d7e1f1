"""Does the verifier tell what an article says from what it does not?

Sentences are made by rule from real articles: as they stand, one clause of them, and spoilt in one
place (a digit, a day, a name, a negation, a sentence of another article). `python
benchmarks/verifier.py --data FOLDER --set ats_news_train`
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from rag.answering.evidence import EvidenceSentence, sentences_of
from rag.answering.verification import verify
from rag.chinese.names import names
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import split_sentences
from rag.types import Article, Evidence, Passage, Verdict

_SHORTEST = 15
_VERBS = re.compile("表示|要求|支持|参加|发现|同意|允许|影响|使用|接受|提高|完成")
_FAITHFUL = ("whole sentence", "one clause")


def main() -> None:
    """Print verdicts by kind, precision and recall of `supported`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", default="ats_news_train")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    with gzip.open(options.data / f"{options.set}.corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    generator = random.Random(options.seed)
    generator.shuffle(rows)
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows[: options.articles]:
        article = Article(row["id"], row["title"], row["text"], row["id"])
        passage = Passage(0, article.id, article.text, 0, len(article.text))
        candidates = sentences_of([Evidence(passage, article, 1.0, 0.8, 0.8)])
        other = generator.choice(rows)["text"]
        for kind, sentence in _sentences(candidates, other, generator):
            verdicts[kind][verify(sentence, "", candidates).verdict] += 1
    _print(verdicts)


def _sentences(
    candidates: list[EvidenceSentence], other: str, generator: random.Random
) -> Iterator[tuple[str, str]]:
    long = [c.sentence.text for c in candidates if len(c.sentence.text) >= _SHORTEST]
    if not long:
        return
    sentence = generator.choice(long)
    yield "whole sentence", sentence
    clauses = [clause for clause in re.split("[，,]", sentence.rstrip("。")) if len(clause) > 8]
    if clauses:
        yield "one clause", generator.choice(clauses) + "。"
    if numbers := find_numbers(sentence):
        number = generator.choice(numbers)
        changed = re.sub(
            r"\d", lambda d: str((int(d[0]) + generator.randint(1, 8)) % 10), number.text
        )
        if changed != number.text:
            yield "altered figure", sentence[: number.start] + changed + sentence[number.end :]
    if day := re.search(r"(\d{1,2})[月日]", sentence):
        changed = str(int(day[1]) % 12 + 1)
        yield "altered date", sentence[: day.start(1)] + changed + sentence[day.end(1) :]
    own, elsewhere = names(sentence), [name for name in names(other) if name not in sentence]
    if own and elsewhere:
        yield "swapped name", sentence.replace(generator.choice(own), generator.choice(elsewhere))
    if (verb := _VERBS.search(sentence)) and sentence[verb.start() - 1] not in "不未没":
        yield "negation", f"{sentence[: verb.start()]}不{sentence[verb.start() :]}"
    spans = [span for span in split_sentences(other) if span.end - span.start >= _SHORTEST]
    if spans:
        start, end = generator.choice(spans)
        yield "other article", other[start:end]


def _print(verdicts: dict[str, Counter[str]]) -> None:
    for kind, counts in verdicts.items():
        shares = "  ".join(f"{verdict.value} {counts[verdict]}" for verdict in Verdict)
        print(f"{kind:15} n={counts.total():4}  {shares}")
    supported = {kind: counts[Verdict.SUPPORTED] for kind, counts in verdicts.items()}
    right = sum(supported[kind] for kind in _FAITHFUL)
    faithful = sum(verdicts[kind].total() for kind in _FAITHFUL)
    print(f"precision {right / sum(supported.values()):.3f}  recall {right / faithful:.3f}")


if __name__ == "__main__":
    main()
