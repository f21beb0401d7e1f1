"""An answer as a reader gets it: doubt marked, and nothing told that a refusal takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rag.types import Answer, AnswerDone, AnswerSentence, SentenceVerified, StreamEvent, Verdict

MARKS = {Verdict.SUPPORTED: "", Verdict.PARTLY: "（部分核实）", Verdict.UNSUPPORTED: "（未核实）"}
"""What stands after a sentence of each verdict."""


def marked(sentence: AnswerSentence) -> str:
    """Return the sentence with the numbers of its sources and the mark of its verdict."""
    body = sentence.text.rstrip()
    numbers = "".join(f"[{number}]" for number in sentence.citations)
    return body + numbers + MARKS[sentence.verdict] + sentence.text[len(body) :]


def marked_text(answer: Answer) -> str:
    """Return the whole answer with the marks of its sentences, or the refusal."""
    return answer.text if answer.refused else "".join(map(marked, answer.sentences))


def settled(events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
    """Yield the events, unsupported sentences only once the answer can no longer be a refusal.

    An answer without any supported sentence ends as a refusal. Until one is found, a reader who
    cannot be shown a correction must not be given what came before it.
    """
    held: list[SentenceVerified] = []
    certain = False
    for event in events:
        if isinstance(event, SentenceVerified) and not certain:
            if event.sentence.verdict is Verdict.UNSUPPORTED:
                held.append(event)
                continue
            certain = True
        if certain or (isinstance(event, AnswerDone) and not event.answer.refused):
            yield from held
            held.clear()
        yield event
