"""What a question takes for granted, held against the articles that were found.

谁参加了12月20日的会议? takes for granted that the articles speak of 12月20日. When no found article
does, no sentence of theirs can be the answer, however near its wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.answering.facts import (
    Fact,
    FactKind,
    SourceText,
    facts_of,
    missing_facts,
    same_unit,
)
from rag.answering.focus import asks_whether
from rag.answering.units import share, units_of
from rag.chinese.dates import DateMention, find_dates, is_weekday
from rag.chinese.names import people
from rag.chinese.normalise import fold
from rag.chinese.numbers import find_numbers
from rag.chinese.sentences import split_sentences
from rag.chinese.words import content_words
from rag.types import Article

# Days named from the asker's today; the articles cannot hold them word for word.
_RELATIVE = re.compile(
    r"[今昨明前后]天|[今昨明]日|[上本这下]{1,2}(?:周|星期|礼拜|个?月)|[今去明前后]年|近|最近|年[初底末]"
)


# From here on a figure is one that the asker has read; a day or a model is none, and what is to
# be listed or written (列出10条, 100字) is not claimed.
_LEAST_FIGURE = 10
_NO_COUNT = re.compile(r"[年月日号点时分篇句字%‰]|个月|[a-z]+[²³23]?")
_WANTED = re.compile(r"[列举给写说选找讲推荐要来][出我一下]{0,2}$")
_ABOUT_BEFORE = re.compile(r"(?:约|近|将近|大概|差不多|不到|超过?|多于|少于|至少|最多)$")
_ABOUT_INSIDE = re.compile("[多余几来]")
_ABOUT_AFTER = re.compile("左右|上下|以上|以下|多|余|[吗么的]?倍")
_YEAR = re.compile(r"(?:19|20)\d\d|[一二][〇零○一二三四五六七八九]{3}")
# 8日至10日, not 1至11月 nor a year.
_SPAN = re.compile(r"[—–~～\-至到].*[日号]$")
_DAYS_OF_YEAR = 364
_ROUGHLY = timedelta(days=5)
# Shorter names of persons are often none: the cutter takes other words for them.
_FULL_NAME = 3
# What the cutter takes for a person: offices, and forms of address, which change with who speaks.
_NO_PERSON = re.compile(
    r".*(?:[局部院馆厅委会队社所站场店厂校家]|先生|女士|老师|师傅|大[妈爷姐哥嫂叔婶伯]|阿姨|书记|主任|主席"
    r"|.长|总理|总统|教授|医生)"
)
# What is one of a series, and how what is numbered begins.
_SERIES = frozenset("届次批期季轮代版")
_NAME = re.compile(r"[“《(（]?([\u4e00-\u9fff]{2})")

# What tells how exact a figure is meant: 3.2万 to the thousand.
_PLACES = re.compile(r"(?:[.点](?P<decimals>[\d零一二三四五六七八九]+))?(?P<myriad>[万亿])")
_MYRIADS = {"万": 1e4, "亿": 1e8}
# A shorter quotation with a numeral (八大工程, 最多跑一次) is a name.
_LONG_QUOTE = 8
# Before what is asked for: 要准备什么“申请材料”.
_ASKED_FOR = re.compile(r"(?:什么|哪[些几个种类项]+|(?:多少|几)[\u4e00-\u9fff]?)[“\"「『《]$")
# Behind what is quoted: it is what something is called.
_CALLED = re.compile(
    r"[”\"」』》](?:[\u4e00-\u9fff]{0,4}(?:行动|活动|工程|计划|项目|政策|改革|口号|品牌|称号|模式)|是?指?什么)"
)

# From this share of the question's wording on a sentence says nothing beside it.
_REPEATED = 0.8
_ECHOED = 0.95
# Characters beside a question word that show its place.
_BESIDE = 2
_OFFERS = re.compile(r"还是|或者?|(?:和|与|跟|同|、|比).*哪")
_QUESTION_MARK = re.compile(r"[?？][”’」』]?\s*$")
_ASKING = re.compile(r"谁|什么|哪|怎[么样]|多少|第几|几[个名位次人天年月日]|何[时地人处]|为何")


def asks_again(question: str, sentence: str) -> bool:
    """Return whether a sentence only says or asks what `question` asks, as models do at a loss.

    An answer of yes or no, or one of two things that the question names, adds no word to it, and
    what stands in the place of the question word may be a word of the question. A figure that the
    question has not is an answer.
    """
    if any(fold(number.text) not in fold(question) for number in find_numbers(sentence)):
        return False
    said = share(units_of(sentence), fold(question))
    asking = _ASKING.search(sentence)
    if _QUESTION_MARK.search(sentence) or (asking is not None and asking[0] in question):
        return said >= _REPEATED
    offers = asks_whether(question) or _OFFERS.search(question)
    if said < _ECHOED or offers or _is_name(sentence):
        return False
    return not _fills_in(fold(question), fold(sentence))


def _fills_in(question: str, sentence: str) -> bool:
    """Whether something stands between the words around a question word (有3个 for 有多少个)."""
    for asking in _ASKING.finditer(question):
        before = re.escape(question[: asking.start()][-_BESIDE:])
        after = re.escape(question[asking.end() :][:_BESIDE].rstrip("?。 "))
        if before and re.search(rf"{before}\w[^,。;]*?{after}", sentence):
            return True
    return False


def _is_name(text: str) -> bool:
    """Whether a text is nothing but a name, which may answer where the question has it, too."""
    import rjieba

    tags = [tag for word, tag in rjieba.tag(text.strip()) if word.strip("。 ")]
    return all(tag in {"nr", "ns", "nt", "nz"} for tag in tags)


def false_premises(question: str, articles: Sequence[Article], today: date) -> tuple[Fact, ...]:
    """Return the dates, quoted words, figures and persons of `question` that no article holds.

    今年 is the asker's year, or the year of an article that says 今年 itself. An article whose day
    of publication is unknown denies no year that it does not name.
    """
    claimed = [
        fact
        for fact in facts_of(question)
        if (fact.kind is FactKind.DATE and _is_day(fact, question))
        or (fact.kind is FactKind.QUOTE and _is_quoted(fact.text, question))
    ]
    claimed += _figures(question)
    sources = [
        SourceText(article.text, f"{article.kicker} {article.headline}", article.published)
        for article in articles
    ]
    absent = [fact for fact in claimed if not _is_held(fact, sources, articles, today)]
    absent += [
        Fact(FactKind.NAME, name)
        for name in people(question)
        if _is_persons_own(name) and not any(_may_name(article, name) for article in articles)
    ]
    return tuple(absent)


def _is_held(
    fact: Fact, sources: Sequence[SourceText], articles: Sequence[Article], today: date
) -> bool:
    """Whether an article holds what is claimed, or, of a day, may be meant by it."""
    if fact.kind is FactKind.QUOTE and _has_its_words(fact.text, sources):
        return True
    if fact.kind is FactKind.NUMBER and _is_rounded(fact.text, sources):
        return True
    if fact.kind is not FactKind.DATE:
        return not missing_facts([fact], sources)
    if _RELATIVE.search(fact.text):
        printed = any(fact.text in article.text for article in articles)
        held = printed or _relative_date_held(fact, articles, today)
    else:
        held = not missing_facts([fact], sources)
    return held or _may_be_meant(fact, articles, today) or _in_printed_span(fact, articles, today)


def _is_quoted(text: str, question: str) -> bool:
    """Whether what stands in quotation marks is quoted, and not only stressed (“办产权证”).

    A verb of one character with its object is how people speak. What is asked for, and a quotation
    with a gap (要追究“谁的责任”), claim nothing.
    """
    import rjieba

    before, _, behind = question.partition(text)
    if _ASKING.search(text) or _ASKED_FOR.search(before):
        return False
    (verb, kind), *objects = rjieba.tag(text.strip()) or [("", "")]
    spoken = kind == "v" and len(verb) == 1 and all(tag[0] in "nj" for _, tag in objects)
    return not (spoken and objects) or bool(_CALLED.match(behind))


def _has_its_words(quoted: str, sources: Sequence[SourceText]) -> bool:
    """Whether a sentence, with the headline over it, has all words of a quotation.

    Who half remembers it leaves some out, and who only stresses them puts them in another order:
    《文旅融合行动方案》 means 《加快文旅融合发展三年行动方案》, “营商环境优化” 优化营商环境.
    """
    import rjieba

    tagged = rjieba.tag(fold(quoted))
    if len(quoted) < _LONG_QUOTE and any(tag == "m" for _, tag in tagged):
        return False
    words = [word for word, _ in tagged if content_words(word)]
    sentences = [
        fold(f"{source.context}\n{source.text[start:end]}")
        for source in sources
        for start, end in split_sentences(source.text)
    ]
    return bool(words) and any(all(word in one for word in words) for one in sentences)


def _is_rounded(figure: str, sources: Sequence[SourceText]) -> bool:
    """Whether an article prints a figure more exactly: 612.4亿元 where 612亿元 is asked about."""
    (asked, *_), places = find_numbers(figure), _PLACES.search(figure)
    if places is None:
        return False
    step = _MYRIADS[places["myriad"]] / 10 ** len(places["decimals"] or "")
    return any(
        same_unit(asked.unit, number.unit) and 0 <= number.value - asked.value < step
        for source in sources
        for number in find_numbers(source.text)
    )


def _is_persons_own(name: str) -> bool:
    """Whether a name of three characters or more is no word besides (黄金周 is one)."""
    import rjieba

    long = len(name) >= _FULL_NAME and not _NO_PERSON.fullmatch(name)
    return long and len(rjieba.cut(name, False)) > 1


def _may_name(article: Article, name: str) -> bool:
    """Whether an article has two neighbouring characters of a name: askers misspell the others."""
    printed = fold("\n".join([article.kicker, article.headline, *article.byline, article.text]))
    wanted = fold(name)
    return any(wanted[place : place + 2] in printed for place in range(len(wanted) - 1))


def tell_of_another(question: str, articles: Sequence[Article], today: date) -> bool:
    """Return whether articles tell of another event: they lack what the question takes for granted.

    Another article that was found may have it.
    """
    return _name_another(question, articles) or bool(false_premises(question, articles, today))


def _is_day(day: Fact, question: str) -> bool:
    """Whether a certain day is named: not 周一, nor one only roughly (10月30日前后)."""
    about = re.search(rf"{re.escape(day.text)}(?:那?前后|左右|上下|那[阵会几])", question)
    return not about and not is_weekday(day.text)


def _figures(question: str) -> list[Fact]:
    """What a question counts or measures exactly; small numbers are words (一个, 三位)."""
    return [
        Fact(FactKind.NUMBER, number.text)
        for number in find_numbers(question)
        if number.value >= _LEAST_FIGURE
        and number.unit
        and not _NO_COUNT.fullmatch(number.unit)
        and not _ABOUT_BEFORE.search(fold(question[: number.start]))
        and not _WANTED.search(question[: number.start])
        and not _ABOUT_INSIDE.search(number.text)
        and not _ABOUT_AFTER.match(question, number.end)
    ]


def _may_be_meant(fact: Fact, articles: Sequence[Article], today: date) -> bool:
    """Whether an article of unknown day may speak of a date: 4月2日 of 2024年4月, or of 4月初.

    One that names neither month nor year leaves open when it was; of these only the nearest counts.
    """
    asked = find_dates(fact.text, today)
    if not asked:
        return False
    for place, article in enumerate(articles):
        if article.published is not None:
            continue
        mentions = find_dates(article.text, today)
        open_ones = [mention for mention in mentions if mention.yearless]
        fits = _lies_within if asked[0].yearless else _same_season
        if any(fits(asked[0], mention) for mention in open_ones):
            return True
        if any(_is_day_alone(mention, asked[0]) for mention in mentions):
            return True
        named = open_ones or any(_YEAR.search(mention.text) for mention in mentions)
        if place == 0 and not named:
            return True
    return False


def _in_printed_span(fact: Fact, articles: Sequence[Article], today: date) -> bool:
    """Whether a day lies in a span of days that an article prints (9日 in 8日至10日)."""
    for article in articles:
        base = article.published or today
        asked = find_dates(fact.text, base)
        spans = [one for one in find_dates(article.text, base) if _SPAN.search(one.text)]
        if any(one.first <= asked[0].first and asked[0].last <= one.last for one in spans if asked):
            return True
    return False


def _is_day_alone(mention: DateMention, asked: DateMention) -> bool:
    """Whether only a day of the month is named (24日), and it is that of the day asked for."""
    alone = not re.search("[年月]", mention.text) and mention.first == mention.last
    return alone and asked.first == asked.last and mention.first.day == asked.first.day


def _lies_within(outer: DateMention, inner: DateMention) -> bool:
    """Whether days without a year lie within others, or near rough ones (2月6日 in 2月初)."""
    near = timedelta() if outer.first == outer.last else _ROUGHLY
    return outer.first - near <= inner.first and inner.last <= outer.last + near


def _same_season(asked: DateMention, yearless: DateMention) -> bool:
    """Whether days of any year lie within those asked for, or the other way round."""
    whole_year = (asked.last - asked.first).days >= _DAYS_OF_YEAR
    ours, theirs = [
        [(day.month, day.day) for day in (one.first, one.last)] for one in (asked, yearless)
    ]
    return whole_year or (ours[0] <= theirs[1] and theirs[0] <= ours[1])


def _relative_date_held(fact: Fact, articles: Sequence[Article], today: date) -> bool:
    asked = find_dates(fact.text, today)
    if not asked:
        return True
    first, last = asked[0].first, asked[0].last
    for article in articles:
        if article.published is None or first <= article.published <= last:
            return True
        mentions = find_dates(article.text, article.published)
        if any(mention.first <= last and first <= mention.last for mention in mentions):
            return True
    return False


def _name_another(question: str, articles: Sequence[Article]) -> bool:
    """Return whether articles tell of another one of a series: 第五届 where 第六届 was asked about.

    So it is where none of them holds what is asked about, and one names another before the same
    words.
    """
    wanted = _in_series(question)
    told = [one for article in articles for one in _in_series(article.text + article.headline)]
    return any(
        (kind, number) not in {one[:2] for one in told}
        and any(one[0] == kind and one[2] == name for one in told)
        for kind, number, name in wanted
    )


def _in_series(text: str) -> list[tuple[str, float, str]]:
    """The kind, number and first characters of the name of what is one of a series."""
    return [
        (number.unit, float(number.value), name[1])
        for number in find_numbers(text)
        if number.unit in _SERIES
        and number.text.startswith("第")
        and (name := _NAME.match(text, number.end))
    ]
