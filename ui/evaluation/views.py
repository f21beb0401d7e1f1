"""HTML of the evaluation page: what a file holds, how far a run is, results, runs, comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from rag.errors import WenBaoError
from rag.evaluation import Comparison, Report
from rag.evaluation.compare import SIGNIFICANT, is_worse
from rag.evaluation.metrics import METRICS
from rag.evaluation.page import comparison_lines, shown, verdict_lines
from rag.evaluation.scores import CAUSE_TITLES
from rag.evaluation.statistics import Difference, Figure
from ui.evaluation import texts
from ui.evaluation.problems import failure, message, place
from ui.evaluation.runner import Phase, Sitting
from ui.evaluation.workbench import TEMPLATE_KINDS, Checked, RunEntry
from ui.markup import button, escape, problem
from ui.texts import UNEXPECTED

_PROBLEMS = 50
_TAGS = 12


def render_downloads() -> str:
    """Return the links to the templates and to drafted questions."""
    kinds = "　".join(
        f'<a href="template.{kind}" download>{kind.upper()}</a>' for kind in TEMPLATE_KINDS
    )
    return (
        f'<p class="links"><span>{texts.TEMPLATE}　{kinds}</span>'
        f'<span><a href="draft.xlsx" download>{texts.DRAFT}</a>　{texts.DRAFT_TIP}</span></p>'
    )


def render_checked(checked: Checked) -> str:
    """Return what a file holds and what is wrong with it, by line and column."""
    cases = checked.test_set.cases
    answerable = sum(case.answerable for case in cases)
    lines = [
        f"<b>{escape(texts.CHECKED.format(name=checked.test_set.name, count=len(cases)))}</b>",
        texts.CHECKED_KINDS.format(answerable=answerable, unanswerable=len(cases) - answerable),
    ]
    tags = Counter(tag for case in cases for tag in case.tags).most_common(_TAGS)
    if tags:
        named = "、".join(f"{escape(tag)} {count}" for tag, count in tags)
        lines.append(texts.CHECKED_TAGS.format(tags=named))
    errors = len(checked.errors)
    warnings = len(checked.problems) - errors
    if errors:
        lines.append(f'<b class="bad">{texts.CHECKED_ERRORS.format(count=errors)}</b>')
    if warnings:
        lines.append(texts.CHECKED_WARNINGS.format(count=warnings))
    if not checked.problems:
        lines.append(texts.CHECKED_FINE)
    summary = "".join(f"<p>{line}</p>" for line in lines)
    ordered = sorted(checked.problems, key=lambda item: item.severity != "error")
    rows = "".join(
        f'<li class="{item.severity}"><span class="kind">'
        f"{texts.ERROR if item.severity == 'error' else texts.WARNING}</span>"
        f'<span class="where">{escape(place(item))}</span><span>{escape(message(item))}</span></li>'
        for item in ordered[:_PROBLEMS]
    )
    more = len(ordered) - _PROBLEMS
    rest = f"<p>{texts.CHECKED_MORE.format(count=more)}</p>" if more > 0 else ""
    listed = f'<ul class="problems">{rows}</ul>' if rows else ""
    return f'<div class="note" role="status">{summary}{listed}{rest}</div>'


def render_progress(sitting: Sitting | None) -> str:
    """Return how far the run is, or how it ended; empty for one that ended well."""
    if sitting is None or sitting.phase is Phase.DONE:
        return ""
    if sitting.phase is Phase.STOPPED:
        text = texts.STOPPED.format(name=sitting.name, done=sitting.done, total=sitting.total)
        return problem(text)
    if sitting.phase is Phase.FAILED:
        return _failed(sitting)
    if sitting.done >= sitting.total:
        title = texts.PROGRESS_END.format(name=sitting.name, total=sitting.total)
    else:
        title = texts.PROGRESS.format(name=sitting.name, next=sitting.done + 1, total=sitting.total)
    stopping = sitting.phase is Phase.STOPPING
    left = texts.STOPPING if stopping else _left(sitting.seconds_left)
    last = texts.LAST_QUESTION.format(question=sitting.question) if sitting.question else ""
    return (
        f'<div class="going"><p><b>{escape(title)}</b><span>{left}</span></p>'
        f'<progress max="{sitting.total}" value="{sitting.done}" aria-label="{escape(title)}">'
        f"</progress><p class='meta'>{escape(last)}</p><p class='meta'>{texts.LEAVE}</p></div>"
    )


def render_result(report: Report) -> str:
    """Return the headline figures, the failures by cause and the ways to the whole report."""
    done, total = len(report.cases), report.expected
    partial = (
        f'<p class="bad">{texts.PARTIAL.format(done=done, total=total)}</p>' if done < total else ""
    )
    verdict = "".join(f"<p>{escape(line)}</p>" for line in verdict_lines(report))
    cards = "".join(_card(figure) for figure in report.figures if METRICS[figure.name].headline)
    address = f"reports/{quote(report.name)}"
    links = (
        f'<p class="links"><a class="main" href="{address}" target="_blank" rel="noopener" '
        f'title="{texts.FULL_REPORT_TIP}">{texts.FULL_REPORT}</a>'
        f'<a href="{address}?as=html" download>{texts.SAVE_HTML}</a>'
        f'<a href="{address}?as=json" download>{texts.SAVE_JSON}</a></p>'
    )
    return (
        f'<section class="result"><h2>{texts.RESULT_TITLE}</h2><h3>{escape(report.name)}</h3>'
        f'{partial}<div class="verdict">{verdict}</div>{links}<ul class="cards">{cards}</ul>'
        f"{_causes(report)}</section>"
    )


def render_runs(entries: Sequence[RunEntry], older: int, sitting: Sitting | None) -> str:
    """Return the list of runs, newest first, and the choice of two to compare."""
    if not entries:
        return f'<section class="runs"><h2>{texts.RUNS_TITLE}</h2><p>{texts.NO_RUNS}</p></section>'
    going_on = sitting.name if sitting and sitting.going_on else ""
    rows = "".join(_entry(entry, going_on) for entry in entries)
    more = f'<p class="meta">{texts.MORE_RUNS.format(count=older)}</p>' if older else ""
    return (
        f'<section class="runs"><h2>{texts.RUNS_TITLE}</h2><ul>{rows}</ul>{more}</section>'
        + _choice(entries)
    )


def render_comparison_summary(comparison: Comparison) -> str:
    """Return what changed between two runs and the way to the whole comparison."""
    before, after = comparison.before.name, comparison.after.name
    lines = "".join(f"<p>{escape(line)}</p>" for line in comparison_lines(comparison))
    rows = "".join(
        _difference(item) for item in comparison.differences if METRICS[item.name].headline
    )
    address = escape("compare?" + urlencode({"before": before, "after": after}))
    return (
        f"<h3>{escape(texts.CHANGE.format(before=before, after=after))}</h3>"
        f'<div class="verdict">{lines}</div><p class="links"><a class="main" href="{address}" '
        f'target="_blank" rel="noopener">{texts.FULL_COMPARISON}</a></p>'
        f'<ul class="changes">{rows}</ul>'
    )


def _failed(sitting: Sitting) -> str:
    error = sitting.error
    known = failure(error) if isinstance(error, WenBaoError) else ""
    sentence = texts.FAILED.format(name=sitting.name) + (known or UNEXPECTED)
    return problem(sentence, detail=str(error) if isinstance(error, WenBaoError) else "")


def _left(seconds: float | None) -> str:
    if seconds is None:
        return texts.LEFT_UNKNOWN
    if seconds < 90:
        return texts.LEFT_SECONDS.format(count=max(1, round(seconds)))
    if seconds < 90 * 60:
        return texts.LEFT_MINUTES.format(count=round(seconds / 60))
    return texts.LEFT_HOURS.format(count=seconds / 3600)


def _card(figure: Figure) -> str:
    metric = METRICS[figure.name]
    low, high = shown(figure.name, figure.low), shown(figure.name, figure.high)
    lower = "" if metric.higher_is_better else f"（{texts.LOWER}）"
    interval = texts.INTERVAL.format(low=low, high=high, cases=figure.cases)
    return (
        f"<li><h4>{metric.title}{lower}</h4><b>{shown(figure.name, figure.value)}</b>"
        f'<p>{metric.meaning}</p><p class="meta">{interval}</p></li>'
    )


def _causes(report: Report) -> str:
    if not report.cases:
        return ""
    if not report.causes:
        return f"<p>{texts.NO_FAILURES}</p>"
    address = f"reports/{quote(report.name)}"
    rows = "".join(
        f'<li><a href="{address}#cause-{cause.value}" target="_blank" rel="noopener">'
        f"{CAUSE_TITLES[cause][0]}</a><b>{texts.COUNT.format(count=count)}</b>"
        f'<p class="meta">{CAUSE_TITLES[cause][1]}</p></li>'
        for cause, count in report.causes.items()
    )
    return f'<h4>{texts.CAUSES}</h4><ul class="causes">{rows}</ul>'


def _entry(entry: RunEntry, going_on: str) -> str:
    manifest = entry.manifest
    mode = texts.MODE_RETRIEVAL if manifest.mode == "retrieval" else texts.MODE_ANSWER
    count = (
        texts.COMPLETE.format(asked=entry.asked)
        if entry.complete
        else texts.INCOMPLETE.format(done=entry.done, asked=entry.asked)
    )
    facts = [_moment(manifest.started), mode, count]
    if entry.passed is not None:
        facts.append(texts.PASSED.format(value=shown("pass", entry.passed)))
    described = " · ".join(filter(None, facts))
    resume = (
        button(texts.RESUME, "resume", name=entry.name)
        if not entry.complete and entry.name != going_on
        else ""
    )
    show = button(texts.SHOW, "show", name=entry.name) if entry.done else ""
    return (
        f'<li><div><b>{escape(entry.name)}</b><p class="meta">{escape(described)}</p></div>'
        f'<div class="tools">{resume}{show}</div></li>'
    )


def _choice(entries: Sequence[RunEntry]) -> str:
    able = [entry.name for entry in entries if entry.done]
    if len(able) < 2:
        return ""
    after, before = able[0], able[1]

    def chooser(label: str, field: str, chosen: str) -> str:
        options = "".join(
            f"<option{' selected' if name == chosen else ''}>{escape(name)}</option>"
            for name in able
        )
        return f'<label>{label}<select name="{field}">{options}</select></label>'

    return (
        f'<section class="choice"><h2>{texts.COMPARE_TITLE}</h2><p>{texts.COMPARE_NOTE}</p>'
        f'<div class="tools">{chooser(texts.BEFORE, "before", before)}'
        f"{chooser(texts.AFTER, 'after', after)}{button(texts.COMPARE, 'compare')}</div></section>"
    )


def _difference(item: Difference) -> str:
    kind = "" if not item.change else "worse" if is_worse(item) else "better"
    meaning = texts.SAME
    if kind:
        sure = texts.SURE if item.p < SIGNIFICANT else texts.UNSURE
        meaning = f"{texts.WORSE if kind == 'worse' else texts.BETTER}，{sure}"
    values = texts.CHANGE.format(
        before=shown(item.name, item.before), after=shown(item.name, item.after)
    )
    return (
        f"<li><span>{METRICS[item.name].title}</span><b>{values}</b>"
        f'<span class="{kind}">{meaning}</span></li>'
    )


def _moment(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started).astimezone()
    except ValueError:
        return ""
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
