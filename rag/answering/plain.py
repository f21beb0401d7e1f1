"""Text of articles, models and readers made harmless for whoever shows it, or puts it in a prompt.

The page escapes what it shows; but an answer also goes to terminals, to clients that render
Markdown, and into prompts. None of them may find markup, marks or tokens in it that act.
"""

from __future__ import annotations

import re

# Invisible characters (zero width, direction, tags) and control characters of terminals; the
# variation selectors and joiners that emoji and rare characters need are not worth the risk.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_ANSI = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|.)?", re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<(?=[A-Za-z/!?|<])")
_LINK = re.compile(r"\](?=[(\[:])")
_MARK = re.compile(
    r"\s*(?:[\[【［]\s*(?:来源|资料|出处|注|引|source|ref|cite)?\s*[:：#]?\s*\^?\d{1,3}"
    r"(?:\s*[,，、\-–†]\s*\w{1,8})*\s*[\]】］]|(?<![A-Za-z\d])[⁰¹²³⁴-⁹]+(?![\w⁰-⁹])|[⓪①-⑳](?=[。！？.!?]?$))",
    re.IGNORECASE,
)
INVOKES = "※核对："
"""Words after which the adapter of a language model acts; no stranger writes them in a prompt."""
_INVOKES = re.compile(f"{INVOKES[0]}+(?={INVOKES[1]})")
_TEMPLATE = re.compile(r"\[(?=/?(?:INST|SYS)\])", re.IGNORECASE)


def without_invisible(text: str) -> str:
    """Return the text without characters that nobody sees and terminal escape sequences."""
    return _CONTROL.sub("", _ANSI.sub("", _INVISIBLE.sub("", text)))


def inert(text: str) -> str:
    """Return the text with nothing in it that a browser, Markdown reader or terminal acts upon.

    It reads the same: `<` before a tag becomes its full-width form, and a space parts what would
    be a Markdown link or image.
    """
    return _LINK.sub("] ", _TAG.sub("＜", without_invisible(text)))


def without_marks(text: str) -> str:
    """Return the text without what looks like a citation mark: those are ours alone to set."""
    return _MARK.sub("", text)


def for_prompt(text: str) -> str:
    """Return the text without tokens of chat templates and without the prompt's own structure.

    Nor does it invoke a model's adapter.

    An engine reads `<|im_end|>` as the end of a message wherever it stands. Line breaks stay,
    single ones: a heading or a role at the beginning of a line is nothing to the engine.
    """
    text = _TEMPLATE.sub("［", _TAG.sub("＜", without_invisible(text)))
    return re.sub(r"\n\s*\n+", "\n", _INVOKES.sub("", text))
