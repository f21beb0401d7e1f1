"""Who holds an office: it must be theirs, theirs now, and of the place that is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.answering.facts import Fact, FactKind, SourceText
from rag.answering.focus import asked_role, offices
from rag.chinese.names import names
from rag.chinese.normalise import fold

# Offices that are written in two ways.
_LONG_FORMS = {"外长": "外交部长", "防长": "国防部长", "财长": "财政部长"}
# Offices of one occasion are mostly told by what is done: 由朱永新主持.
_DEEDS = {"主持人": "主持", "主讲人": "主讲", "牵头人": "牵头"}
# Characters between an office and its holder: 吕霞是宝龙社区的党总支书记.
_BOUND_WITHIN = 16
# Who asks for the head of something may not know the office.
_ANY_OFFICE = "负责人"
# 副区长, 原局长 and 前主任 are no 区长, 局长 and 主任, nor is a 区长助理.
_LESSER = re.compile(
    r"(?:(?:副|原(?![市县])|时任|曾任|免去)[^，,。；;、]{0,12}|(?<![目日此之会以提])前)$"
)
_AIDE = re.compile("助理|秘书|办公室")


def unbound_role(sentence: str, question: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return the role whose holder `question` asks for, when no source binds it to who is named.

    The commonest wrong answer of a small model gives the office to somebody else who is named in
    the same article, so role and name must stand close together in one source sentence.
    """
    role = fold(asked_role(question))
    if not role:
        return ()
    named = [fold(name) for name in names(sentence) if name not in question]
    forms = {role, _LONG_FORMS.get(role, role)}
    texts = [fold(source.text) for source in sources]
    if role == _ANY_OFFICE:
        forms |= set().union(*map(offices, texts))
    bound = any(_is_bound(form, named, text, fold(question)) for form in forms for text in texts)
    bound = bound or any(_does(role, name, text) for name in named for text in texts)
    return () if bound else (Fact(FactKind.ROLE, role),)


def holds_office(office: str, text: str) -> bool:
    """Whether a text names an office somewhere that is neither another one's nor a former one."""
    return any(
        not _LESSER.search(text[: match.start()]) and not _AIDE.match(text, match.end())
        for match in re.finditer(re.escape(office), text)
    )


def _does(role: str, name: str, text: str) -> bool:
    """Whether who is named does, in one clause, what the office is called after."""
    deed = _DEEDS.get(role)
    return deed is not None and bool(re.search(rf"{re.escape(name)}[^，。；、]{{0,6}}{deed}", text))


def _is_bound(role: str, named: Sequence[str], text: str, asked: str) -> bool:
    """Whether the office stands near one who is named, and is of no place but the asked one."""
    for match in re.finditer(re.escape(role), text):
        around = text[max(0, match.start() - _BOUND_WITHIN) : match.end() + _BOUND_WITHIN]
        lesser = _LESSER.search(text[: match.start()]) or _AIDE.match(text, match.end())
        if lesser and lesser[0][0] not in asked:
            continue
        near = not named or any(_near(around, role, name) for name in named)
        if near and not _is_of_another_place(text[: match.start()], asked):
            return True
    return False


def _is_of_another_place(before: str, asked: str) -> bool:
    """Whether the words before an office name a place or body that was not asked about."""
    import rjieba

    words = rjieba.tag(before[-_BOUND_WITHIN:])
    # Who asks shortens it: 区人大的主任 is that of the 区人大常委会.
    return bool(words) and words[-1][1] in {"ns", "nt"} and words[-1][0][:2] not in asked


def _near(text: str, first: str, second: str) -> bool:
    pattern = rf"{{0}}[^。；;]{{{{0,{_BOUND_WITHIN}}}}}{{1}}"
    a, b = re.escape(first), re.escape(second)
    return bool(re.search(pattern.format(a, b), text) or re.search(pattern.format(b, a), text))
