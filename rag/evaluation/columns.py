"""One row of a test set, whatever its file format, as a case and its problems."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from typing import Any

from rag.evaluation.cases import Case, Problem
from rag.types import Turn

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "编号", "序号", "题号", "qid", "query_id"),
    "question": ("question", "query", "问题", "提问", "问句", "题目", "问"),
    "answers": (
        "answers", "answer", "答案", "参考答案", "标准答案", "正确答案", "回答", "答", "reference",
        "reference_answer", "reference_answers", "ground_truth",
    ),
    "points": ("points", "must_contain", "要点", "必含要点", "必须包含"),
    "relevant": (
        "relevant", "article", "articles", "headline", "source", "sources", "出处", "文章", "标题",
        "文章标题", "来源", "出处文章", "报道",
    ),
    "quotes": ("quotes", "quote", "原文", "引文", "原句", "依据", "原文依据", "证据", "evidence"),
    "either": ("出处/原文", "原文/出处", "出处或原文"),
    "answerable": (
        "answerable", "是否可答", "可答", "可回答", "能否回答", "是否可回答", "有无答案",
    ),
    "tags": ("tags", "tag", "kind", "标签", "类别", "类型", "分类"),
    "history": ("history", "上文", "对话", "对话历史", "历史", "前文"),
    "context": ("context", "上下文范围"),
    "note": ("note", "notes", "备注", "说明"),
    "status": ("status", "审核", "状态", "审核状态"),
}  # fmt: skip
"""Field → the column names that mean it, in English and Chinese."""

YES = {
    "是", "可答", "可回答", "可以", "可以回答", "可", "能", "能回答", "有", "有答案",
    "true", "yes", "y", "1", "1.0", "对", "√",
}  # fmt: skip
NO = {
    "否", "不可答", "不可回答", "不可以", "不可", "不能", "不能回答", "无法回答", "无", "无答案",
    "没有", "没有答案", "拒答", "false", "no", "n", "0", "0.0", "错", "×", "x",
}  # fmt: skip
SKIPPED = {"草稿", "待审", "弃用", "不用", "draft", "rejected", "reject"}

_FIELD_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_SEPARATORS = re.compile(r"\s*[|｜\n]\s*")
_TAG_SEPARATORS = re.compile(r"\s*[|｜\n,，、;；]\s*")
_POINT_SPELLINGS = re.compile(r"\s*[/／]\s*")
_TURN_MARK = re.compile(r"^\s*(?:(问|q|user|用户)|(答|a|assistant|助手))\s*[:：]\s*", re.IGNORECASE)
_QUOTE_CHARS = 25
# What spreadsheets make of a typed 12月16日 or 8:30; the words that were typed are lost.
_TIMES = (date, time, timedelta)
_TEXTS = ("question", "answers", "points", "relevant", "quotes", "either")
_HALF = re.compile("[\ud800-\udfff]")
# What people write into a cell that has nothing to say, rather than leave it empty.
_NOTHING = re.compile(
    r"[-—–―/／\\]+|n/?a|none|null|无|没有|无答案|没有答案|不可答|不可回答|不能回答|无法回答|拒答"
    r"|(?:报道|文中|文章|原文|报上|材料)?[中里]?(?:并?未|没有?)(?:提及|提到|说明|涉及|报道)",
    re.IGNORECASE,
)
_MAY_SAY_NOTHING = ("points", "relevant", "quotes", "either", "history", "context")


def field_of(column: str) -> str | None:
    """The field that a column name means, or None when it means none."""
    return _FIELD_OF.get(re.sub(r"\s+", "", column).lower())


@dataclass(slots=True)
class RowReader:
    """Turns rows into cases and collects the problems of the whole file.

    `labels` says how a field is called in the file ("B (问题)"), for the problems.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    errors: int = 0
    skipped: int = 0
    _seen_ids: dict[str, int] = field(default_factory=dict)
    _seen_questions: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, line: int, row: Mapping[str, Any]) -> Case | None:
        """The case of one row; None when it is empty, not approved, or has an error."""
        if all(_is_empty(value) for value in row.values()):
            return None
        if _text(row.get("status")).lower() in SKIPPED:
            self.skipped += 1
            return None
        before = self.errors
        row = {
            name: None if name in _MAY_SAY_NOTHING and _says_nothing(value) else value
            for name, value in row.items()
        }
        self._report_lost(line, row)
        question = _text(row.get("question"))
        if not question:
            self.report(line, "question", "the question is empty")
        case_id = _text(row.get("id")) or f"q{line:05d}"
        if case_id in self._seen_ids:
            self.report(
                line, "id", f"id {case_id!r} is also that of line {self._seen_ids[case_id]}"
            )
        self._seen_ids.setdefault(case_id, line)
        answers = self._strings(line, "answers", row)
        relevant = self._strings(line, "relevant", row)
        quotes = self._strings(line, "quotes", row)
        for text in self._strings(line, "either", row):
            target = quotes if len(text) >= _QUOTE_CHARS or text[-1] in "。！？" else relevant
            target.append(text)
        points = self._points(line, row)
        history = self._history(line, row)
        answerable = self._answerable(line, row)
        stated = not _is_empty(row.get("answerable"))
        if answers and all(map(_says_nothing, answers)) and not (stated and answerable):
            if not stated:
                self.report(
                    line, "answers", f"{answers[0]!r} is read as: there is no answer (write 是 in"
                    " the column 是否可答 if it is the answer)", warning=True,
                )  # fmt: skip
            answers, answerable = [], False
        gold = bool(answers or relevant or quotes or points)
        if not answerable and (answers or points):
            self.report(line, "answerable", "says no, but the row has an answer")
        if answerable and not gold and question:
            self.report(
                line, "answers", "no answer, article or quote: only refusal and citations count",
                warning=True,
            )  # fmt: skip
        self._warn_repeated(line, question, history)
        case = Case(
            id=case_id,
            question=question,
            answers=tuple(answers),
            points=points,
            relevant=tuple(relevant),
            quotes=tuple(quotes),
            answerable=answerable,
            tags=tuple(self._strings(line, "tags", row, _TAG_SEPARATORS)),
            history=history,
            context=tuple(self._strings(line, "context", row)),
            note=_text(row.get("note")),
        )
        self._report_halves(line, case)
        return None if self.errors > before else case

    def report(self, line: int, name: str, message: str, *, warning: bool = False) -> None:
        """Add a problem at a field of a line."""
        label = self.labels.get(name, name)
        self.errors += not warning
        self.problems.append(Problem(line, label, message, "warning" if warning else "error"))

    def _report_lost(self, line: int, row: Mapping[str, Any]) -> None:
        """Errors for texts that are no longer what a person typed."""
        for name, value in row.items():
            if name in _TEXTS and isinstance(value, _TIMES):
                self.report(
                    line,
                    name,
                    "not text but a date: format the column as text and type it again",
                )

    def _report_halves(self, line: int, case: Case) -> None:
        """Errors for halves of a character, which JSON may hold and no run can keep."""
        for item in fields(case):
            if _HALF.search(json.dumps(getattr(case, item.name), ensure_ascii=False)):
                self.report(line, item.name, "half a character: type it again")

    def _warn_repeated(self, line: int, question: str, history: tuple[Turn, ...]) -> None:
        if not question:
            return
        key = (question, repr(history))
        if key in self._seen_questions:
            first = self._seen_questions[key]
            self.report(line, "question", f"the same question as line {first}", warning=True)
        self._seen_questions.setdefault(key, line)

    def _strings(
        self,
        line: int,
        name: str,
        row: Mapping[str, Any],
        separators: re.Pattern[str] = _SEPARATORS,
    ) -> list[str]:
        value = row.get(name)
        if isinstance(value, str) and value.strip().startswith("["):
            try:
                value = json.loads(value)
            except json.JSONDecodeError:
                value = row[name]  # text that only begins like a list: 【...】 typed as [...]
        if isinstance(value, list):
            if all(isinstance(item, str | int | float) for item in value):
                return [text for item in value if (text := _text(item))]
            self.report(line, name, "the list holds something that is not text")
            return []
        if isinstance(value, dict):
            self.report(line, name, "expected text or a list of texts")
            return []
        return list(dict.fromkeys(part for part in separators.split(_text(value)) if part))

    def _points(self, line: int, row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        value = row.get("points")
        if isinstance(value, list) and any(isinstance(item, list) for item in value):
            listed = [item if isinstance(item, list) else [item] for item in value]
        else:
            listed = [_POINT_SPELLINGS.split(item) for item in self._strings(line, "points", row)]
        points = (tuple(filter(None, map(_text, spellings))) for spellings in listed)
        return tuple(point for point in points if point)

    def _answerable(self, line: int, row: Mapping[str, Any]) -> bool:
        value = row.get("answerable")
        if isinstance(value, bool):
            return value
        text = _text(value).lower()
        if not text or text in YES:
            return True
        if text not in NO:
            self.report(line, "answerable", f"{text!r} is neither yes nor no (write 是 or 否)")
        return False

    def _history(self, line: int, row: Mapping[str, Any]) -> tuple[Turn, ...]:
        value = row.get("history")
        if isinstance(value, str) and value.strip().startswith("["):
            try:
                value = json.loads(value)
            except json.JSONDecodeError as error:
                self.report(line, "history", f"not a JSON list: {error.msg}")
                return ()
        if isinstance(value, list):
            turns = [_turn(item) for item in value]
            if None in turns:
                self.report(line, "history", "each turn is [question, answer]")
            return tuple(turn for turn in turns if turn is not None)
        return self._spoken_history(line, _text(value))

    def _spoken_history(self, line: int, text: str) -> tuple[Turn, ...]:
        """Turns written as lines that begin with 问： and 答：."""
        turns: list[Turn] = []
        for part in filter(None, (piece.strip() for piece in text.split("\n"))):
            mark = _TURN_MARK.match(part)
            if mark is None:
                self.report(line, "history", "each line begins with 问： or 答：")
                return ()
            content = part[mark.end() :]
            if mark.group(1):
                turns.append(Turn(content, ""))
            elif turns:
                turns[-1] = Turn(turns[-1].question, content)
            else:
                self.report(line, "history", "an answer (答：) without a question (问：) before it")
        return tuple(turns)


def _turn(item: Any) -> Turn | None:
    if isinstance(item, dict) and "question" in item:
        return Turn(_text(item["question"]), _text(item.get("answer")))
    if isinstance(item, list) and len(item) == 2:
        return Turn(_text(item[0]), _text(item[1]))
    return None


def _text(value: Any) -> str:
    """What a person typed into a cell: a whole number is shown without '.0'."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _says_nothing(value: Any) -> bool:
    """Whether a cell only says that it has nothing to say."""
    return isinstance(value, str) and bool(_NOTHING.fullmatch(value.strip().rstrip("。.")))


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
