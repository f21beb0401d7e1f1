"""What was read of a file becomes its result: articles, and the report of what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from rag.corpus.drafts import Draft, derive_headline, finish
from rag.corpus.publication import Published, infer_day
from rag.corpus.results import ReadResult
from rag.types import FileProblem


@dataclass(slots=True)
class Report:
    """What of a file was dropped or doubted, with the lines where it stands."""

    source: str
    dropped: list[FileProblem] = field(default_factory=list)
    doubted: list[FileProblem] = field(default_factory=list)

    def drop(self, line: int, reason: str, text: str) -> None:
        """Note what is in no article."""
        self.dropped.append(FileProblem(self.source, f"line {line}, {reason}：{text}"))

    def doubt(self, line: int, reason: str, text: str) -> None:
        """Note what may have been read otherwise."""
        self.doubted.append(FileProblem(self.source, f"line {line}, {reason}：{text}"))


def conclude(
    drafts: Sequence[Draft], report: Report, published: date | None, *, url: str = ""
) -> ReadResult:
    """Return the articles of `drafts`, of which those without text are dropped.

    Where no day is given (`published`) it is inferred from what the articles tell.
    """
    kept = []
    for draft in drafts:
        if not draft.has_text:
            lines = [draft.kicker, draft.headline, *(part.text for part in draft.parts)]
            report.drop(draft.line, "headline without text", " ".join(filter(None, lines)))
            continue
        if not draft.headline:
            draft.headline = derive_headline(draft.parts[0].text)
            reason = "no headline; its opening words serve as one"
            report.doubt(draft.line, reason, draft.headline)
        kept.append(draft)
    inferred = None
    if published is None:
        inferred = infer_day(part.text for draft in kept for part in draft.parts)
    day = Published(published or inferred, inferred=inferred is not None)
    articles = finish(kept, report.source, day, url=url)
    for article, draft in zip(articles, kept, strict=True):
        if not article.complete:
            report.doubt(draft.line, "stops in mid-sentence", article.headline)
    return ReadResult(articles, tuple(report.dropped), tuple(report.doubted))
