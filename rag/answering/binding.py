"""Whether the facts of a sentence belong together in the source as they do in the sentence.

That a figure, a day or a name stands somewhere in the source is not enough: 小公寓2826户 is not
supported by 居民住宅2826户,小公寓2610户. Each fact must stand in a part of the source that fits the
words around the fact nearly as well as any part does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.answering.contradictions import contradictions, opposite_direction
from rag.answering.facts import (
    Fact,
    FactKind,
    SourceText,
    holds_fact,
    names_date,
)
from rag.answering.focus import counted_noun, tells_other_harm
from rag.answering.lists import LABEL, is_of_another_item
from rag.answering.units import level_words, share, units_of
from rag.chinese.clock import find_times
from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import CLAUSE, clause_with
from rag.chinese.words import content_words

# A part with the fact may fall this far behind the part that fits the words best.
_NEARLY = 0.6
_CLEARLY = 0.2
# Fewer units than these around a fact say too little: the whole sentence and the question help.
_TOO_FEW = 3
# From this share on a clause of a source says what a clause of the sentence is about.
_SAME_CLAUSE = 0.6
# Below this share a clause is none of the source's.
_STRANGE = 0.45
_COUNTED_HELD = 0.5
_DAYS_OF_YEAR = 364
# Nouns that say nothing of what is counted.
_GENERAL = {"人员", "人数", "数量", "单位", "项目", "情况", "总数", "对象"}
_SAYING = re.compile(r"(?:表示|指出|介绍|强调|认为|说|称|道)[：:]?\s*$")
# 公园原定5月1日开放，现推迟到6月1日: the second day is the same subject's.
_GOES_ON = re.compile(r"现|后[来又改]?|改[为在到期至]|推迟|延[期至]|提前|又|再")
_CHANGE = re.compile("同比|环比|增[长加幅]|下降|上[升涨]|提高|降低|减少|比上年|较上年")
_COMPARED = re.compile("[比较][上去]年(?:同期)?|同比")
_PRONOUN = re.compile(r"[他她]")
# People say 孩子 and count what the paper calls 儿童 or 患儿, and 队伍 where it has 团队.
_COUNTED_ALIKE = (
    (re.compile(r"孩子|小朋友|小孩|娃娃?|患儿"), "儿童"),
    (re.compile(r"[球小车团]队|代表队|参赛队|战队|队伍"), "团队"),
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a source with its subject, and in search form with and without it."""

    text: str
    folded: str
    alone: str


def unbound_facts(
    sentence: str, question: str, facts: Sequence[Fact], sources: Sequence[SourceText]
) -> tuple[Fact, ...]:
    """Return the facts that the sources hold, but not together with the sentence's words.

    A figure whose direction the source turns round (上涨0.3%, 下降0.3%) counts as unbound too.
    """
    found: list[Fact] = []
    for fact in facts:
        if fact.kind is FactKind.NAME:
            bound = _name_is_bound(sentence, fact, sources)
        elif fact.kind in (FactKind.NUMBER, FactKind.DATE, FactKind.TIME):
            bound = _figure_is_bound(sentence, question, fact, sources)
            if bound and fact.kind is FactKind.NUMBER:
                bound = not _is_of_another_item(sentence, fact, sources)
        else:
            bound = True
        if not bound:
            found.append(fact)
    return tuple(found)


def _is_of_another_item(sentence: str, fact: Fact, sources: Sequence[SourceText]) -> bool:
    """Whether a figure is told of another item than its list gives it to, and not as printed."""
    printed = _clause_stands(clause_with(fact.text, sentence), sentence, sources)
    return not printed and is_of_another_item(sentence, fact, sources)


def uncounted(sentence: str, question: str, sources: Sequence[SourceText]) -> tuple[Fact, ...]:
    """Return what `question` asks the number of, when the sentence's figures count other things.

    血透中心有多少名医生 is not answered by the number of its patients.
    """
    counted = fold(_alike(counted_noun(question)))
    noun = set(counted)
    words = [one for one in content_words(counted) if len(one) > 1 and one not in _GENERAL]
    figures = [Fact(FactKind.NUMBER, number.text) for number in find_numbers(sentence)]
    if figures and tells_other_harm(question, sentence):
        return (Fact(FactKind.COUNTED, question.strip("?？。")),)
    if not noun or not figures:
        return ()
    for source in sources:
        said = fold(_alike(source.text))
        named = len(noun & set(said)) > _COUNTED_HELD * len(noun) or any(
            word in said for word in words
        )
        if named and any(holds_fact(source, figure) for figure in figures):
            return ()
    return (Fact(FactKind.COUNTED, counted_noun(question)),)


def _alike(text: str) -> str:
    """The text with what is counted under several names under one."""
    for kinds, one in _COUNTED_ALIKE:
        text = kinds.sub(one, text)
    return text


def _figure_is_bound(
    sentence: str, question: str, fact: Fact, sources: Sequence[SourceText]
) -> bool:
    around = clause_with(fact.text, sentence)
    # A figure may stand elsewhere (设摊位136个), a time is set apart in both.
    words = around.replace(fact.text, "，" if fact.kind is FactKind.TIME else " ")
    wanted = units_of(words)
    parts = [(source, part) for source in sources for part in _parts_for(fact, source.text)]
    if len(wanted) < _TOO_FEW:
        # 有136个摊位: few words are enough where one part alone has them.
        telling = [part for _, part in parts if wanted and share(wanted, part.alone) == 1]
        (only,) = telling if len(telling) == 1 else (None,)
        if only and "分别" not in only.text and holds_fact(SourceText(only.text), fact):
            return True
        wanted |= units_of(sentence.replace(fact.text, " ")) | units_of(question)
    if not wanted or not parts:
        return True
    if fact.kind is FactKind.DATE and _happens_another_day(around, fact, sources):
        return False
    if _clause_stands(around, sentence, sources):
        return True
    if fact.kind is FactKind.DATE and _is_of_another_year(wanted, fact, parts):
        return False
    first = [SourceText(next(iter(CLAUSE.findall(source.text)), "")) for source in sources]
    if fact.kind is not FactKind.DATE and not any(holds_fact(one, fact) for one in first):
        wanted = _beside_subject(wanted, words, sources)
    best = max(share(wanted, part.alone) for _, part in parts)
    holding = [
        (share(wanted, part.folded), part)
        for source, part in parts
        if holds_fact(SourceText(part.text, "", source.published), fact)
    ]
    if not holding:
        # Printed in the headline or being the day of publication: bound to the whole article.
        return True
    fit, part = max(holding, key=lambda pair: pair[0])
    if fit < _NEARLY * best and best - fit > _CLEARLY:
        return False
    if fact.kind is FactKind.NUMBER and _name_others(around, part.text):
        return False
    return not opposite_direction(around, part.text)


def _happens_another_day(around: str, day: Fact, sources: Sequence[SourceText]) -> bool:
    """Whether what a clause ends in has, wherever the source says it, another day of its own.

    工程3月开工，12月完工 says of no 完工 that it was in 3月.
    """
    import rjieba

    tags = rjieba.tag(around.rstrip("了。 "))
    # What is denied of a day is said of others.
    if not tags or tags[-1][1] != "v" or len(tags[-1][0]) < 2 or re.search("[不没未]", around):
        return False
    # Another day in between is the one of which the verb is told.
    if find_dates(around.partition(day.text)[2], date(2000, 1, 1)):
        return False
    told = [
        (source, clause)
        for source in sources
        for clause in CLAUSE.findall(source.text)
        if tags[-1][0] in clause
    ]
    for source, clause in told:
        own = find_dates(clause, source.published or date(2000, 1, 1))
        # 12月 after 2023年3月 is 2023年12月.
        if not own or any(fold(one.text) in fold(day.text) for one in own):
            return False
        if holds_fact(SourceText(clause, "", source.published), day):
            return False
    return bool(told)


def _is_of_another_year(
    wanted: set[str], day: Fact, parts: Sequence[tuple[SourceText, _Part]]
) -> bool:
    """Whether no part names a year, and that which says what is told of it names another one.

    今年 may be held by the day of publication alone, and what is told be of 去年.
    """
    texts = [SourceText(part.text, "", source.published) for source, part in parts]
    if any(day.text in text.text or names_date(text, day.text) for text in texts):
        return False
    source, part = max(parts, key=lambda pair: share(wanted, pair[1].alone))
    base = source.published or date(2000, 1, 1)
    asked, named = find_dates(day.text, base), find_dates(part.text, base)
    if share(wanted, part.alone) < _SAME_CLAUSE or not asked or not named:
        return False
    first, last = asked[0].first, asked[0].last
    is_year = (last - first).days >= _DAYS_OF_YEAR
    return is_year and not any(one.first <= last and first <= one.last for one in named)


def _beside_subject(wanted: set[str], around: str, sources: Sequence[SourceText]) -> set[str]:
    """The units that tell a figure's clause from others: not those of the subject.

    That stands in a source's first clause alone, and says of no later one which figure it has.
    """
    heads = [fold(_before_figure(source.text)) for source in sources]
    rest = {unit for unit in wanted if not any(unit in head for head in heads)}
    return rest if rest & set(content_words(around)) else wanted


def _name_others(clause: str, part: str) -> bool:
    """Whether two clauses name things, and none that both name."""
    ours, theirs = names(clause), names(part)
    shared = [one for one in ours if one in part] or [one for one in theirs if one in clause]
    return bool(ours and theirs) and not shared


def _name_is_bound(sentence: str, fact: Fact, sources: Sequence[SourceText]) -> bool:
    """Whether the sentence that fits best can be about the one who is named."""
    wanted = units_of(sentence.replace(fact.text, " "))
    if not wanted:
        return True
    if _is_anothers(clause_with(fact.text, sentence), fact, sources):
        return False
    fits = [(share(wanted, fold(source.text)), source) for source in sources]
    best_fit, best = max(fits, key=lambda pair: pair[0])
    # A headline's name is not the one of whom a sentence that names others speaks.
    if holds_fact(SourceText(best.text), fact) or _PRONOUN.search(best.text):
        return True
    others = [name for name in names(best.text) if name not in sentence]
    with_name = [fit for fit, source in fits if holds_fact(source, fact)]
    return not others or max(with_name, default=0.0) >= _NEARLY * best_fit


def _is_anothers(clause: str, fact: Fact, sources: Sequence[SourceText]) -> bool:
    """Whether the source says of another one, in a clause with the same words, what is told.

    男子组冠军是李明，女子组冠军是王芳: 女子组冠军是李明 has all its words beside 王芳.
    """
    wanted = units_of(clause.replace(fact.text, " "))
    if len(wanted) < _TOO_FEW:
        return False
    with_name, others = [], []
    for source in sources:
        for part in CLAUSE.findall(source.text):
            fit = share(wanted, fold(part))
            if fact.text in part:
                with_name.append(fit)
            elif any(name not in clause for name in names(part)):
                others.append(fit)
    # With more of its words beside the name elsewhere, it is told there.
    return bool(with_name and others) and max(others) == 1 and max(with_name) < 1


def _clause_stands(clause: str, sentence: str, sources: Sequence[SourceText]) -> bool:
    """Whether the clause stands word for word in a source that fits the whole sentence."""
    folded, wanted = fold(level_words(clause)), units_of(level_words(sentence))
    texts = [fold(level_words(source.text)) for source in sources]
    fits = [share(wanted, text) for text in texts]
    return any(
        folded in text and fit >= _NEARLY * max(fits) for text, fit in zip(texts, fits, strict=True)
    )


def turned_round(sentence: str, sources: Sequence[SourceText]) -> tuple[Fact, ...]:
    """Return what a clause denies or turns round against the source's clause that fits it best."""
    parts = [part for source in sources for part in _parts(source.text, whole_date=False)]
    found: list[Fact] = []
    for clause in CLAUSE.findall(sentence):
        wanted = units_of(clause)
        if len(wanted) < _TOO_FEW or not parts:
            continue
        # 价格同比上涨0.6%，环比下降0.2%: the clause with its figures is the one that it tells.
        figures = [Fact(FactKind.NUMBER, number.text) for number in find_numbers(clause)]
        holding = [
            p for p in parts if figures and all(holds_fact(SourceText(p.text), f) for f in figures)
        ]
        among = holding or parts
        fit, part = max(((share(wanted, p.alone), p) for p in among), key=lambda pair: pair[0])
        if fit >= _SAME_CLAUSE:
            found += contradictions(clause, [SourceText(part.text)])
    return tuple(dict.fromkeys(found))


def strange_clauses(sentence: str, sources: Sequence[SourceText]) -> tuple[Fact, ...]:
    """Return the clauses of which the sources hold hardly anything, however the others fit."""
    folded = fold("\n".join(f"{source.text}\n{source.context}" for source in sources))
    return tuple(
        Fact(FactKind.NOUN, clause.strip())
        for clause in CLAUSE.findall(sentence)
        if len(wanted := units_of(_matter(clause))) > _TOO_FEW and share(wanted, folded) < _STRANGE
    )


def _matter(clause: str) -> str:
    """A clause without days, times and figures, which are compared as such, and without 他表示."""
    texts = [day.text for day in find_dates(clause, date(2000, 1, 1))]
    texts += [time.text for time in find_times(clause)]
    texts += [number.text for number in find_numbers(clause)]
    for text in texts:
        clause = clause.replace(text, "，")
    return _SAYING.sub("", clause)


def _before_figure(text: str) -> str:
    """What the first clause of a text says before its last figure."""
    clause = next(iter(CLAUSE.findall(text)), "")
    figures = find_numbers(clause)
    return clause[: figures[-1].start] if figures else ""


def _before_day(clause: str) -> str:
    """What a clause says before its first day."""
    days = find_dates(clause, date(2000, 1, 1))
    return clause[: days[0].start] if days else ""


def _parts_for(fact: Fact, text: str) -> list[_Part]:
    """The parts of a source to which a fact may belong.

    A label governs all that follows up to the next of its kind (地铁3号线全长28公里，设站21座).
    """
    if fact.kind is not FactKind.NUMBER or not LABEL.search(fact.text):
        return _parts(text, whole_date=fact.kind is FactKind.DATE)
    kind = fact.text[-1]
    clauses = [clause for clause in CLAUSE.findall(text) if clause.strip()]
    starts = [
        place
        for place, clause in enumerate(clauses)
        if any(one.text[-1] == kind and LABEL.search(one.text) for one in find_numbers(clause))
    ]
    ends = [*starts[1:], len(clauses)] if starts else []
    groups = ["，".join(clauses[start:end]) for start, end in zip(starts, ends, strict=True)]
    return [_Part(group, fold(group), fold(group)) for group in groups or [text]]


def _parts(text: str, *, whole_date: bool) -> list[_Part]:
    """The parts of a source to which a fact may belong.

    A figure belongs to its clause and, where that has none of its own, to the one before it (its
    subject: 公寓楼遭袭，造成79人死亡); a day governs all that follows up to the next day.
    """
    clauses = [clause for clause in CLAUSE.findall(text) if clause.strip()]
    if whole_date:
        # 比上年多 says of no other year what it tells.
        plain = [_COMPARED.sub("", clause) for clause in clauses]
        dated = [i for i, clause in enumerate(plain) if re.search(r"[年月日]", clause)]
        starts = dated or [0]
        ends = [*starts[1:], len(clauses)]
        # The clause before may hold the subject, unless it has a day of its own.
        subjects = [s if s == 0 or s - 1 in starts else s - 1 for s in starts]
        days = ["，".join(clauses[s:e]) for s, e in zip(subjects, ends, strict=True)]
        days = [
            f"{_before_day(clauses[start - 1])}{day}" if _GOES_ON.match(day) and start else day
            for day, start in zip(days, starts, strict=True)
        ]
        return [_Part(day, fold(day), fold(day)) for day in days]
    counts = [
        any(not LABEL.search(number.text) for number in find_numbers(clause)) for clause in clauses
    ]
    parts = []
    for place, clause in enumerate(clauses):
        goes_on = place and _CHANGE.match(clause) and f"{clauses[place - 1]}，{clause}" in text
        has_subject = place and counts[place] and (not counts[place - 1] or goes_on)
        whole = f"{clauses[place - 1]}，{clause}" if has_subject else clause
        # 每天7时至9时，货车禁止驶入: a time says of when what follows is.
        says_little = len(units_of(_matter(clause))) <= _TOO_FEW and find_times(clause)
        if says_little and place + 1 < len(clauses) and not counts[place + 1]:
            whole = f"{whole}，{clauses[place + 1]}"
        parts.append(_Part(whole, fold(whole), fold(clause)))
    return parts
