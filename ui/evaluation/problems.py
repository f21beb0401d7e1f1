"""What the checker and the runner report in English, in the words of those who fill tables."""

from __future__ import annotations

import re

from rag.errors import WenBaoError
from rag.evaluation.cases import Problem
from rag.evaluation.testset import HEADERS
from ui.evaluation import texts

_CELL = re.compile(r"([A-Z]+) \((.*)\)", re.DOTALL)
# First of each pair: the whole message as rag.evaluation words it.
_CHECKER: tuple[tuple[str, str], ...] = (
    (r"the question is empty", "没有写问题"),
    (r"id ['\"](.+)['\"] is also that of line (\d+)", r"编号“\1”与第 \2 行重复"),
    (r"says no, but the row has an answer", "写着不可答，却又填了答案或要点：请改其中一个"),
    (
        r"no answer, article or quote: only refusal and citations count",
        "没有填答案、出处或原文：只能看出有没有拒答、有没有引用，测不出对错",
    ),
    (r"the same question as line (\d+)", r"与第 \1 行的问题相同"),
    (r"the list holds something that is not text", "列表里有不是文字的内容"),
    (r"expected text or a list of texts", "这里应当是文字，或由文字组成的列表"),
    (r"['\"](.+)['\"] is neither yes nor no .*", r"“\1”看不出是不是，请写“是”或“否”"),
    (
        r"['\"](.+)['\"] is read as: there is no answer .*",
        r"写着“\1”，当作报道里没有答案；它若就是答案，请在“是否可答”一列写“是”",
    ),
    (r"not a JSON list: .*", "方括号里的列表写得不对"),
    (r"not text but a date: .*", "Excel 把它变成了日期，请把这一列设为文本格式，再重新填写"),
    (r"half a character: .*", "这里有半个字符，存不成文件，请重新填写"),
    (r"each turn is \[question, answer\]", "上文的每一轮应当是 [问, 答]"),
    (r"each line begins with 问： or 答：", "上文的每一行应当以“问：”或“答：”开头"),
    (r"an answer \(答：\) without a question \(问：\) before it", "上文里的“答：”前面没有“问：”"),
    (r"not JSON: .*", "这一行不是完整的 JSON：看看引号、逗号、括号是否成对"),
    (
        r"not a JSON object with fields such as question and answers",
        "这一行应当是带有 question 等字段的 JSON 对象",
    ),
    (
        r"(\d+) cells, but the header has (\d+) .*",
        r"有 \1 格，而表头只有 \2 格：内容里有逗号的格子要加英文双引号",
    ),
    (r"not CSV: .*", "这一行不符合 CSV 的写法：看看双引号是否成对"),
    (r"no sheet has a column 问题 \(question\)", "每张工作表里都没有找到“问题”这一列"),
    (r"no column 问题 \(question\)", "没有“问题”这一列"),
    (r"unknown column, not used", "不认识这一列，不会用到"),
    (r"means the same as column (.+)", r"与 \1 列意思重复，请只留一列"),
    (
        r"(\d+) rows are drafts or rejected .*",
        r"\1 行标着“草稿”或“弃用”，不参加评测；要用的，请清空“审核”一列",
    ),
    (
        r"(\d+) questions are unanswerable only within their own context; .*",
        r"\1 道不可答的题只对它自带的材料成立；收录了别的报道，就可能有答案",
    ),
    (
        r"(\d+) questions name gold articles .* not found: (.*)",
        r"\1 道题的出处在收录的报道里没有，会被算作没有检索到：\2。出处要写标题全文、文件名或编号",
    ),
)
_FAILURES: tuple[tuple[str, str], ...] = (
    (
        r".* is neither UTF-8 nor GB 18030 text",
        "文字的编码认不出来，请另存为 XLSX 或 CSV（UTF-8）。",
    ),
    (r".* unknown kind of test set", f"不认识这种文件，请用 {texts.CHOOSE_KINDS}。"),
    (
        r".* looks like a public format but an item lacks its fields.*",
        "看起来是公开题库的格式，但有的题缺少字段。",
    ),
    (r".* line (\d+) is not an item of RGB.*", r"第 \1 行不符合 RGB 题库的格式。"),
    (r".* is none of the known JSON formats.*", "不认识这种 JSON 文件，请改成一行一题的 JSONL。"),
    (r"(\d+) ids name several cases, for example (.+)", r"有 \1 个编号重复，例如 \2。"),
    (r".* holds no question", texts.NO_QUESTIONS),
    (r".* is not an XLSX workbook.*|.* cannot be read.*", texts.UNREADABLE),
    (r".* cannot name a run", texts.BAD_NAME),
    (r"another process is running .*", "另一个程序正在做这次评测，请等它做完。"),
    (
        r"run .* exists with other articles in the collection",
        "收录的报道已有增减，不能接着做。请重新开始一次评测。",
    ),
    (r"run .* exists with .*", "程序或设置已有改动，不能接着做。请重新开始一次评测。"),
    (r"runs .* have no question in common", "这两次评测没有相同的题，无法比较。"),
    (
        r"run .* (?:only searched|answered), the other one .*",
        "一次只测了检索，一次测了回答，这两次无法比较。",
    ),
    (r"there is no run in .*", texts.GONE),
    (r".*(?:is damaged|has format).*", "这次评测的文件有损坏，读不出来。"),
    (r"evaluation needs .*", texts.UNAVAILABLE),
)


def message(problem: Problem) -> str:
    """Return what is wrong, in Chinese; a message without a translation as it is."""
    return _translated(problem.message, _CHECKER) or problem.message


def place(problem: Problem) -> str:
    """Return where it is: 第 3 行，B 列（问题）."""
    if not problem.line:
        return ""
    column = problem.column
    cell = _CELL.fullmatch(column)
    if cell:
        column = f"{cell[1]} 列（{cell[2].strip()}）"
    elif column.isdigit():
        column = f"第 {column} 个字符"
    elif column in HEADERS:
        column = f"“{HEADERS[column]}”（{column}）"
    return f"第 {problem.line} 行" + (f"，{column}" if column else "")


def failure(error: WenBaoError) -> str:
    """Return the Chinese sentence for an error of a test set or a run; empty when unknown."""
    return _translated(error.message, _FAILURES)


def _translated(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, chinese in table:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return found.expand(chinese)
    return ""
