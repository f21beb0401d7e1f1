"""What the evaluation page does when somebody acts; knows evaluation, not the page library."""

from __future__ import annotations

import json
import logging
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.errors import EvaluationError, TestSetError, WenBaoError
from rag.evaluation import (
    Comparison,
    Problem,
    Report,
    TestSet,
    check_test_set,
    compare,
    list_runs,
    read_report,
    write_test_set,
)
from rag.evaluation.drafts import drafts_from_articles
from rag.evaluation.extra import check_installed
from rag.evaluation.gold import unknown_gold
from rag.evaluation.page import render_comparison, render_report
from rag.evaluation.run import Askable, Mode
from rag.evaluation.store import Manifest, RunFolder
from rag.evaluation.template import NOTES, write_template
from ui.evaluation import texts
from ui.evaluation.problems import failure
from ui.evaluation.runner import BusyError, Runner, Sitting

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[\w.\-=,+]+")
_NAME_CHARS = 60
_LISTED = 30
_DRAFTED_ARTICLES = 100
TEMPLATE_KINDS = ("xlsx", "csv", "jsonl")


class InputError(ValueError):
    """What was given cannot be used; the message is the Chinese hint to show."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was looked at: its usable questions and what is wrong with it."""

    test_set: TestSet
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What has to be mended before a run."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def usable(self) -> bool:
        """Whether a run can be made of it."""
        return bool(self.test_set.cases) and not self.errors


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run in the list: how many of its questions are done, and how many of these passed.

    `passed` is a share, None before the run is complete.
    """

    manifest: Manifest
    asked: int
    done: int
    passed: float | None

    @property
    def name(self) -> str:
        """The run's name."""
        return self.manifest.name

    @property
    def complete(self) -> bool:
        """Whether every question is done and the figures are made."""
        return self.passed is not None


class Workbench:
    """The acts of the evaluation page for one assistant; safe for many readers at once."""

    def __init__(self, assistant: Askable, runs: Path) -> None:
        self._assistant = assistant
        self.runner = Runner(assistant, runs)
        self.runs = runs

    def available(self) -> None:
        """Return when runs can be made.

        Raises:
            EvaluationError: a package of the extra `eval` is missing.
        """
        check_installed()

    def check(self, path: Path) -> Checked:
        """Return the questions of an uploaded file with what is wrong in it.

        Raises:
            InputError: the file cannot be read.
        """
        try:
            test_set, problems = check_test_set(path)
        except TestSetError as error:
            raise InputError(failure(error) or texts.UNREADABLE) from error
        except Exception as error:
            # Damaged files make the readers below fail in many ways, none of them our own.
            _LOG.warning("the uploaded file %s cannot be read: %r", path.name, error)
            raise InputError(texts.UNREADABLE) from error
        if not test_set.cases and not any(item.severity == "error" for item in problems):
            drafts = any("drafts" in item.message for item in problems)
            raise InputError(texts.ALL_DRAFTS if drafts else texts.NO_QUESTIONS)
        return Checked(test_set, problems + unknown_gold(test_set, self._assistant.articles()))

    def start(self, checked: Checked | None, *, mode: Mode, sample: str, name: str) -> None:
        """Begin a run.

        Raises:
            InputError: something is missing or wrong, or another run is going on.
        """
        if checked is None:
            raise InputError(texts.NO_SET)
        if not checked.usable:
            raise InputError(texts.MEND_FIRST)
        count = _sample(sample)
        chosen = self._name(name, checked.test_set.name)
        try:
            self.runner.start(checked.test_set, name=chosen, mode=mode, sample=count)
        except BusyError as error:
            raise InputError(texts.BUSY.format(name=error.message)) from error

    def resume(self, name: str) -> None:
        """Go on with a run that was stopped.

        Raises:
            InputError: there is no such run, or another one is going on.
        """
        try:
            self.runner.resume(name)
        except BusyError as error:
            raise InputError(texts.BUSY.format(name=error.message)) from error
        except WenBaoError as error:
            raise InputError(failure(error) or texts.GONE) from error

    def stop(self) -> None:
        """Stop after the question that is being answered."""
        self.runner.stop()

    @property
    def sitting(self) -> Sitting | None:
        """The run that is going on, or the last one."""
        return self.runner.sitting

    def entries(self) -> tuple[list[RunEntry], int]:
        """Return the newest runs, and how many older ones there are."""
        found = list_runs(self.runs) if self.runs.is_dir() else []
        return [self._entry(manifest) for manifest in found[:_LISTED]], len(found[_LISTED:])

    def report(self, name: str) -> Report:
        """Return the report of a run.

        Raises:
            EvaluationError: there is no such run.
        """
        folder = RunFolder.named(self.runs, name).path
        cases = folder / "cases.jsonl"
        return _report(folder, _stamp(cases), _stamp(folder / "run.json"))

    def report_page(self, name: str) -> str:
        """Return the HTML page of a run."""
        return render_report(self.report(name))

    def report_data(self, name: str) -> str:
        """Return the report of a run as JSON."""
        return json.dumps(self.report(name).to_json(), ensure_ascii=False, indent=1, default=str)

    def compare(self, before: str, after: str) -> Comparison:
        """Return the comparison of two runs.

        Raises:
            InputError: it is one and the same run.
            EvaluationError: a run is missing, or they have no question in common.
        """
        if before == after:
            raise InputError(texts.COMPARE_SAME)
        return compare(self.report(before), self.report(after))

    def comparison_page(self, before: str, after: str) -> str:
        """Return the HTML page that compares two runs."""
        return render_comparison(self.compare(before, after))

    def template(self, kind: str) -> bytes:
        """Return an example test set as a file; `kind` is one of `TEMPLATE_KINDS`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"template.{kind}")
            write_template(path)
            return path.read_bytes()

    def drafts(self) -> bytes:
        """Return proposed questions of articles spread over the collection, as XLSX.

        Raises:
            InputError: there are no articles.
        """
        articles = self._assistant.articles()
        # More than a person would read; and drafting takes a moment for each article.
        step = -(-len(articles) // _DRAFTED_ARTICLES) or 1
        proposed = list(drafts_from_articles(articles[::step]))
        if not proposed:
            raise InputError(texts.NO_ARTICLES)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "drafts.xlsx")
            write_test_set(path, proposed, notes=NOTES)
            return path.read_bytes()

    def _name(self, given: str, test_set: str) -> str:
        given = given.strip()
        if given:
            if not _NAME.fullmatch(given) or not given.strip(".") or len(given) > _NAME_CHARS:
                raise InputError(texts.BAD_NAME)
            if (self.runs / given).exists():
                raise InputError(texts.NAME_TAKEN.format(name=given))
            return given
        plain = re.sub(r"[^\w\-=,+]+", "-", test_set).strip("-")[:_NAME_CHARS]
        first = plain or texts.DEFAULT_NAME
        name, number = first, 2
        while (self.runs / name).exists():
            name, number = f"{first}-{number}", number + 1
        return name

    def _entry(self, manifest: Manifest) -> RunEntry:
        folder = self.runs / manifest.name
        asked = _lines(folder / "testset.jsonl", _stamp(folder / "testset.jsonl"))
        done = min(asked, _lines(folder / "cases.jsonl", _stamp(folder / "cases.jsonl")))
        saved = folder / "report.json"
        passed = _passed(saved, _stamp(saved)) if done == asked else None
        return RunEntry(manifest, asked, done, passed)


def _sample(text: str) -> int | None:
    text = text.strip()
    if not text or text == texts.SAMPLE_ALL:
        return None
    if not text.isdecimal() or not 0 < int(text) < 10**7:
        raise InputError(texts.BAD_SAMPLE)
    return int(text)


def _stamp(path: Path) -> int:
    """When the file was written, 0 when it is not there: cached readings hold until it changes."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _report(folder: Path, cases: int, manifest: int) -> Report:
    if not (cases or manifest):
        raise EvaluationError(f"there is no run in {folder}")
    return read_report(folder)


@lru_cache(maxsize=256)
def _lines(path: Path, stamp: int) -> int:
    return path.read_bytes().count(b"\n") if stamp else 0


@lru_cache(maxsize=256)
def _passed(path: Path, stamp: int) -> float | None:
    if not stamp:
        return None
    figures: Sequence[dict[str, float | str]] = json.loads(path.read_bytes()).get("figures", ())
    return next((float(item["value"]) for item in figures if item["metric"] == "pass"), None)
