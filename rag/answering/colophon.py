"""Who wrote an article, under which headline, on which day: asked of the page, not of the matter.

No sentence of the text says so: names and headline stand over it, the day at the top of the page.
So the article that a question means answers it, without a generator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rag.answering.evidence import EvidenceSentence
from rag.chinese.normalise import fold
from rag.chinese.sentences import split_sentences
from rag.chinese.spoken import written_words
from rag.types import Article, Evidence, Sentence

# What is said in a report, or at a 新闻发布会, is another matter.
_ITEM = (
    r"(?:(?:报道|新闻|消息|文章|稿[子件]?|通讯|特写|一文|[这那][篇条则]|》)"
    r"(?![中里上会提讲说称]|发布))"
)
_WRITES = r"(?:联合|一起|共同|合作)?(?:采写|撰写|撰稿|执笔|写|采访|报道)"
_WHO = r"(?:谁|什么人|哪(?:[一两二三几]?[个位名])?(?:记者|作者|通讯员|人)?)"
_AUTHOR = r"(?:作者|记者|署名|撰稿人|通讯员)(?:记者|们)?"
_HEADLINE = r"(?:大?标题|题目|题名|篇名)"
_PRINTS = r"(?:刊[登发载]|发表|登[载出]?|见报|印)(?:出来)?的?"


class Asked(StrEnum):
    """What is asked about an article itself."""

    AUTHOR = "author"
    HEADLINE = "headline"
    DAY = "day"


_ASKS = (
    (
        Asked.AUTHOR,
        re.compile(
            rf"{_ITEM}.{{0,14}}?{_WHO}{_WRITES}"
            rf"|{_WHO}{_WRITES}(?:了|的)?.{{0,30}}{_ITEM}"
            rf"|{_ITEM}.{{0,4}}{_AUTHOR}的?都?(?:是|有|叫|为)?的?(?:谁|什么|哪)"
            rf"|(?:谁|哪.{{0,3}})(?:是|为).{{0,24}}{_ITEM}的?{_AUTHOR}"
        ),
    ),
    (
        Asked.HEADLINE,
        re.compile(
            rf"{_ITEM}.{{0,6}}{_HEADLINE}(?:是|叫|怎么|为)?(?:写|说|起|取)?的?(?:什么|哪|怎么|$|[?？])"
            rf"|{_ITEM}.{{0,3}}(?:用|起|取)(?:了|的是)?(?:个)?(?:什么|哪.){_HEADLINE}"
            rf"|{_ITEM}叫什么(?:{_HEADLINE}|名字)?[?？]?$"
        ),
    ),
    (
        Asked.DAY,
        re.compile(
            rf"{_ITEM}.{{0,4}}(?:什么时候|哪一?天|何时|哪期|几月几号){_PRINTS}"
            rf"|{_ITEM}.{{0,4}}{_PRINTS}.{{0,4}}(?:什么时候|哪一?天|何时|哪期|几月几号)"
        ),
    ),
)
_TITLE = re.compile("《([^》]+)》")
# Below this score nothing found is the article that is meant.
_MEANT = 0.25


class Told(NamedTuple):
    """A sentence about an article itself, and the beginning of that article."""

    text: str
    opening: EvidenceSentence


def asked_of_article(question: str, evidence: Sequence[Evidence]) -> Asked | None:
    """Return what is asked about an article itself (这条消息是哪个记者写的), None if nothing is.

    `evidence`, best first, is not empty.
    A title in the question has to be that of the article found: else a book or a film is meant.
    """
    titles = _TITLE.findall(question)
    if titles and not any(fold(one) in fold(evidence[0].article.headline) for one in titles):
        return None
    asked = written_words(question)
    return next((kind for kind, pattern in _ASKS if pattern.search(asked)), None)


def told_of_article(asked: Asked, evidence: Sequence[Evidence]) -> Told | None:
    """Return the answer for the article that was found first; None when it is not known.

    `evidence` is not empty.
    """
    if evidence[0].score < _MEANT:
        return None
    article = evidence[0].article
    text = _told(asked, article)
    opening = _opening(article)
    return Told(text, opening) if text and opening else None


def _told(asked: Asked, article: Article) -> str:
    if asked is Asked.AUTHOR:
        names = "、".join(article.byline)
        return f"《{article.headline}》署名{names}。" if names else ""
    if asked is Asked.HEADLINE:
        over = f"，引题“{article.kicker}”" if article.kicker else ""
        return f"标题是《{article.headline}》{over}。" if article.headline else ""
    day = article.published
    if day is None:
        return ""
    doubt = "（按报道内容推断）" if article.published_inferred else ""
    return f"《{article.headline}》刊登于{day.year}年{day.month}月{day.day}日{doubt}。"


def _opening(article: Article) -> EvidenceSentence | None:
    for start, end in split_sentences(article.text):
        sentence = Sentence(article.id, article.text[start:end], start, end)
        return EvidenceSentence(sentence, article, 0.0)
    return None
