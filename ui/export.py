"""Answers as plain text for the clipboard, conversations as a Markdown file."""

from __future__ import annotations

import html
import re

from rag.answering.plain import inert, without_invisible
from rag.types import AnswerSentence, Source, Verdict
from ui import texts
from ui.conversation import Conversation, Exchange, Status

_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|$~])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)


def plain_text(exchange: Exchange) -> str:
    """Return the answer with citation numbers, followed by its numbered quotes."""
    lines = [_marked(exchange)]
    if exchange.sources:
        lines += ["", f"{texts.EXPORT_SOURCES}：", *quotes(exchange)]
    return inert("\n".join(lines))


def quotes(exchange: Exchange) -> list[str]:
    """Return one line for each source: its number, where it stands and the cited sentence."""
    return [f"[{source.number}] {_origin(source)}：{source.quote}" for source in exchange.sources]


def markdown(conversation: Conversation) -> str:
    """Return the conversation as Markdown; texts of articles and answers show literally."""
    blocks = [f"# {texts.EXPORT_TITLE}"]
    for exchange in conversation:
        blocks.append(f"## {texts.EXPORT_QUESTION}：{literal(' '.join(exchange.question.split()))}")
        if exchange.limits:
            blocks.append(literal(exchange.limits))
        if exchange.status is Status.FAILED:
            blocks.append(literal(exchange.problem))
            continue
        blocks.append(literal(_marked(exchange)))
        if exchange.status is Status.INTERRUPTED:
            blocks.append(texts.STOPPED)
        if exchange.sources:
            blocks.append(f"**{texts.EXPORT_SOURCES}**")
            blocks += [
                f"{literal(f'[{source.number}] {_origin(source)}')}\n\n"
                f"> {literal(' '.join(source.quote.split()))}"
                for source in exchange.sources
            ]
    return "\n\n".join(blocks) + "\n"


def literal(text: str) -> str:
    """Return text that a Markdown reader shows as it is."""
    escaped = html.escape(_MARKDOWN.sub(r"\\\1", without_invisible(text)), quote=False)
    return _LINE_START.sub(r"\1\\\2", escaped)


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
