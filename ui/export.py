"""Answers as plain text for the clipboard, conversations as a text file."""

from __future__ import annotations

from rag.answering.plain import inert
from rag.types import AnswerSentence, Source, Verdict
from ui import texts
from ui.conversation import Conversation, Exchange, Status


def plain_text(exchange: Exchange) -> str:
    """Return the answer with citation numbers, followed by its numbered quotes."""
    lines = [_marked(exchange)]
    if exchange.sources:
        lines += ["", f"{texts.EXPORT_SOURCES}：", *quotes(exchange)]
    return inert("\n".join(lines))


def quotes(exchange: Exchange) -> list[str]:
    """Return one line for each source: its number, where it stands and the cited sentence."""
    return [f"[{source.number}] {_origin(source)}：{source.quote}" for source in exchange.sources]


def transcript(conversation: Conversation) -> str:
    """Return the conversation as a text file that opens by a double click on any machine.

    The mark at its beginning and the line ends are those that every editor of Windows knows.
    """
    blocks = [texts.EXPORT_TITLE, *map(_exchange, conversation)]
    return "\ufeff" + ("\n\n\n".join(blocks) + "\n").replace("\n", "\r\n")


def _exchange(exchange: Exchange) -> str:
    question = f"{texts.EXPORT_QUESTION}：{' '.join(exchange.question.split())}"
    asked = inert("\n".join(filter(None, (question, exchange.limits))))
    if exchange.status is Status.FAILED:
        return f"{asked}\n\n{inert(exchange.problem)}"
    stopped = texts.STOPPED if exchange.status is Status.INTERRUPTED else ""
    return "\n\n".join(filter(None, (asked, plain_text(exchange), stopped)))


def _marked(exchange: Exchange) -> str:
    if exchange.refused or not exchange.sentences:
        return exchange.text or (texts.REFUSED if exchange.refused else "")
    return "".join(_sentence(sentence) for sentence in exchange.sentences).rstrip()


def _sentence(sentence: AnswerSentence) -> str:
    body = sentence.text.rstrip()
    numbers = "".join(f"[{number}]" for number in sentence.citations)
    doubt = {
        Verdict.SUPPORTED: "",
        Verdict.PARTLY: f"（{texts.PARTLY}）",
        Verdict.UNSUPPORTED: f"（{texts.UNSUPPORTED}）",
    }[sentence.verdict]
    return body + numbers + doubt + sentence.text[len(body) :]


def _origin(source: Source) -> str:
    day = texts.NO_DATE if source.published is None else texts.day(source.published)
    inferred = f"，{texts.INFERRED}" if source.published and source.published_inferred else ""
    return f"《{source.headline}》（{day}{inferred}）"
