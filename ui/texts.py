"""Every Chinese text of the page, in one place for those who edit wording."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from rag import errors
from rag.types import Filters

NAME = "问报"
TAGLINE = "问一句，答案句句有出处"

QUESTION_LABEL = "问题"
QUESTION_PLACEHOLDER = "想从报上查什么？"
SEND = "提问"
STOP = "停止"
NEW = "新对话"
EXPORT = "导出"
EVALUATION = "评测"
EVALUATION_TIP = "用一套题检查答得怎么样"
KEYS = "Enter 提问，Shift+Enter 换行；引用请以原文为准"
FROM_LABEL = "起始日期"
TO_LABEL = "截止日期"
ONLY = "见报日期"
UNTIL = "至"
MORE = "更多"
MORE_FILTERS = "条件"
MORE_FILTERS_TIP = "只在某位记者、某个标题或某个来源文件的报道里找"
BYLINE_LABEL = "记者"
BYLINE_PLACEHOLDER = "记者姓名"
HEADLINE_LABEL = "标题"
HEADLINE_PLACEHOLDER = "标题里的字词"
SOURCE_LABEL = "来源"
SOURCE_PLACEHOLDER = "文件名里的字词"
CLEAR_FILTERS = "清除条件"
LIMITED = "只在这些报道里找：{limits}"
LIMIT_DATES = "见报日期 {first}—{last}"
LIMIT_FROM = "见报日期 {first} 起"
LIMIT_TO = "见报日期至 {last}"
LIMIT_BYLINE = "记者“{value}”"
LIMIT_HEADLINE = "标题含“{value}”"
LIMIT_SOURCE = "来源含“{value}”"

EMPTY_QUESTION = "还没有写问题。比如问：谁、什么时候、在哪里、做了什么、多少。"
LONG_QUESTION = "问题太长了，请控制在 {limit} 个字以内。"
BAD_DATE = "没看懂日期“{value}”，请写成 2023-12-16 或 2023年12月16日。"
DATES_CROSSED = "起始日期晚于截止日期，请调整。"
BEGUN_ANEW = "已开始新对话。"
BRING_BACK = "恢复刚才的对话"
FULL = "这里只留最近 {count} 问：再问一句，最早的一问就会移走。要留存请先导出。"
NOTHING_TO_EXPORT = "还没有对话可以导出。"

QUEUED = "已收到，正在排队…"
SEARCHING = "正在查找报道…"
WRITING = "已找到相关报道，正在写答案…"
CHECKING = "正在核对…"
STOPPING = "正在停止…"
STOPPED = "回答没有完成。"
ASK_AGAIN = "再问一次"

PARTLY = "部分核实"
PARTLY_MISSING = "来源中没有找到：{missing}"
PARTLY_PLAIN = "来源只支持这句话的一部分"
UNSUPPORTED = "未核实"
UNSUPPORTED_TIP = "没有找到支持这句话的来源，请不要直接引用"
CHIP = "来源 {number}：《{headline}》，打开原文"

REFUSED = "报上没有查到这个问题的答案。"
REFUSED_HINT = "可以换个说法再问一次。"
REFUSED_LIMITED = "可以换个说法，或放宽条件再问一次。"
RELATED = "相近的报道"
RELATED_NOTE = "以下报道与问题相近，但不足以作为答案的依据。"

SOURCES = "来源"
SOURCES_EMPTY = "提问之后，找到的报道会先列在这里。点答案里的数字，可以看到原文中的那句话。"
CITED = "答案引用"
FOUND = "查到的报道"
ALSO_FOUND = "其他查到的报道"
NOTHING_CITED = "这次没有引用任何报道。"
NOTHING_FOUND = "没有找到相关的报道。"
MORE_PLACES = "另有 {count} 处"

BACK_TO_SOURCES = "全部来源"
BACK_TO_ANSWER = "返回回答"
PREVIOUS = "上一处"
NEXT = "下一处"
PLACE = "第 {number} 处，共 {count} 处"
INFERRED = "推定"
INFERRED_TIP = "来源没有写明日期，由正文内容推算"
NO_DATE = "日期不详"
INCOMPLETE = "本文未完：收录的文字到此中断。"
SOURCE_FILE = "来源文件"
SECTION = "版面"
GONE = "这篇报道已经不在库中。引用时的原句是："

COPY = "复制答案和出处"
LIKE = "有帮助"
DISLIKE = "没帮助"
REASON_LIKE = "哪里好？（可不填）"
REASON_DISLIKE = "哪里不对？（可不填）"
REASON_SEND = "提交"
THANKS = "谢谢，已经记下。"
FEEDBACK_FAILED = "没能记下，请稍后再试。"

GREETING = "您想查哪条报道？"
INTRODUCTION = (
    "把问题写在下面。问报只依据收录的报道作答，每一句都注明出处；报上没有的，会直说没有。"
)
EXAMPLES = "可以这样问"
EXAMPLE_HEADLINE = "{headline}是怎么回事？"
EXAMPLE_DATE = "{clause}是什么时候？"
LOADED = "已收录 {count} 篇报道"
LOADED_DATES = "，见报日期 {dates}"
LOADED_LACKING = "；另有 {count} 段文字还在编入，暂时只按字词查找"

EXPORT_TITLE = "问报对话"
EXPORT_QUESTION = "问"
EXPORT_SOURCES = "出处"
EXPORT_FILE = "问报对话.txt"

ADMINISTRATOR = "请管理员在命令行运行："
TECHNICAL = "技术说明"
EMPTY_COLLECTION = "还没有收录任何报道，暂时无法提问。"
UNEXPECTED = "出了意外的问题，这个问题没能回答。请再试一次；如果仍然不行，请告诉管理员。"

# What the scripts of the pages say by itself.
SCRIPT = {
    "any": "不限",
    "copied": "已复制",
    "lost": "与服务器的连接断了，正在重新连接…",
    "full": "现在提问的人太多，请过一会儿再试。",
    "large": "文件太大了，请换一个小一些的。",
    "failed": UNEXPECTED,
}


class Advice(NamedTuple):
    """What to tell staff about an error: a sentence and the command that mends it, if any."""

    sentence: str
    command: str = ""
    detail: str = ""


INGEST_COMMAND = "wenbao ingest 报纸文件夹"
_DOCTOR = "wenbao doctor"
_ADVICE: dict[type[Exception], Advice] = {
    errors.CollectionMissingError: Advice(EMPTY_COLLECTION, INGEST_COMMAND),
    errors.CollectionDamagedError: Advice("报道库的文件有损坏，暂时无法查询。", _DOCTOR),
    errors.CollectionBusyError: Advice("报道库正在更新，请过一会儿再试。"),
    errors.CollectionError: Advice("报道库暂时打不开。", _DOCTOR),
    errors.DownloadError: Advice("需要的模型没能下载下来。", "wenbao models"),
    errors.ModelError: Advice("需要的模型还没有准备好。", "wenbao models"),
    errors.QuestionError: Advice("这个问题没法直接查，请换个说法再问。"),
    errors.GenerationError: Advice("写答案时出了问题，请再试一次。", _DOCTOR),
    errors.SettingsError: Advice("设置有误，暂时无法使用。", _DOCTOR),
    errors.EvaluationError: Advice("评测没能进行。"),
    errors.CorpusError: Advice("有文件读不出报道。", _DOCTOR),
    errors.WenBaoError: Advice("暂时无法使用。", _DOCTOR),
}


def advice(error: Exception) -> Advice:
    """Return the Chinese sentence for an error, with the command its remedy names.

    Errors that are not WenBao's own are not shown: their text is written for the log.
    """
    if not isinstance(error, errors.WenBaoError):
        return Advice(UNEXPECTED)
    known = next(_ADVICE[kind] for kind in type(error).__mro__ if kind in _ADVICE)
    named = re.search(r"`([^`]+)`", error.remedy)
    command = named.group(1) if named else known.command
    return Advice(known.sentence, command, str(error))


def limits(filters: Filters) -> str:
    """Return in one line which articles were searched, empty when all were."""
    first, last = filters.published_from, filters.published_to
    parts = []
    if first and last:
        parts.append(LIMIT_DATES.format(first=day(first), last=day(last)))
    elif first:
        parts.append(LIMIT_FROM.format(first=day(first)))
    elif last:
        parts.append(LIMIT_TO.format(last=day(last)))
    for value, form in (
        (filters.byline, LIMIT_BYLINE),
        (filters.headline, LIMIT_HEADLINE),
        (filters.source, LIMIT_SOURCE),
    ):
        if value:
            parts.append(form.format(value=value))
    return LIMITED.format(limits="，".join(parts)) if parts else ""


def day(value: date) -> str:
    """Return a date as newspapers write it: 2023年12月16日."""
    return f"{value.year}年{value.month}月{value.day}日"


def days(values: Sequence[date]) -> str:
    """Return the range of dates, empty when there are none."""
    if not values:
        return ""
    first, last = min(values), max(values)
    return day(first) if first == last else f"{day(first)}—{day(last)}"
