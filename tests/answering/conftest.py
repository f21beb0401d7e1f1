"""Articles of an invented district, and a generator that writes what a test tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rag.answering.evidence import EvidenceSentence, sentences_of
from rag.types import Article, Evidence, Passage
from tests.support.collections import article

POLICE = article(
    "为老旧小区装上“电子哨兵”",
    "本报讯(周敏)4月8日,东湖派出所联合和平社区为12个老旧小区安装烟感器3200个,投入资金25.6万元。",
    "东湖派出所所长赵立新介绍,今年一季度辖区火警同比下降30%。他强调,居民不得在楼道内充电。",
    published=date(2024, 4, 10),
    byline=("周敏",),
)
MARKET = article(
    "早市搬了新家",
    "4月9日,运河早市整体搬迁至文化广场北侧,首日迎客1.8万人次。",
    "市场负责人孙丽说,摊位费没有上涨。开市时间为早上5点至9点。",
    published=date(2024, 4, 10),
)


class Scripted:
    """A generator that writes a given text, in pieces of three characters."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self.text = text
        self.questions: list[str] = []

    def load(self) -> None:
        pass

    def stream(self, question: str, evidence: Sequence[EvidenceSentence]) -> Iterator[str]:
        self.questions.append(question)
        for start in range(0, len(self.text), 3):
            yield self.text[start : start + 3]


def evidence_from(*articles: Article) -> list[Evidence]:
    """Every paragraph as a found passage."""
    found = []
    for one in articles:
        for paragraph in one.paragraphs:
            passage = Passage(len(found), one.id, paragraph.text, paragraph.start, paragraph.end)
            found.append(Evidence(passage, one, 1 - 0.1 * len(found), 0.8, 0.8))
    return found


def candidates_from(*articles: Article) -> list[EvidenceSentence]:
    return sentences_of(evidence_from(*articles))
