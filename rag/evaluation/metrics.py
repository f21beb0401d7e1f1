"""The figures of a report: what each is called, what it means, and how it comes from the cases.

Every figure is a ratio of two sums over cases. A mean is the ratio of the values' sum to the
number of cases in which the value is defined; precision, recall and F1 of refusal are ratios of
counts. So one bootstrap and one permutation test over cases serve all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Group = Literal["overall", "retrieval", "answer", "citation", "refusal", "judge"]
GROUP_TITLES: dict[Group, str] = {
    "overall": "总体",
    "retrieval": "检索：该找到的报道找到了吗",
    "answer": "回答：说得对吗",
    "citation": "出处：引用站得住吗",
    "refusal": "拒答：该说“没有找到”时说了吗",
    "judge": "语言模型评判",
}


class Share(NamedTuple):
    """What one case adds to a figure: `value` to the upper sum, `weight` to the lower one."""

    value: float
    weight: float = 1.0


Shares = Mapping[str, Share]
"""A case's contribution by metric name; a metric that is not defined for the case is absent."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure's name, Chinese title and meaning.

    `headline` figures stand at the top of a report and decide `--no-worse-than`. A `binary`
    figure is 0 or 1 in each case: McNemar's test applies.
    """

    name: str
    group: Group
    title: str
    meaning: str
    higher_is_better: bool = True
    headline: bool = False
    binary: bool = False


def _metric(
    name: str, group: Group, title: str, meaning: str, flags: str = ""
) -> tuple[str, Metric]:
    words = set(flags.split())
    return name, Metric(
        name, group, title, meaning, "lower" not in words, "headline" in words, "binary" in words
    )


METRICS: dict[str, Metric] = dict(
    [
        _metric(
            "pass",
            "overall",
            "通过率",
            "完全没有问题的题所占的比例：检索、回答、出处、拒答都对",
            "headline binary",
        ),
        _metric(
            "error",
            "overall",
            "出错率",
            "系统报错、没有给出结果的题所占的比例",
            "lower binary",
        ),
        _metric(
            "recall",
            "retrieval",
            "找到率",
            "应找到的报道（或原句）中，出现在检索结果里的比例",
            "headline",
        ),
        _metric(
            "recall@1",
            "retrieval",
            "第 1 条即中",
            "应找到的内容出现在第 1 条结果里的比例",
        ),
        _metric(
            "recall@3",
            "retrieval",
            "前 3 条找到率",
            "应找到的内容出现在前 3 条结果里的比例",
        ),
        _metric(
            "recall@5",
            "retrieval",
            "前 5 条找到率",
            "应找到的内容出现在前 5 条结果里的比例",
        ),
        _metric(
            "recall@10",
            "retrieval",
            "前 10 条找到率",
            "应找到的内容出现在前 10 条结果里的比例",
        ),
        _metric(
            "mrr",
            "retrieval",
            "MRR",
            "第一条正确结果排得多靠前：第 1 位得 1，第 2 位得 1/2，依此类推",
            "headline",
        ),
        _metric(
            "ndcg@10",
            "retrieval",
            "nDCG@10",
            "前 10 条结果的排序质量，越靠前权重越大，满分 1",
        ),
        _metric(
            "map",
            "retrieval",
            "MAP",
            "有多处应找到的内容时，整体排序的平均准确率",
        ),
        _metric(
            "answer_in_evidence",
            "retrieval",
            "材料含答案",
            "检索到的段落里写有参考答案的题所占的比例",
            "binary",
        ),
        _metric(
            "correct",
            "answer",
            "答对率",
            "可答的题中，回答说出了参考答案的比例；拒答算没有答对",
            "headline binary",
        ),
        _metric(
            "contains",
            "answer",
            "含标准答案",
            "回答里逐字包含参考答案（忽略标点、繁简、数字写法）的比例",
            "binary",
        ),
        _metric(
            "points",
            "answer",
            "要点覆盖",
            "必须答到的要点中答到了的比例",
        ),
        _metric(
            "exact_match",
            "answer",
            "完全一致",
            "回答与参考答案一字不差（忽略标点）的比例；回答是整句时本来就低",
            "binary",
        ),
        _metric(
            "char_f1",
            "answer",
            "字符 F1",
            "回答与参考答案最长相同片段的重合程度（CMRC 官方算法）",
        ),
        _metric(
            "rouge_l",
            "answer",
            "ROUGE-L",
            "回答与参考答案按顺序重合的程度，适合较长的参考答案",
        ),
        _metric(
            "citation_precision",
            "citation",
            "出处准确率",
            "回答所引的原句里，确实含有答案或标准原句的比例",
            "headline",
        ),
        _metric(
            "citation_recall",
            "citation",
            "出处找全率",
            "标准出处中被回答引用到的比例",
        ),
        _metric(
            "citation_coverage",
            "citation",
            "引用覆盖率",
            "回答的句子中带有出处的比例",
        ),
        _metric(
            "unsupported",
            "citation",
            "无依据句率",
            "回答的句子中，在报道里找不到依据的比例",
            "lower headline",
        ),
        _metric(
            "partly_supported",
            "citation",
            "部分依据句率",
            "回答的句子中，依据不完整的比例",
            "lower",
        ),
        _metric(
            "refusal_precision",
            "refusal",
            "拒答准确率",
            "系统说“没有找到”的题中，确实没有答案的比例",
        ),
        _metric(
            "refusal_recall",
            "refusal",
            "拒答找全率",
            "确实没有答案的题中，系统说“没有找到”的比例；其余就是编造",
            "headline binary",
        ),
        _metric(
            "refusal_f1",
            "refusal",
            "拒答 F1",
            "拒答准确率与找全率的调和平均",
        ),
        _metric(
            "over_refusal",
            "refusal",
            "误拒率",
            "有答案的题中，系统却说“没有找到”的比例",
            "lower headline binary",
        ),
        _metric(
            "judge",
            "judge",
            "评判分",
            "语言模型对照参考答案给回答打的分，0 到 1",
        ),
    ]
)
"""Every metric by name, in the order of a report."""


def sums(shares: Sequence[Shares], name: str) -> Share:
    """Both sums of a metric over cases."""
    present = [share[name] for share in shares if name in share]
    return Share(sum(item.value for item in present), sum(item.weight for item in present))


def value_of(shares: Sequence[Shares], name: str) -> float | None:
    """The figure, or None when no case defines it."""
    total = sums(shares, name)
    return total.value / total.weight if total.weight else None


def refusal_shares(*, refused: bool, answerable: bool) -> dict[str, Share]:
    """What one case adds to the figures of refusal; a refusal is the positive class."""
    right = refused and not answerable
    shares = {
        # F1 = 2 TP / (2 TP + FP + FN)
        "refusal_f1": Share(2.0 * right, float(refused) + float(not answerable)),
    }
    if refused:
        shares["refusal_precision"] = Share(float(right))
    if answerable:
        shares["over_refusal"] = Share(float(refused))
    else:
        shares["refusal_recall"] = Share(float(refused))
    return shares
