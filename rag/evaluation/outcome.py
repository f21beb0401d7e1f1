"""What the assistant did with one case, as it is kept in a run folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from rag.types import Answer, Evidence


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """One piece of evidence, in the order of the result."""

    passage_id: int
    article_id: str
    headline: str
    source: str
    url: str
    published: str
    text: str
    score: float
    similarity: float
    coverage: float
    matched: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, evidence: Evidence) -> FoundPassage:
        """The record of a piece of evidence."""
        article = evidence.article
        return cls(
            passage_id=evidence.passage.id,
            article_id=article.id,
            headline=article.headline,
            source=article.source,
            url=article.url,
            published=article.published.isoformat() if article.published else "",
            text=evidence.passage.text,
            score=round(float(evidence.score), 6),
            similarity=round(float(evidence.similarity), 6),
            coverage=round(float(evidence.coverage), 6),
            matched=tuple(evidence.matched),
            reasons=tuple(evidence.reasons),
        )


@dataclass(frozen=True, slots=True)
class SaidSentence:
    """One sentence of the answer with its verdict and the numbers of its sources."""

    text: str
    verdict: str
    citations: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedSource:
    """One numbered source of the answer."""

    number: int
    article_id: str
    headline: str
    source: str
    published: str
    quote: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case. `answered` is false when only retrieval ran.

    `error` is the message when the assistant failed. `timings` (seconds by step, `total` is the
    whole) differ from run to run; everything else is the same for the same settings.
    """

    case_id: str
    evidence: tuple[FoundPassage, ...] = ()
    answered: bool = False
    text: str = ""
    refused: bool = False
    reason: str = ""
    sentences: tuple[SaidSentence, ...] = ()
    sources: tuple[CitedSource, ...] = ()
    generator: str = ""
    tokens: dict[str, int] = field(default_factory=dict)
    judged: float | None = None
    judgement: str = ""
    trace: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    timings: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of_search(cls, case_id: str, found: Sequence[Evidence], seconds: float) -> Outcome:
        """The record of a search without an answer."""
        return cls(
            case_id=case_id,
            evidence=tuple(FoundPassage.of(item) for item in found),
            timings={"total": seconds},
        )

    @classmethod
    def of_answer(cls, case_id: str, answer: Answer, seconds: float) -> Outcome:
        """The record of an answer."""
        return cls(
            case_id=case_id,
            evidence=tuple(FoundPassage.of(item) for item in answer.evidence),
            answered=True,
            text=answer.text,
            refused=answer.refused,
            reason=answer.reason,
            sentences=tuple(
                SaidSentence(item.text, str(item.verdict), item.citations, item.missing)
                for item in answer.sentences
            ),
            sources=tuple(
                CitedSource(
                    number=item.number,
                    article_id=item.article_id,
                    headline=item.headline,
                    source=item.source,
                    published=item.published.isoformat() if item.published else "",
                    quote=item.quote,
                )
                for item in answer.sources
            ),
            generator=answer.generator,
            tokens=_tokens(answer.trace),
            trace={name: plain(value) for name, value in answer.trace.items()},
            timings={**answer.timings, "total": seconds},
        )

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Outcome:
        """The record that `to_json` wrote; raises KeyError or TypeError for anything else."""
        fields = dict(value)
        fields["evidence"] = tuple(
            FoundPassage(**{**item, "matched": tuple(item["matched"]),
                            "reasons": tuple(item["reasons"])})
            for item in fields["evidence"]
        )  # fmt: skip
        fields["sentences"] = tuple(
            SaidSentence(item["text"], item["verdict"], tuple(item["citations"]),
                         tuple(item["missing"]))
            for item in fields["sentences"]
        )  # fmt: skip
        fields["sources"] = tuple(CitedSource(**item) for item in fields["sources"])
        return cls(**fields)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


def plain(value: object) -> Any:
    """The value as JSON values: mappings and sequences stay, numbers and text too, others as text.

    NumPy numbers become Python's; nothing that a trace may hold breaks the record.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, PurePath):
        return value.name
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return str(value)


def _tokens(trace: Mapping[str, object]) -> dict[str, int]:
    """Whole numbers of the trace whose names end in `tokens`, at the top or one level below."""
    found: dict[str, int] = {}
    for name, value in trace.items():
        if name.endswith("tokens") and isinstance(value, int):
            found[name] = value
        elif isinstance(value, Mapping):
            for inner, count in value.items():
                if str(inner).endswith("tokens") and isinstance(count, int):
                    found.setdefault(str(inner), count)
    return found
