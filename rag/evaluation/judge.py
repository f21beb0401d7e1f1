"""An optional language model that grades answers against the reference; off by default."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

from rag.answering.generators.base import THOUGHT
from rag.errors import EvaluationError
from rag.evaluation.cases import Case
from rag.evaluation.outcome import Outcome

_GRADE = re.compile(r"\{.*?\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade in [0, 1] and its reason."""

    grade: float
    reason: str


class Judge(Protocol):
    """Grades an answer."""

    @property
    def name(self) -> str:
        """The judge's name, part of what a run depends on."""

    def grade(self, case: Case, outcome: Outcome) -> Judgement:
        """The grade of an answer that is no refusal."""


@dataclass(frozen=True, slots=True)
class ChatJudge:
    """A judge behind an OpenAI-compatible endpoint; its prompt is `judge.md` in this room.

    The question and the answer are quoted to the judge as material. A reply without a grade is
    asked for once more, then it is an error.
    """

    base_url: str
    model: str
    api_key: str = ""
    timeout: float = 120.0

    @property
    def name(self) -> str:
        """Endpoint and model, as the report names them."""
        return f"{self.model} @ {self.base_url}"

    def grade(self, case: Case, outcome: Outcome) -> Judgement:
        """The model's grade of an answer.

        Raises:
            EvaluationError: the endpoint does not answer, or not with a grade.
        """
        prompt = judge_prompt(case, outcome)
        for _ in range(2):
            # What it thinks before it grades may hold grades that it thinks better of.
            judgement = _parsed(self._reply(prompt).rpartition(THOUGHT)[2])
            if judgement is not None:
                return judgement
        raise EvaluationError(
            f"the judge {self.model} gave no grade for case {case.id}",
            remedy="use a larger judge model or leave the judge out",
        )

    def _reply(self, prompt: str) -> str:
        import httpx

        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
        }
        try:
            reply = httpx.post(
                f"{self.base_url.rstrip('/')}/chat/completions",
                json=body,
                headers=headers,
                timeout=self.timeout,
            )
            reply.raise_for_status()
            return str(reply.json()["choices"][0]["message"]["content"])
        except (httpx.HTTPError, KeyError, IndexError, ValueError) as error:
            raise EvaluationError(
                f"the judge at {self.base_url} failed: {error}",
                remedy="check --judge-url and --judge-model",
            ) from error


def judge_prompt(case: Case, outcome: Outcome) -> str:
    """The prompt file with the case's question, references and the answer filled in."""
    template = resources.files("rag.evaluation").joinpath("judge.md").read_text(encoding="utf-8")
    references = list(case.answers) or ["、".join(point[0] for point in case.points)]
    quotes = [source.quote for source in outcome.sources]
    fields = {
        "QUESTION": case.question,
        "REFERENCES": "\n".join(f"- {item}" for item in references if item) or "（无）",
        "SOURCES": "\n".join(f"- {item}" for item in quotes) or "（无）",
        "ANSWER": outcome.text,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: fields[match.group(1)], template)


def _parsed(reply: str) -> Judgement | None:
    for found in _GRADE.findall(reply):
        try:
            value = json.loads(found)
            grade = float(value["grade"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError):
            continue
        if 0 <= grade <= 1:
            return Judgement(grade, str(value.get("reason", "")))
    return None
