"""A run's folder on disk: what was asked of whom, and every finished case.

    runs/NAME/
      run.json       settings, test set and collection of the run, with their digest
      testset.jsonl  the cases as they were asked
      gold.jsonl     the gold articles that came with the test set, as far as a case names them
      cases.jsonl    one finished case a line, appended as it finishes
      report.json    the figures
      report.html    the page for people

A run that was killed leaves whole lines and at most one torn one, which is dropped on reading.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from filelock import FileLock, Timeout

from rag.errors import EvaluationError
from rag.evaluation.cases import Case, GoldArticle, TestSet
from rag.evaluation.outcome import Outcome
from rag.evaluation.testset import write_test_set

FORMAT = 1
_T = TypeVar("_T")
_NAME = re.compile(r"[\w.\-=,+]+(?:/[\w.\-=,+]+)*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run's outcomes depend on.

    `mode` is "answer" or "retrieval". `settings` are the options that may change an outcome, by
    dotted name. `collection` is a digest of the indexed articles, `articles` their number.
    `program` is a digest of the code that searches and answers.
    """

    name: str
    mode: str
    test_set: str
    settings: dict[str, Any]
    collection: str
    articles: int
    program: str = ""
    judge: str = ""
    sample: int | None = None
    seed: int = 0
    started: str = ""
    changed: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def digest(self) -> str:
        """A hexadecimal digest of what decides an outcome; not of name, sample or time."""
        content = {
            "mode": self.mode,
            "settings": self.settings,
            "collection": self.collection,
            "program": self.program,
            "judge": self.judge,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def usable_name(text: str) -> str:
    """A name for a run that is like the text: 我的题 (1) gives 我的题-1."""
    return re.sub(r"[^\w.\-=,+]+", "-", text).strip("-.") or "evaluation"


class RunFolder:
    """The folder of one run, open for appending; a context manager.

    Only one process writes to it. Appending is safe from several threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / ".lock")
        self._appending = threading.Lock()
        self._file: IO[bytes] | None = None

    @classmethod
    def named(cls, runs: Path, name: str) -> RunFolder:
        """The folder of a run by its name.

        Raises:
            EvaluationError: the name would leave the folder of runs.
        """
        if not _NAME.fullmatch(name) or any(part in {"", ".", ".."} for part in name.split("/")):
            raise EvaluationError(
                f"{name!r} cannot name a run", remedy="use letters, digits, '-', '_' and '.'"
            )
        return cls(runs / name)

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise EvaluationError(
                f"another process is running {self.path.name}", remedy="choose another --name"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()

    def begin(self, manifest: Manifest, test_set: TestSet, *, restart: bool) -> dict[str, Outcome]:
        """The outcomes that earlier sittings of the same run left, by case id.

        Raises:
            EvaluationError: the folder holds a run with other settings, and `restart` is false.
        """
        if restart:
            for name in ("run.json", "cases.jsonl", "report.json", "report.html"):
                (self.path / name).unlink(missing_ok=True)
        if (self.path / "run.json").exists():
            earlier = self.manifest()
            if earlier.digest() != manifest.digest():
                raise EvaluationError(
                    f"run {manifest.name!r} exists with {_what_differs(earlier, manifest)}",
                    remedy="choose another --name, or begin anew with --restart",
                )
        else:
            # Without its manifest nobody can say what finished cases belong to.
            (self.path / "cases.jsonl").unlink(missing_ok=True)
        _write_whole(self.path / "run.json", _pretty(asdict(manifest)))
        write_test_set(self.path / "testset.jsonl", test_set.cases)
        self._write_gold(test_set)
        done = self._outcomes({case.id: case.digest() for case in test_set.cases})
        return {case_id: outcome for case_id, outcome in done.items() if not outcome.error}

    def append(self, case: Case, outcome: Outcome) -> None:
        """Make a finished case durable."""
        record = {"case": case.id, "digest": case.digest(), "outcome": outcome.to_json()}
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        with self._appending:
            if self._file is None:
                self._file = (self.path / "cases.jsonl").open("ab")
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())

    def manifest(self) -> Manifest:
        """What the run depends on.

        Raises:
            EvaluationError: there is no run here, or one of a newer format.
        """
        path = self.path / "run.json"
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            manifest = Manifest(**value)
        except FileNotFoundError as error:
            raise EvaluationError(
                f"there is no run in {self.path}", remedy="make one with `wenbao eval SET --name …`"
            ) from error
        except (json.JSONDecodeError, TypeError) as error:
            raise EvaluationError(
                f"{path} cannot be read: {error}", remedy="run the evaluation again with --restart"
            ) from error
        if manifest.format != FORMAT:
            raise EvaluationError(
                f"{path} has format {manifest.format}, this version reads {FORMAT}",
                remedy="run the evaluation again with --restart",
            )
        return manifest

    def read(self) -> tuple[Manifest, TestSet, dict[str, Outcome]]:
        """The whole run: manifest, cases and outcomes by case id."""
        manifest = self.manifest()
        cases = self._records("testset.jsonl", Case.from_json)
        articles = self._records("gold.jsonl", lambda record: GoldArticle(**record))
        test_set = TestSet(manifest.test_set, cases, articles)
        return manifest, test_set, self._outcomes({case.id: case.digest() for case in cases})

    def write(self, name: str, content: str) -> Path:
        """Where the content lies now; a reader sees the old file or the new one, never a part."""
        path = self.path / name
        _write_whole(path, content)
        return path

    def _records(self, name: str, make: Callable[[dict[str, Any]], _T]) -> tuple[_T, ...]:
        """What is made of the lines of a file of the run; nothing when there is no such file."""
        path = self.path / name
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            # Texts may hold U+2028 or U+0085, at which str.splitlines() would break a line.
            return tuple(make(json.loads(line)) for line in text.split("\n") if line)
        except (TypeError, ValueError) as error:
            raise EvaluationError(
                f"{path} is damaged: {error}", remedy="run the evaluation again with --restart"
            ) from error

    def _write_gold(self, test_set: TestSet) -> None:
        named = {key for case in test_set.cases for key in case.relevant}
        lines = [
            json.dumps(asdict(article), ensure_ascii=False) + "\n"
            for article in test_set.articles
            if article.id in named
        ]
        _write_whole(self.path / "gold.jsonl", "".join(lines))

    def _outcomes(self, digests: Mapping[str, str]) -> dict[str, Outcome]:
        """The last outcome of each case that still is what was asked; drops a torn last line."""
        path = self.path / "cases.jsonl"
        if not path.exists():
            return {}
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data) and self._lock.is_locked:
            with path.open("r+b") as file:
                file.truncate(len(whole))
        found: dict[str, Outcome] = {}
        for line, content in enumerate(whole.splitlines(), start=1):
            try:
                record = json.loads(content)
                case_id, digest = record["case"], record["digest"]
                outcome = Outcome.from_json(record["outcome"])
            except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
                raise EvaluationError(
                    f"{path} line {line} is damaged: {error}",
                    remedy="delete that line, or begin anew with --restart",
                ) from error
            if digests.get(case_id) == digest:
                found[case_id] = outcome
        return found


def list_runs(runs: Path) -> list[Manifest]:
    """The runs in a folder, newest first; what is not readable as a run is left out."""
    found = []
    for path in runs.rglob("run.json"):
        try:
            manifest = RunFolder(path.parent).manifest()
        except EvaluationError:
            continue
        found.append(replace(manifest, name=path.parent.relative_to(runs).as_posix()))
    return sorted(found, key=lambda manifest: (manifest.started, manifest.name), reverse=True)


def _what_differs(earlier: Manifest, now: Manifest) -> str:
    if earlier.mode != now.mode:
        return f"mode {earlier.mode}, not {now.mode}"
    if earlier.collection != now.collection:
        return "other articles in the collection"
    if earlier.judge != now.judge:
        return "another judge"
    if earlier.program != now.program:
        return "another version of the program"
    names = sorted(
        name
        for name in earlier.settings.keys() | now.settings.keys()
        if earlier.settings.get(name) != now.settings.get(name)
    )
    return f"other settings ({', '.join(names)})"


def _write_whole(path: Path, content: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(content, encoding="utf-8")
    part.replace(path)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"
