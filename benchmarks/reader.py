"""Measures the reader: does it tell whether a passage answers, and point at the answer?

    python benchmarks/reader.py --data FOLDER --sets NAME[:START:STEP] ...

Each question is read against all passages of its own context (`context` in NAME.qa.jsonl.gz). AUC
is the chance that an answerable question is held likelier than one its context does not answer;
`refusal F1` is that of refusing when the log-odds are below 0; `span F1` the overlap
in characters of the likeliest answer with the nearest accepted one, `sentence` the share whose
answer stands in the sentence that the reader points at.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from retrieval import parse_set, read_articles, read_lines

from rag.chinese.normalise import fold
from rag.chinese.sentences import split_sentences
from rag.evaluation.text import char_f1
from rag.index.chunking import split_article
from rag.models.reader import Judgement, load_reader
from rag.retrieval.surroundings import surroundings
from rag.settings import Settings
from rag.types import Article


def main() -> None:
    """Measure the sets of the command line and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", required=True, type=parse_set)
    options = parser.parse_args()
    settings = Settings.load()
    reader = load_reader(settings)
    if reader is None:
        parser.error("the reader is not there: run `wenbao models fetch`")
    for name, part in options.sets:
        articles = {a.id: a for a in read_articles(name, options.data / f"{name}.corpus.jsonl.gz")}
        likely, answerable, spans, sentences = [], [], [], []
        for question in read_lines(options.data / f"{name}.qa.jsonl.gz")[part]:
            context = question.get("context") or question["relevant"]
            asked = question["question"]
            passages = _passages(asked, [articles[key] for key in context], settings)
            judged = reader.judge(asked, passages)
            best = max(range(len(judged)), key=lambda place: judged[place].relevance)
            likely.append(judged[best].relevance)
            answerable.append(question["answerable"])
            if question["answers"]:
                text = passages[best][1]
                start, end = judged[best].answer
                spans.append(max(char_f1(text[start:end], one) for one in question["answers"]))
                said = fold(_sentence(text, judged[best]))
                sentences.append(any(fold(one) in said for one in question["answers"]))
        print(
            f"{name:24} {len(likely)} questions  {_refusal(np.array(likely), np.array(answerable))}"
            f"  span F1 {np.mean(spans):.3f}  sentence {np.mean(sentences):.3f}",
            flush=True,
        )


def _passages(
    question: str, articles: Sequence[Article], settings: Settings
) -> list[tuple[str, str]]:
    return [
        (surroundings(question, article, draft), draft.text)
        for article in articles
        for draft in split_article(article, settings.index.passage_chars)
    ]


def _sentence(text: str, judgement: Judgement) -> str:
    spans = split_sentences(text)
    return next(
        (text[start:end] for start, end in spans if start <= judgement.answer.start < end), text
    )


def _refusal(likely: np.ndarray, answerable: np.ndarray) -> str:
    if answerable.all():
        below = float(np.mean(likely < 0))
        return f"over-refusal {below:.3f}"
    pairs = likely[answerable][:, None] - likely[~answerable][None]
    auc = float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))
    refused = likely < 0
    right = (refused & ~answerable).sum()
    f1 = 2 * right / (refused.sum() + (~answerable).sum())
    over = (refused & answerable).sum() / answerable.sum()
    return f"AUC {auc:.3f}  refusal F1 {f1:.3f}  over-refusal {over:.3f}"


if __name__ == "__main__":
    main()
