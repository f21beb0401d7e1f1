"""From evidence to a verified answer: select, write, attribute, verify, refuse.

Every sentence is verified as soon as it is finished, so that a reader sees verified text while
the rest is still being written; where the generator judges what it wrote, when it has written all.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from rag.answering.abbreviations import expansion_of
from rag.answering.citations import Told
from rag.answering.colophon import Asked, asked_of_article, told_of_article
from rag.answering.conflicts import find_conflict
from rag.answering.conversation import (
    NOTHING_MORE,
    asks_for_more,
    for_generator,
    repeats,
    said_before,
    unsaid,
)
from rag.answering.drafts import cleaned, is_headline, says_nothing
from rag.answering.evidence import (
    EvidenceSentence,
    as_statement,
    select_sentences,
    sentences_of,
)
from rag.answering.factuality import denial_of
from rag.answering.fragments import whole
from rag.answering.gate import Gate
from rag.answering.generators.base import Generator
from rag.answering.hope import Hope, specificity_of
from rag.answering.plain import inert, without_marks
from rag.answering.point import (
    is_beside_the_point,
    misses_point,
)
from rag.answering.premise import asks_again, false_premises
from rag.answering.printed import stands_in
from rag.answering.supplements import in_place_of, left_out, other_reports
from rag.answering.telling import told_and_verified
from rag.answering.verification import Verification
from rag.chinese.sentences import split_sentences
from rag.settings import AnsweringSettings
from rag.types import (
    Answer,
    AnswerDone,
    Evidence,
    EvidenceFound,
    SentenceVerified,
    StreamEvent,
    TextDelta,
    Turn,
    Verdict,
)

REFUSAL_TEXT = "报上没有查到这个问题的答案。"
"""What the reader is told when nothing supports an answer."""

_RELATED = 3
# How many other articles are heard.
_OTHERS = 2


def answer_events(
    question: str,
    evidence: Sequence[Evidence],
    generator: Generator,
    settings: AnsweringSettings,
    *,
    today: date,
    completed: str = "",
    meant: str = "",
    before: str = "",
    history: Sequence[Turn] = (),
    limited: bool = False,
    articles: int = 1,
    timings: Mapping[str, float] | None = None,
) -> Iterator[StreamEvent]:
    """Yield the events of one answer, from `EvidenceFound` to `AnswerDone`.

    `question` is what the reader typed; for a follow-up, `completed` is the same with what earlier
    turns supply, `meant` what is put to the generator, with 沈东 for 他 or as the whole question
    that a piece stands for, and `before` the question that it follows where it is not whole. Who
    only asks for more (还有呢) is not told again what the answers of `history` say. `limited` says
    that filters limited the search, `articles` how many it looked through.
    `timings` are the seconds of the steps before; the answer's own are added.
    """
    hope = Hope(tuple(evidence), specificity_of(completed or question, articles, evidence))
    asked = (question, completed or question, meant or question, before)
    run = _Run(*asked, hope, generator, settings, today)
    run.timings |= timings or {}
    run.said = said_before(history) if asks_for_more(question) else ""
    yield EvidenceFound(run.evidence)
    if not evidence:
        yield run.refuse(("所选的范围里" if limited else "") + "没有找到与问题有关的报道")
        return
    absent = false_premises(run.completed, [item.article for item in evidence], today)
    if absent:
        run.trace["false_premises"] = [str(fact) for fact in absent]
        yield run.refuse(f"找到的报道没有提到{'、'.join(str(fact) for fact in absent)}")
        return
    of_article = asked_of_article(run.completed, evidence)
    if of_article:
        yield from run.tell_of_article(of_article)
        return
    yield from run.write()


class _Run:
    """One answer in the making."""

    def __init__(
        self,
        question: str,
        completed: str,
        meant: str,
        before: str,
        hope: Hope,
        generator: Generator,
        settings: AnsweringSettings,
        today: date,
    ) -> None:
        self.question = question
        self.completed = completed
        self.meant = meant
        self.said = ""
        self.draft = ""
        self.evidence = tuple(hope.evidence)
        self.selected: Sequence[EvidenceSentence] = ()
        self.asked = for_generator(meant, before)
        self.gate = Gate(meant, completed, self.asked, generator, hope, today)
        self.generator = generator
        self.settings = settings
        self.timings: dict[str, float] = {}
        self.trace: dict[str, object] = {}
        self.told = Told()
        self.checks: list[dict[str, object]] = []
        self.started = time.perf_counter()

    def write(self) -> Iterator[StreamEvent]:
        selected = select_sentences(self._wording(), self.evidence, self._budget())
        # Support is also looked for around the selected sentences: the smallest set may lie there.
        near = {(item.article.id, item.sentence.start) for item in selected}
        candidates = selected + [
            item
            for item in sentences_of(self.evidence)
            if (item.article.id, item.sentence.start) not in near
        ]
        if self.said:
            selected, candidates = unsaid(selected, self.said), unsaid(candidates, self.said)
            selected = selected[: self.settings.sentences]
        self.trace["selected"] = [item.sentence.text for item in selected]
        self.trace["best_score"] = round(max((item.score for item in selected), default=0.0), 3)
        self.trace["likelihood"] = self.gate.hope.likelihood()
        self._clock("select")
        if self.said and not selected:
            yield self.refuse("找到的报道里，前面没有说过的都与问题无关")
            return
        self.selected = selected
        self.gate.hear(selected)
        if self.gate.hears:
            self.trace["judged"] = self.gate.hope.judged
            self.trace["likelihood"] = self.gate.hope.likelihood()
            self._clock("judge")
        if self.gate.hope.is_none(selected):
            yield self.refuse(self._unsaid())
            return
        yield from self._draft(candidates)
        yield from self._deny(candidates)
        yield from self._repair(candidates)
        event = self._conflict(candidates)
        if event:
            yield event
        yield from self._report_others(candidates)
        self._clock("write")
        self.trace["draft"] = self.draft
        self.trace["checks"] = self.checks
        if self.gate.opinions:
            self.trace["approved"] = self.gate.opinions
        yield self.finish(self.draft)

    def _draft(self, candidates: Sequence[EvidenceSentence]) -> Iterator[StreamEvent]:
        """Have an answer written; a sentence is checked as soon as it is finished.

        One that judges is heard on the first sentence, and can only say one thing at a time.
        """
        verified = 0
        for piece in self.generator.stream(self.asked, self.selected):
            if not self.draft:
                self._clock("first_token")
            self.draft += piece
            yield TextDelta(piece)
            if self.gate.hears:
                continue
            spans = split_sentences(self.draft)
            # The last span may still grow; a closing quote can follow a full stop.
            for start, end in spans[verified:-1]:
                verified += 1
                event = self._check(self.draft[start:end], candidates)
                if event:
                    yield event
        for start, end in split_sentences(self.draft)[verified:]:
            event = self._check(self.draft[start:end], candidates)
            if event:
                yield event

    def tell_of_article(self, asked: Asked) -> Iterator[StreamEvent]:
        """Say who wrote the article that is meant, or under which headline."""
        found = told_of_article(asked, self.evidence)
        if found is None:
            yield self.refuse("没有找到所说的报道，或者它没有标明")
            return
        # A headline is as much a stranger's text as a sentence is.
        text = inert(without_marks(found.text))
        yield self.told.add_printed(text, [found.opening])
        self._clock("write")
        yield self.finish(text)

    def _wording(self) -> str:
        """What the evidence is to be near to: 还有呢 is nobody's wording."""
        more = self.completed.removesuffix(self.meant).strip() if self.said else ""
        return more or self.completed

    def _budget(self) -> AnsweringSettings:
        """The settings to select with; what was said before is selected, too, and then left out."""
        more = {"sentences": 40, "evidence_chars": 4 * self.settings.evidence_chars}
        return self.settings.model_copy(update=more) if self.said else self.settings

    def _deny(self, candidates: Sequence[EvidenceSentence]) -> Iterator[SentenceVerified]:
        """Say what denies the answer or the draft: no rumour is told without its denial."""
        said = "".join(str(check["sentence"]) for check in self.checks)
        denial = denial_of(said, candidates) if said else None
        if denial is None or self.told.sources.number_of(denial):
            return
        self.trace["denied"] = denial.sentence.text
        event = self._check(as_statement(denial.sentence.text), candidates)
        if event:
            yield event

    def _repair(self, candidates: Sequence[EvidenceSentence]) -> Iterator[SentenceVerified]:
        """Say the source's own words where the draft does not answer, or leaves out what does.

        What was told before stays: streams cannot take it back, and it is verified or marked.
        """
        texts: Iterable[str] = ()
        expansion = None if self.told.is_supported() else expansion_of(self.completed, candidates)
        if expansion:
            self.trace["repaired"] = expansion.text
            yield self.told.add_printed(inert(without_marks(expansion.text)), [expansion.item])
            return
        if not self.told.is_supported():
            texts = in_place_of(self.draft, self.gate, self.selected, candidates)
        elif not self.said:
            texts = [left_out(self.gate, self.told, candidates)]
        for text in texts:
            if not text or misses_point(self.meant, [text]):
                continue
            self.trace["repaired"] = text
            event = self._check(text, candidates)
            if event:
                yield event
                return

    def _report_others(self, candidates: Sequence[EvidenceSentence]) -> Iterator[SentenceVerified]:
        """Say what other articles answer otherwise, with all that says which event it is."""
        if self.said or not self.told.is_supported():
            return
        others: list[str] = []
        for lead, text in other_reports(self.gate, self.told, candidates):
            event = self._check(text, candidates, lead)
            if event:
                others.append(event.sentence.text)
                yield event
            if len(others) == _OTHERS:
                break
        if others:
            self.trace["others"] = others

    def _strays(self, text: str, found: Verification) -> bool:
        """Whether, after what was asked, the draft goes on to whatever else is in the prompt."""
        if not found.sources or any(map(self.told.cites, found.sources)):
            return False
        beside = [is_beside_the_point(self.completed, one) for one in (*self.told.texts, text)]
        return beside[-1] and not all(beside)

    def finish(self, draft: str) -> AnswerDone:
        if not self.told.is_supported():
            if not draft.strip() or says_nothing(draft) or "unproven" in self.trace:
                return self.refuse(self._unsaid())
            return self.refuse("拟出的回答在报道里找不到依据")
        return AnswerDone(self._answer("".join(self.told.texts)))

    def _unsaid(self) -> str:
        if self.gate.hope.is_vague():
            return "问题没有说清是哪件事，请补充时间、地点或名称再问"
        return "找到的报道没有写明所问的事"

    def refuse(self, reason: str) -> AnswerDone:
        nearest: dict[str, Evidence] = {}
        for item in self.evidence:
            nearest.setdefault(item.article.id, item)
        self.told.withdraw()
        related = tuple(nearest.values())[:_RELATED]
        text = NOTHING_MORE if self.said else REFUSAL_TEXT
        return AnswerDone(self._answer(text, refused=True, reason=reason, related=related))

    def _answer(
        self,
        text: str,
        *,
        refused: bool = False,
        reason: str = "",
        related: tuple[Evidence, ...] = (),
    ) -> Answer:
        self.timings["total"] = round(sum(self.timings.values()), 4)
        return Answer(
            question=self.question,
            text=text,
            sentences=tuple(self.told.sentences),
            sources=tuple(self.told.sources.items),
            refused=refused,
            reason=reason,
            related=related,
            evidence=self.evidence,
            generator=self.generator.name,
            timings=self.timings,
            trace=self.trace,
        )

    def _check(
        self, written: str, candidates: Sequence[EvidenceSentence], lead: str = ""
    ) -> SentenceVerified | None:
        # What a source says word for word is nobody's preamble.
        verbatim = any(written.strip() == item.sentence.text for item in candidates)
        said = written.strip() if verbatim else cleaned(written)
        # Whole, it would pass for an answer.
        echo = asks_again(self.completed, said)
        text = inert(without_marks(said if verbatim else whole(said, candidates, self.completed)))
        if not text or echo or asks_again(self.completed, text):
            return None
        if says_nothing(text) and not stands_in(text, candidates):
            return None
        if is_headline(said, (item.article for item in self.evidence)):
            return None
        if self.said and repeats(text, self.said):
            return None
        text, found = told_and_verified(text, self.completed, candidates)
        if self.gate.counts_alike(text, found):
            _, found = told_and_verified(text, "", candidates)
        text = as_statement(text)
        if text in self.told.texts:
            return None
        if self._strays(text, found):
            return None
        self.checks.append(_trace(text, found))
        if found.verdict is Verdict.UNSUPPORTED:
            if self.settings.unsupported == "remove":
                return None
        elif not self.told.is_supported() and not self.gate.allows(text, found, candidates):
            self.trace["unproven"] = text
            return None
        return self.told.add(text, found, lead)

    def _conflict(self, candidates: Sequence[EvidenceSentence]) -> SentenceVerified | None:
        """A sentence that names who says otherwise, for the first sentence that somebody does."""
        for told in self.told.sentences:
            if told.verdict is Verdict.UNSUPPORTED:
                continue
            number_of = self.told.sources.number_of
            cited = [item for item in candidates if number_of(item) in told.citations]
            conflict = find_conflict(self.completed, told.text, cited, candidates)
            if conflict is None:
                continue
            event = self.told.add_printed(conflict.text, [one.item for one in conflict.statements])
            self.trace["conflict"] = [
                {"value": one.value, "source": self.told.sources.cite(one.item)}
                for one in conflict.statements
            ]
            return event
        return None

    def _clock(self, step: str) -> None:
        now = time.perf_counter()
        self.timings[step] = round(now - self.started, 4)
        self.started = now


def _trace(text: str, found: Verification) -> dict[str, object]:
    return {
        "sentence": text,
        "verdict": found.verdict.value,
        "wording": found.wording,
        "novel": found.novel,
        "missing": [str(fact) for fact in found.missing],
    }
