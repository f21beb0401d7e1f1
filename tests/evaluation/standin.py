"""A small assistant over the seed articles: bigram search, best sentence, refusal by coverage."""

import hashlib
import re
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from rag.chinese.sentences import split_sentences
from rag.errors import GenerationError
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerDone,
    AnswerSentence,
    Article,
    Evidence,
    EvidenceFound,
    Passage,
    Source,
    Verdict,
)

SEEDS = Path(__file__).parents[2] / "seeds"


def seed_articles():
    """The seeds as articles: a short block without a full stop begins one."""
    articles = []
    for path in sorted(SEEDS.glob("*.txt")):
        headline, body = "", []
        for block in [*path.read_text(encoding="utf-8").split("\n"), "结束"]:
            block = block.strip()
            if not block:
                continue
            if len(block) < 40 and not re.search(r"[。！？!?”]$", block):
                if headline and body:
                    text = "\n".join(body)
                    name = hashlib.sha256(f"{headline}{text}".encode()).hexdigest()[:16]
                    articles.append(Article(name, headline, text, f"{path.name}#{headline}"))
                headline, body = block, []
            else:
                body.append(block)
    return articles


def bigrams(text):
    plain = re.sub(r"\W", "", text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


class StandIn:
    """Deterministic; counts its calls; fails or stops where a test wants it."""

    def __init__(self, *, threshold=0.5, stop_after=None, failing=(), lacking=0, **overrides):
        self.settings = Settings.load(**overrides)
        self.threshold = threshold
        self.stop_after = stop_after
        self.failing = failing
        self.lacking = lacking
        self.calls = 0

    @cached_property
    def _articles(self):
        return seed_articles()

    @cached_property
    def _passages(self):
        found = []
        for article in self._articles:
            for start, end in split_sentences(article.text):
                passage = Passage(len(found), article.id, article.text[start:end], start, end)
                found.append((article, passage, bigrams(article.headline + passage.text)))
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def articles(self):
        return self._articles

    def stats(self):
        return SimpleNamespace(articles=len(self._articles), lacking=self.lacking)

    def search(self, question):
        self._count(question)
        return self._search(question)

    def _search(self, question):
        wanted = bigrams(question)
        scored = [
            (len(wanted & grams) / max(len(wanted), 1), article, passage)
            for article, passage, grams in self._passages
        ]
        scored.sort(key=lambda item: (-item[0], item[2].id))
        return [
            Evidence(passage, article, score, score, score, reasons=("用词相同",))
            for score, article, passage in scored[: self.settings.retrieval.k]
        ]

    def stream(self, question, *, history=()):
        completed = "".join(turn.question for turn in history) + question
        evidence = tuple(self._search(completed))
        yield EvidenceFound(evidence)
        yield AnswerDone(self._answer(question, evidence))

    def ask(self, question, *, history=()):
        self._count(question)
        *_, done = self.stream(question, history=history)
        return done.answer

    def _answer(self, question, evidence):
        best = evidence[0] if evidence else None
        if best is None or best.coverage < self.threshold:
            return Answer(
                question,
                "现有报道中没有找到答案。",
                refused=True,
                reason="材料没有覆盖问题",
                related=evidence,
                evidence=evidence,
                timings={"search": 0.01},
            )
        passage, article = best.passage, best.article
        source = Source(
            1, article.id, article.headline, None, False, article.source, passage.text,
            passage.start, passage.end,
        )  # fmt: skip
        return Answer(
            question,
            passage.text,
            sentences=(AnswerSentence(passage.text, Verdict.SUPPORTED, (1,)),),
            sources=(source,),
            evidence=evidence,
            generator="stand-in",
            timings={"search": 0.01, "write": 0.02},
            trace={"prompt_tokens": 100 + len(question), "chosen": {1, 2}, "path": Path("/a/b")},
        )

    def _count(self, question):
        if self.stop_after is not None and self.calls >= self.stop_after:
            raise KeyboardInterrupt
        self.calls += 1
        if question in self.failing:
            raise GenerationError("the generator failed")
