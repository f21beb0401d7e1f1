"""Who holds an office: it must be theirs, theirs now, and of the place that is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.answering.facts import Fact, FactKind, SourceText
from rag.answering.focus import asked_role, offices
from rag.chinese.names import names, people
from rag.chinese.normalise import fold
from rag.chinese.sentences import CLAUSE

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
    r"(?:(?:副|原(?![市县])|时任|曾任|免去)(?P<of>[^，,。；;、]{0,12})|(?<![目日此之会以提])前)$"
)
_FORMER = "原前曾时免"
_MOVES = (
    re.compile("任命|出任|当选|接任|就任|升任"),
    re.compile("免去|免职|被免|撤职|卸任|辞去|不再担任"),
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
        not _lesser(text[: match.start()]) and not _AIDE.match(text, match.end())
        for match in re.finditer(re.escape(office), text)
    )


def _lesser(before: str) -> re.Match[str] | None:
    """What before an office makes it a lesser or former one: not 副市长刘洋陪同 before 市长."""
    found = _LESSER.search(before)
    while found and found["of"] and offices(found["of"]):
        found = _LESSER.search(before, found.start() + 1)
    return found


def _is_asked_for(lesser: str, asked: str) -> bool:
    """Whether the question asks for a deputy, or a former holder under any word for that."""
    former = lesser[0] in _FORMER and any(word in asked for word in "原前曾")
    return former or lesser[0] in asked


def moved_otherwise(sentence: str, sources: Iterable[SourceText]) -> tuple[Fact, ...]:
    """Return who is appointed where all sources dismiss them, or dismissed where they appoint."""
    clauses: list[str] = []
    for source in sources:
        for clause in CLAUSE.findall(source.text):
            # 李强辞去局长职务，出任总经理: a clause without a name goes on about the one before.
            before = clauses[-1] if clauses and not people(clause) else ""
            clauses.append(before + clause)
    found = []
    for clause in CLAUSE.findall(sentence):
        said = {at for at, kind in enumerate(_MOVES) if kind.search(clause)}
        for name in people(clause):
            printed = {
                at
                for there in clauses
                if name in there
                for at, kind in enumerate(_MOVES)
                if kind.search(there)
            }
            if len(said) == 1 and printed and not said & printed:
                found.append(Fact(FactKind.ROLE, name))
    return tuple(dict.fromkeys(found))


def _does(role: str, name: str, text: str) -> bool:
    """Whether who is named does, in one clause, what the office is called after."""
    deed = _DEEDS.get(role)
    return deed is not None and bool(re.search(rf"{re.escape(name)}[^，。；、]{{0,6}}{deed}", text))


def _is_bound(role: str, named: Sequence[str], text: str, asked: str) -> bool:
    """Whether the office stands near one who is named, and is of no place but the asked one."""
    for match in re.finditer(re.escape(role), text):
        around = text[max(0, match.start() - _BOUND_WITHIN) : match.end() + _BOUND_WITHIN]
        lesser = _lesser(text[: match.start()]) or _AIDE.match(text, match.end())
        if lesser and not _is_asked_for(lesser[0], asked):
            continue
        # 副市长刘洋、局长王强: the office is that of who stands right behind it.
        holder = next(
            (n for n in people(text[match.end() :][:8]) if text.startswith(n, match.end())), ""
        )
        if holder and named and not any(n[:2] == holder[:2] for n in named):
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
