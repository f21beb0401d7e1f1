"""The words of the project as frozen dataclasses: what flows between the rooms.

Every `start`/`end` is a character offset (Python string index, end exclusive) into
`Article.text`, unless a docstring says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One printed paragraph, whole again where a column break had cut it.

    `subhead` is the subhead it stands under, empty when there is none.
    """

    text: str
    start: int
    end: int
    subhead: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One news item as a reader of the paper sees it.

    `text` is the canonical clean text: subheads and paragraphs in reading order, one a line,
    without headline and kicker. `paragraphs` are the lines of `text` that are not subheads.
    `published_inferred` is true when the date was concluded from the text and not given by the
    source. `complete` is false when the article stops in mid-sentence. `id` is a digest of source,
    headline and text: the same article ingested twice has the same id.
    """

    id: str
    headline: str
    text: str
    source: str
    kicker: str = ""
    byline: tuple[str, ...] = ()
    published: date | None = None
    published_inferred: bool = False
    section: str = ""
    url: str = ""
    complete: bool = True
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of evidence and citation: `text == article.text[start:end]`."""

    article_id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article, small enough to embed.

    `id` is unique in its collection and never used again for another passage.
    """

    id: int
    article_id: str
    text: str
    start: int
    end: int
    subhead: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage found for a question, best first in a result.

    `score` orders a result (higher is better, in [0, 1]). `similarity` is the cosine of question
    and passage in [-1, 1], 0 while the passage has no vector; `coverage` the share of the
    question's rare wording that the passage and its headline contain, in [0, 1]. `matched` are
    words of the question found there.
    `reasons` say in plain Chinese why it was found. `answering` is how likely the reader holds it
    that the passage answers the question, in [0, 1], and `answer` where (offsets into
    `Article.text`); both are None for a passage that it was not given to read.
    """

    passage: Passage
    article: Article
    score: float
    similarity: float
    coverage: float
    matched: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    answering: float | None = None
    answer: Span | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a search may return; an empty field does not filter.

    `published_from` and `published_to` are inclusive days. `byline`, `headline` and `source`
    match when the article's field contains the given text; of the first two, 简体 meets 繁體.
    """

    published_from: date | None = None
    published_to: date | None = None
    byline: str = ""
    headline: str = ""
    source: str = ""

    def __bool__(self) -> bool:
        return self != Filters()


class Verdict(StrEnum):
    """What verification found for one answer sentence."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source sentence: `quote == article.text[start:end]`."""

    number: int
    article_id: str
    headline: str
    published: date | None
    published_inferred: bool
    source: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the numbers of the sources that support it.

    `missing` names the hard facts (figures, dates, names, quoted words) that the cited sources do
    not contain; it is empty for a supported sentence.
    """

    text: str
    verdict: Verdict
    citations: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


class Turn(NamedTuple):
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `text` is the concatenation of `sentences`, or the refusal: plain, without citation marks and
    without marks of doubt, which `rag.answering.reading.marked_text` adds.
    `sources` are numbered from 1 by first citation. When `refused`, `sources` is empty, `reason`
    says why, and `related` holds the nearest articles' evidence to be offered apart. `evidence` is
    all that was found. `timings` are seconds by step; `trace` holds what each step decided, for
    people who debug.
    """

    question: str
    text: str
    sentences: tuple[AnswerSentence, ...] = ()
    sources: tuple[Source, ...] = ()
    refused: bool = False
    reason: str = ""
    related: tuple[Evidence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    generator: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    trace: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """First event of a stream: what the search found, before anything is written."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the draft as the generator writes it; not yet verified."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceVerified:
    """A finished sentence with its verdict, and all sources cited up to and including it."""

    sentence: AnswerSentence
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """Last event of a stream: the whole answer."""

    answer: Answer


StreamEvent = EvidenceFound | TextDelta | SentenceVerified | AnswerDone


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file, or a part of one, that ingestion dropped or doubted, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingestion did. Counts are of articles unless the name says otherwise."""

    added: int = 0
    unchanged: int = 0
    removed: int = 0
    passages_embedded: int = 0
    dropped: tuple[FileProblem, ...] = ()
    doubted: tuple[FileProblem, ...] = ()
    seconds: float = 0.0
