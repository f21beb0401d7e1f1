"""HTML of the conversation: questions, verified sentences with citation numbers, notices."""

from __future__ import annotations

from rag.types import AnswerSentence, Verdict
from ui import texts
from ui.conversation import Conversation, Exchange, Found, Status
from ui.export import plain_text, quotes
from ui.markup import button, escape, problem, published


def render_all(conversation: Conversation, *, first: int = 0) -> str:
    """Return the HTML of finished exchanges; `first` is the number of the first one."""
    return "".join(
        render(exchange, index) for index, exchange in enumerate(conversation, start=first)
    )


def render(exchange: Exchange, index: int) -> str:
    """Return the HTML of one exchange that nothing is being written for."""
    return _frame(exchange, _body(exchange, index) + _footer(exchange, index), busy=False)


def render_live(exchange: Exchange, index: int, *, draft: str = "", status: str = "") -> str:
    """Return the HTML of an exchange in progress.

    `draft` is what is written but not verified; `status` says what is being done.
    """
    parts = [_sentences(exchange, index)]
    if draft:
        parts.append(
            f'<span class="draft" aria-hidden="true">{escape(draft)}</span>'
            f'<span class="checking">{texts.CHECKING}</span>'
        )
    answer = f'<div class="answer">{"".join(parts)}</div>' if "".join(parts) else ""
    note = f'<p class="status" role="status">{escape(status)}</p>' if status else ""
    return _frame(exchange, answer + note, busy=True)


def _frame(exchange: Exchange, body: str, *, busy: bool) -> str:
    # aria-busy keeps screen readers from reading every draft piece; they read the settled answer.
    limits = f'<p class="limits">{escape(exchange.limits)}</p>' if exchange.limits else ""
    return (
        f'<section class="exchange" data-id="{escape(exchange.id)}">'
        f'<h2 class="question">{escape(exchange.question)}</h2>{limits}'
        f'<div class="reply" aria-live="polite" aria-busy="{"true" if busy else "false"}">'
        f"{body}</div></section>"
    )


def _body(exchange: Exchange, index: int) -> str:
    if exchange.status is Status.FAILED:
        return problem(exchange.problem, exchange.command, exchange.detail)
    if exchange.refused:
        return _refusal(exchange, index)
    answer = _sentences(exchange, index)
    if not answer and exchange.text:
        answer = escape(exchange.text)
    body = f'<div class="answer">{answer}</div>{_on_paper(exchange)}' if answer else ""
    if exchange.status is Status.INTERRUPTED:
        body += f'<p class="status">{texts.STOPPED}</p>'
    return body


def _on_paper(exchange: Exchange) -> str:
    """Return what the numbers stand for, which the screen shows beside the answer."""
    items = "".join(f"<li>{escape(quote)}</li>" for quote in quotes(exchange))
    return f'<ol class="on-paper">{items}</ol>' if items else ""


def _sentences(exchange: Exchange, index: int) -> str:
    return "".join(_sentence(sentence, exchange, index) for sentence in exchange.sentences)


def _sentence(sentence: AnswerSentence, exchange: Exchange, index: int) -> str:
    # Marks belong to the sentence, so a line break that ends it comes after them.
    body = sentence.text.rstrip()
    tail = sentence.text[len(body) :]
    chips = "".join(_chip(number, exchange, index) for number in sentence.citations)
    return (
        f'<span class="sentence {sentence.verdict.value}">{escape(body)}'
        f"{chips}{_doubt(sentence)}</span>{escape(tail)}"
    )


def _chip(number: int, exchange: Exchange, index: int) -> str:
    source = exchange.source(number)
    if source is None:
        return ""
    title = texts.CHIP.format(number=number, headline=source.headline)
    chip = button(str(number), "cite", css="cite", title=title, turn=index, number=number)
    return f"<sup>{chip}</sup>"


def _doubt(sentence: AnswerSentence) -> str:
    if sentence.verdict is Verdict.SUPPORTED:
        return ""
    if sentence.verdict is Verdict.UNSUPPORTED:
        label, tip = texts.UNSUPPORTED, texts.UNSUPPORTED_TIP
    else:
        label = texts.PARTLY
        tip = (
            texts.PARTLY_MISSING.format(missing="、".join(sentence.missing))
            if sentence.missing
            else texts.PARTLY_PLAIN
        )
    return (
        f'<span class="doubt" tabindex="0" role="note" aria-label="{label}：{escape(tip)}">{label}'
        f'<span class="tip" role="tooltip">{escape(tip)}</span></span>'
    )


def _refusal(exchange: Exchange, index: int) -> str:
    related = ""
    if exchange.related:
        items = "".join(_related(item, index, place) for place, item in enumerate(exchange.related))
        related = (
            f'<div class="related"><h3>{texts.RELATED}</h3>'
            f"<p>{texts.RELATED_NOTE}</p><ul>{items}</ul></div>"
        )
    hint = texts.REFUSED_LIMITED if exchange.limits else texts.REFUSED_HINT
    reason = f"<p>{escape(exchange.reason)}。</p>" if exchange.reason else ""
    return (
        f'<div class="refusal"><h3>{escape(exchange.text or texts.REFUSED)}</h3>'
        f"{reason}<p>{hint}</p></div>{related}"
    )


def _related(item: Found, index: int, place: int) -> str:
    opener = button(item.headline, "related", css="headline", turn=index, place=place)
    return f"<li>{opener} {published(item.published, inferred=item.published_inferred)}</li>"


def _footer(exchange: Exchange, index: int) -> str:
    if exchange.status is not Status.DONE:
        question = escape(exchange.question)
        again = f'<button type="button" data-ask="{question}">{texts.ASK_AGAIN}</button>'
        return f'<div class="tools">{again}</div>'
    text = escape(plain_text(exchange))
    copy = (
        ""
        if exchange.refused
        else f'<button type="button" data-copy="{text}">{texts.COPY}</button>'
    )
    ratings = "".join(
        f'<button type="button" data-do="rate" data-turn="{index}" data-rating="{rating}" '
        f'aria-pressed="{"true" if exchange.rating == rating else "false"}">{label}</button>'
        for rating, label in (("up", texts.LIKE), ("down", texts.DISLIKE))
    )
    tools = f'<div class="tools">{copy}<span class="gap"></span>{ratings}</div>'
    return tools + _reason(exchange, index)


def _reason(exchange: Exchange, index: int) -> str:
    if not exchange.rating:
        return ""
    if exchange.rating_closed:
        return f'<p class="thanks" role="status">{texts.THANKS}</p>'
    label = texts.REASON_LIKE if exchange.rating == "up" else texts.REASON_DISLIKE
    return (
        f'<div class="reason"><textarea rows="2" maxlength="1000" aria-label="{label}" '
        f'placeholder="{label}"></textarea>'
        + button(texts.REASON_SEND, "reason", turn=index)
        + "</div>"
    )
