"""Draft cases for a person to accept or edit: from articles, from feedback, from a question log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.chinese.dates import find_dates
from rag.chinese.names import names
from rag.chinese.normalise import fold
from rag.chinese.sentences import split_sentences
from rag.errors import TestSetError
from rag.evaluation.cases import Case
from rag.evaluation.tables import read_text
from rag.evaluation.testset import WrittenCase
from rag.types import Article

DRAFT = "草稿"
PER_ARTICLE = 4

_CLAUSE = re.compile(r"[^，,。；;！!？?：:\n]+")
_FIGURE = re.compile(
    r"(?P<number>\d[\d,.]*(?:[万亿千百]*)[余多]?)(?P<unit>%|‰|[位名人次个户家项件亩元吨台辆场所篇年天米]"
    r"(?:[次口里])?)"
)
_BYLINE = re.compile(r"^(?:本报讯|□|[【（(]?本报记者)[^）)】]*[）)】]?\s*")
_CLAUSE_CHARS = (8, 60)
_PERSON_REST = 5
_OFFICE = re.compile(
    r"(?P<office>[\u4e00-\u9fff]{0,8}?(?:书记|区长|市长|县长|镇长|局长|院长|校长|主任|主席|部长|会长|队长))"
    r"(?=[\u4e00-\u9fff]{2})"
)
# After these the date goes on: 12月18日上午至12月19日晨.
_PART_OF_DATE = tuple("上中下早晚凌晨至到—-~～起以前后")
_PAIRS = (("“", "”"), ("（", "）"), ("(", ")"), ("《", "》"), ("【", "】"))
_HEADLINE_CHARS = 6
_HEADLINE_ANSWER_CHARS = 120


def drafts_from_articles(
    articles: Iterable[Article], *, per_article: int = PER_ARTICLE
) -> Iterator[WrittenCase]:
    """Draft cases of each article, at most `per_article`: one of each kind before a second.

    The questions are sentences of the article with the figure, the date or the person asked for
    and the headline's "what about"; a person rewords them as readers would ask.
    """
    for article in articles:
        kinds = [
            list(_by_figure(article)),
            list(_by_date(article)),
            list(_by_person(article)),
            list(_by_headline(article)),
        ]
        chosen: list[Case] = []
        seen: set[str] = set()
        for round_number in range(max(map(len, kinds), default=0)):
            for drafts in kinds:
                if round_number < len(drafts) and drafts[round_number].question not in seen:
                    seen.add(drafts[round_number].question)
                    chosen.append(drafts[round_number])
        for number, case in enumerate(chosen[:per_article], start=1):
            yield WrittenCase(replace(case, id=f"{article.id[:12]}-{number}"), DRAFT)


def cases_from_feedback(path: Path) -> list[WrittenCase]:
    """Cases from readers' ratings, one for each question and kind of rating.

    An answer that was praised (赞) is a case with that answer and its sources as gold. One that
    was criticised (踩) is a draft without an answer: a person writes what is right. Of several
    lines with one `id` the last holds.

    Raises:
        TestSetError: a line is not a rating.
    """
    latest: dict[str, dict[str, Any]] = {}
    for line, record in _records(path):
        if record.get("rating") in {"up", "down"}:
            latest[str(record.get("id") or f"line {line}")] = record
    by_question: dict[tuple[str, str], WrittenCase] = {}
    for number, record in enumerate(latest.values(), start=1):
        case = _feedback_case(record, number)
        # A later rating of the same question replaces an earlier one of the same kind.
        by_question[fold(case.case.question), record["rating"]] = case
    return list(by_question.values())


def cases_from_log(path: Path) -> list[WrittenCase]:
    """Draft cases from logged questions, most asked first; each question once.

    Raises:
        TestSetError: a line has no question.
    """
    asked: dict[str, list[dict[str, Any]]] = {}
    for _, record in _records(path):
        asked.setdefault(fold(str(record["question"])), []).append(record)
    drafts = []
    ordered = sorted(asked.values(), key=len, reverse=True)
    for number, records in enumerate(ordered, start=1):
        last = records[-1]
        notes = [f"问过 {len(records)} 次"]
        if last.get("answer") or last.get("text"):
            notes.append(f"当时的回答：{last.get('answer') or last.get('text')}")
        if last.get("refused"):
            notes.append("当时拒答")
        case = Case(
            id=f"log-{number:04d}",
            question=str(last["question"]).strip(),
            tags=("提问记录",),
            note="；".join(notes),
        )
        drafts.append(WrittenCase(case, DRAFT))
    return drafts


def _feedback_case(record: dict[str, Any], number: int) -> WrittenCase:
    sources: Sequence[dict[str, Any]] = record.get("sources") or ()
    reason = str(record.get("reason") or "")
    up = record["rating"] == "up"
    refused = bool(record.get("refused"))
    case = Case(
        id=f"feedback-{record.get('id') or f'{number:04d}'}",
        question=str(record["question"]).strip(),
        answers=(str(record["answer"]).strip(),) if up and not refused else (),
        relevant=_unique(source.get("headline", "") for source in sources) if up else (),
        quotes=_unique(source.get("quote", "") for source in sources) if up else (),
        answerable=not (up and refused),
        tags=("赞" if up else "踩",),
        note=reason if up else "；".join(filter(None, [reason, f"当时的回答：{record['answer']}"])),
    )
    return WrittenCase(case, "采用" if up else DRAFT)


def _by_figure(article: Article) -> Iterator[Case]:
    for sentence, clause, dated in _clauses(article):
        found = None if dated else _FIGURE.search(clause)
        if found is None or found["unit"] == "年":
            continue
        unit = "" if found["unit"] in {"%", "‰"} else found["unit"]
        asked = clause[: found.start()] + ("百分之多少" if not unit else f"多少{unit}")
        question = _question(asked + clause[found.end() :])
        yield _draft(article, question, found.group(), sentence, "数字")


def _by_date(article: Article) -> Iterator[Case]:
    base = article.published or date.today()
    for start, end in split_sentences(article.text):
        sentence = article.text[start:end]
        body = _BYLINE.sub("", sentence)
        mentions = find_dates(body, base)
        if not mentions or not any(char.isdigit() for char in mentions[0].text):
            continue
        mention = mentions[0]
        rest = _CLAUSE.search(body, mention.end)
        if rest is None:
            continue
        clause = rest.group().strip()
        if clause.startswith(_PART_OF_DATE) or not _is_balanced(clause) or find_dates(clause, base):
            continue
        if not _CLAUSE_CHARS[0] <= len(clause) <= _CLAUSE_CHARS[1]:
            continue
        question = _question(f"什么时候{clause}")
        yield _draft(article, question, mention.text, sentence, "日期")


def _by_person(article: Article) -> Iterator[Case]:
    # Names of the whole article: where the word cutter halves a rare one, another place has it.
    known = sorted(names(article.text), key=len, reverse=True)
    for sentence, clause, _ in _clauses(article):
        found = _OFFICE.search(clause)
        if found is None:
            continue
        office, rest = found.group("office"), clause[found.end("office") :]
        name = next((name for name in known if rest.startswith(name)), "")
        did = rest[len(name) :].lstrip("在")
        if name and len(did) >= _PERSON_REST and did[0] not in "等、和与":
            question = _question(f"{did}的{office}是谁")
            yield _draft(article, question, name, sentence, "人物")


def _by_headline(article: Article) -> Iterator[Case]:
    spans = split_sentences(article.text)
    if len(article.headline) < _HEADLINE_CHARS or not spans:
        return
    lead = article.text[spans[0].start : spans[0].end]
    answer = _BYLINE.sub("", lead)[:_HEADLINE_ANSWER_CHARS]
    question = f"“{article.headline}”说的是什么事？"
    yield _draft(article, question, answer, lead, "标题")


def _clauses(article: Article) -> Iterator[tuple[str, str, bool]]:
    """Each sentence with each of its clauses of a useful length, and whether it holds a date."""
    base = article.published or date.today()
    for start, end in split_sentences(article.text):
        sentence = article.text[start:end]
        for found in _CLAUSE.finditer(_BYLINE.sub("", sentence)):
            clause = found.group().strip()
            if _CLAUSE_CHARS[0] <= len(clause) <= _CLAUSE_CHARS[1] and _is_balanced(clause):
                yield sentence, clause, bool(find_dates(clause, base))


def _is_balanced(text: str) -> bool:
    return all(text.count(left) == text.count(right) for left, right in _PAIRS)


def _draft(article: Article, question: str, answer: str, quote: str, kind: str) -> Case:
    return Case(
        id="",
        question=question,
        answers=(answer,),
        relevant=(article.headline or article.source,),
        quotes=(quote,),
        tags=(kind,),
    )


def _question(text: str) -> str:
    return text.strip(" ，,、") + "？"


def _unique(texts: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(text) for text in texts if text))


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(read_text(path).split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except json.JSONDecodeError as error:
            raise TestSetError(f"{path} line {line} is not JSON: {error.msg}") from error
        if not isinstance(record, dict) or not record.get("question"):
            raise TestSetError(f"{path} line {line} has no question")
        yield line, record
