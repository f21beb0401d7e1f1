"""Self-contained HTML pages in Chinese: a run's report and the comparison of two runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from rag.evaluation import charts
from rag.evaluation.cases import Case
from rag.evaluation.compare import SIGNIFICANT, Changed, Comparison, is_worse
from rag.evaluation.extra import needed
from rag.evaluation.metrics import GROUP_TITLES, METRICS
from rag.evaluation.outcome import Outcome
from rag.evaluation.report import Report
from rag.evaluation.scores import CAUSE_TITLES, Cause, Scored
from rag.evaluation.statistics import Difference, Figure

MANY_CASES = 600
"""Cases from which the page leaves out the passages of questions that passed."""

_VERDICTS = {"supported": "有依据", "partly": "部分有依据", "unsupported": "没有依据"}
_MODES = {"answer": "检索并回答", "retrieval": "只测检索"}
# Figures on other scales than a share of questions read better as numbers.
_NOT_PERCENT = {"mrr", "ndcg@10", "map", "char_f1", "rouge_l", "judge"}


def render_report(report: Report) -> str:
    """The page of a run: everything inside one file, nothing fetched, all text escaped."""
    return _render("report.html", _report_page(report))


def render_comparison(comparison: Comparison) -> str:
    """The page that compares two runs."""
    return _render("compare.html", _comparison_page(comparison))


def verdict_lines(report: Report) -> list[str]:
    """The report in a few plain Chinese sentences."""
    if not report.cases:
        return ["还没有做完任何一道题。"]
    total = sum(item.tested for item in report.cases)
    passed = sum(item.passed for item in report.cases)
    lines = []
    if total:
        lines.append(f"共 {total} 题，完全没有问题的 {passed} 题，占 {passed / total:.1%}。")
    if total < len(report.cases):
        lines.append(f"{len(report.cases) - total} 道不可答的题只测检索时测不出好坏，没有计入。")
    worst = sorted(report.causes.items(), key=lambda item: -item[1])
    if worst:
        named = "、".join(f"{CAUSE_TITLES[cause][0]} {count} 题" for cause, count in worst[:3])
        lines.append(f"失分主要在：{named}。")
    unanswerable = [item for item in report.cases if not item.case.answerable]
    if unanswerable and report.manifest.mode == "answer":
        lines.append(_refusal_line(unanswerable))
    return lines


def _refusal_line(unanswerable: Sequence[Scored]) -> str:
    refused = sum(item.outcome.refused for item in unanswerable)
    made_up = sum(item.cause is Cause.SHOULD_HAVE_REFUSED for item in unanswerable)
    errors = sum(item.cause is Cause.ERROR for item in unanswerable)
    failed = f"，出错 {errors} 道" if errors else ""
    return (
        f"{len(unanswerable)} 道题在报道里没有答案，系统如实说明了 {refused} 道，"
        f"编造了 {made_up} 道{failed}。"
    )


def comparison_lines(comparison: Comparison) -> list[str]:
    """The comparison in a few plain Chinese sentences."""
    fixed, broken = len(comparison.fixed), len(comparison.broken)
    lines = [f"共同的 {comparison.shared} 题里，改好了 {fixed} 题，变坏了 {broken} 题。"]
    overall = comparison.difference("pass")
    if overall is not None and not overall.change:
        lines.append(f"通过率没有变化，都是 {overall.after:.1%}。")
    elif overall is not None:
        sure = "不大可能是偶然" if overall.p < SIGNIFICANT else "可能只是偶然"
        lines.append(
            f"通过率从 {overall.before:.1%} 到 {overall.after:.1%}"
            f"（p = {overall.p:.3f}，这一变化{sure}）。"
        )
    return lines


def state(item: Scored) -> str:
    """What became of a question: 通过, 没有测, or the title of its cause of failure."""
    if item.cause:
        return CAUSE_TITLES[item.cause][0]
    return "通过" if item.tested else "没有测"


def shown(name: str, value: float) -> str:
    """A figure as people read it: a percentage, or a number between 0 and 1."""
    return f"{value:.3f}" if name in _NOT_PERCENT else f"{value:.1%}"


@dataclass(frozen=True, slots=True)
class _CaseView:
    """One question as the page shows it."""

    case: Case
    outcome: Outcome
    anchor: str
    kind: str
    state: str
    relevant: tuple[str, ...]
    right: tuple[int, ...]
    ranks: tuple[int, ...]
    values: tuple[tuple[str, str], ...]
    trace: str
    full: bool
    has_gold: bool
    verdicts: Mapping[str, str]


def _report_page(report: Report) -> dict[str, Any]:
    manifest = report.manifest
    many = len(report.cases) > MANY_CASES
    views = [
        (item, _view(item, index, full=not (many and item.cause is None)))
        for index, item in enumerate(report.cases, start=1)
    ]
    parts = [charts.Part("通过", sum(item.passed for item in report.cases), "pass")]
    parts += [
        charts.Part(CAUSE_TITLES[cause][0], count, cause.value)
        for cause, count in report.causes.items()
    ]
    rows = {figure.name: _row(figure) for figure in report.figures}
    total = report.timings.get("total", {})
    return {
        "name": report.name,
        "test_set": manifest.test_set,
        "asked": len(report.cases),
        "missing": report.expected - len(report.cases),
        "mode": _MODES.get(manifest.mode, manifest.mode),
        "articles": manifest.articles,
        "generators": "、".join(
            dict.fromkeys(item.outcome.generator for item in report.cases if item.outcome.generator)
        ),
        "started": manifest.started.replace("T", " ").removesuffix("+00:00") + " UTC",
        "changed": "，".join(f"{name}={value}" for name, value in manifest.changed.items()),
        "verdict": verdict_lines(report),
        "cards": [row for name, row in rows.items() if METRICS[name].headline],
        "parts": parts,
        "outcome_chart": charts.stacked_bar(parts, "每道题的结局"),
        "groups": [
            {"title": title, "rows": group_rows}
            for group, title in GROUP_TITLES.items()
            if (group_rows := [row for name, row in rows.items() if METRICS[name].group == group])
        ],
        "tags": [row for tag, found in report.by_tag.items() if (row := _tag_row(tag, found))],
        "failures": [
            {
                "kind": cause.value,
                "title": CAUSE_TITLES[cause][0],
                "meaning": CAUSE_TITLES[cause][1],
                "cases": [view for item, view in views if item.cause is cause],
            }
            for cause in report.causes
        ],
        "passed": [view for item, view in views if item.passed],
        "untested": [view for item, view in views if not item.tested and item.cause is None],
        "shortened": many,
        "latency": list(report.timings.items()),
        "latency_chart": charts.columns(
            [(name, total[name]) for name in ("p50", "p90", "p95", "p99") if name in total],
            "每题用时的分布",
            " 秒",
        ),
        "tokens": list(report.tokens.items()),
        "warnings": [str(problem) for problem in report.warnings],
        "settings": list(manifest.settings.items()),
        "collection": manifest.collection,
        "program": manifest.program,
        "sample": manifest.sample,
        "seed": manifest.seed,
        "judge": manifest.judge,
    }


def _comparison_page(comparison: Comparison) -> dict[str, Any]:
    before, after = comparison.before.manifest, comparison.after.manifest
    changes = [f"{name} {old} → {new}" for name, (old, new) in comparison.settings.items()]
    if comparison.other_articles:
        changes.append("文章库有增减")
    if comparison.other_program:
        changes.append("程序版本不同")
    return {
        "before": before.name,
        "after": after.name,
        "shared": comparison.shared,
        "alone": comparison.alone,
        "changed": "；".join(changes),
        "verdict": comparison_lines(comparison),
        "rows": [
            _difference_row(item)
            for item in comparison.differences
            if item.change or METRICS[item.name].headline
        ],
        "unchanged": "、".join(
            METRICS[item.name].title
            for item in comparison.differences
            if not item.change and not METRICS[item.name].headline
        ),
        "groups": [
            {"title": "变坏的题", "pairs": _pairs(comparison.broken)},
            {"title": "改好的题", "pairs": _pairs(comparison.fixed)},
            {"title": "仍未通过、原因不同的题", "pairs": _pairs(comparison.moved)},
        ],
    }


def _pairs(changed: Sequence[Changed]) -> list[dict[str, _CaseView]]:
    return [
        {
            "before": _view(pair.before, index, full=True),
            "after": _view(pair.after, index, full=True),
        }
        for index, pair in enumerate(changed, start=1)
    ]


def _view(item: Scored, index: int, *, full: bool) -> _CaseView:
    return _CaseView(
        case=item.case,
        outcome=item.outcome,
        anchor=str(index),
        kind=item.cause.value if item.cause else "pass" if item.tested else "untested",
        state=state(item),
        relevant=item.gold_titles,
        right=item.right_sources,
        ranks=item.ranks,
        values=tuple(
            (METRICS[name].title, shown(name, share.value / share.weight))
            for name, share in item.shares.items()
            if share.weight and name in METRICS and METRICS[name].group in {"retrieval", "answer"}
        ),
        trace=json.dumps(item.outcome.trace, ensure_ascii=False, indent=1)
        if item.outcome.trace
        else "",
        full=full,
        has_gold=item.case.answerable
        and bool(item.case.answers or item.case.points or item.case.quotes or item.case.relevant),
        verdicts=_VERDICTS,
    )


def _row(figure: Figure) -> dict[str, Any]:
    metric = METRICS[figure.name]
    text = shown(figure.name, figure.value)
    return {
        "title": metric.title,
        "meaning": metric.meaning,
        "lower": not metric.higher_is_better,
        "shown": text,
        "interval": _interval(figure.name, figure.low, figure.high),
        "cases": figure.cases,
        "chart": charts.interval_bar(
            figure.value,
            figure.low,
            figure.high,
            f"{metric.title} {text}",
            good=metric.higher_is_better,
        ),
    }


def _tag_row(tag: str, found: Sequence[Figure]) -> dict[str, Any] | None:
    figures = {figure.name: figure for figure in found}
    main = figures.get("pass")
    if main is None:
        return None
    more = [
        f"{METRICS[name].title} {shown(name, figures[name].value)}"
        for name in ("recall", "correct", "refusal_recall")
        if name in figures
    ]
    return {**_row(main), "title": tag, "more": " · ".join(more)}


def _difference_row(item: Difference) -> dict[str, Any]:
    metric = METRICS[item.name]
    worse = is_worse(item)
    change, low, high = (_signed(item.name, value) for value in (item.change, item.low, item.high))
    if item.change == 0:
        meaning = "没有变化"
    else:
        meaning = "变差" if worse else "变好"
        meaning += "，不大可能是偶然" if item.p < SIGNIFICANT else "，可能只是偶然"
    return {
        "title": metric.title,
        "change": change,
        "kind": "" if item.change == 0 else "no" if worse else "ok",
        "before": shown(item.name, item.before),
        "after": shown(item.name, item.after),
        "interval": f"{low} 至 {high}",
        "p": f"{item.p:.3f}",
        "meaning": meaning,
        "chart": charts.change_bar(
            item.change, item.low, item.high, f"{metric.title} {change}", better=not worse
        ),
    }


def _signed(name: str, change: float) -> str:
    return f"{change:+.3f}" if name in _NOT_PERCENT else f"{change * 100:+.1f} 个百分点"


def _interval(name: str, low: float, high: float) -> str:
    return f"{shown(name, low)}–{shown(name, high)}"


def _render(template: str, page: Mapping[str, Any]) -> str:
    jinja2, markup = needed("jinja2"), needed("markupsafe").Markup
    folder = resources.files("rag.evaluation").joinpath("pages")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    # The style sheet and the charts are ours and hold no text of articles unescaped.
    css = folder.joinpath("report.css").read_text("utf-8")
    safe = {"css": css, **page}
    rendered: str = environment.get_template(template).render(page=_marked(safe, markup))
    return rendered


def _marked(value: Any, markup: Any, name: str = "") -> Any:
    """The page's values with the style sheet and the charts marked as HTML, all else as text."""
    if isinstance(value, Mapping):
        return {key: _marked(item, markup, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, markup, name) for item in value]
    if name in {"css", "chart"} or name.endswith("_chart"):
        return markup(value)
    return value
