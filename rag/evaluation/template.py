"""An empty test set with filled examples and an explanation, for a person to fill."""

from __future__ import annotations

from pathlib import Path

from rag.evaluation.cases import Case
from rag.evaluation.testset import write_test_set
from rag.types import Turn

EXAMPLES = (
    Case(
        id="例1",
        question="全市第三届读书节什么时候开幕？",
        answers=("4月23日", "4月23日上午"),
        relevant=("全市第三届读书节开幕",),
        quotes=("4月23日上午，全市第三届读书节在市图书馆开幕。",),
        tags=("日期", "文化"),
        note="几种都算对的答案用 | 隔开，答出其中一种即可",
    ),
    Case(
        id="例2",
        question="读书节设了哪两个主会场？",
        points=(("市图书馆", "图书馆"), ("人民公园",)),
        relevant=("全市第三届读书节开幕",),
        tags=("列举",),
        note="要点须全部答到；同一要点的不同写法用 / 隔开",
    ),
    Case(
        id="例3",
        question="读书节的总预算是多少？",
        answerable=False,
        tags=("不可答",),
        note="报道里没有答案：系统应当说明没有找到，而不是编造",
    ),
    Case(
        id="例4",
        question="它在哪里举行？",
        answers=("市图书馆",),
        relevant=("全市第三届读书节开幕",),
        history=(Turn("全市第三届读书节什么时候开幕？", "4月23日上午开幕。"),),
        tags=("追问",),
        note="追问：把前面的问答写在“上文”里",
    ),
)

NOTES = (
    "怎样填写",
    "请删去“测试集”页中的示例行（例1—例4），每行写一个问题。只有“问题”一列必填。",
    "编号：不填则按行号编号；填了便于前后两次评测对比，请保持不变。",
    "问题：像读者平时那样提问，不必照抄报道原话。",
    "答案：参考答案。几种写法都算对时用 | 隔开，答出一种即可。写最短的那段最好判断。",
    "要点：必须全部答到的内容，用 | 隔开；同一要点的不同写法用 / 隔开。",
    "出处：答案所在报道的标题（或文章编号、文件名）；有几篇时用 | 隔开。",
    "原文：报道中能证明答案的原句，照抄；有几句时用 | 隔开。",
    "是否可答：报道里没有答案的问题写“否”，不填即“是”。建议三成左右写“否”，才测得出系统会不会编造。",
    "标签：便于分类统计，例如 日期、人物、数字、列举、追问；用 | 或顿号隔开。",
    "上文：追问之前的对话，一行“问：……”，一行“答：……”。",
    "审核：写“草稿”或“弃用”的行不参加评测。",
    "填好后先检查：wenbao testset check 文件名",
    "再评测：wenbao eval 文件名 --name 第一次",
)


def write_template(path: str | Path) -> None:
    """An .xlsx (with a page of notes), .csv or .jsonl file of examples at `path`."""
    write_test_set(path, EXAMPLES, notes=NOTES)
