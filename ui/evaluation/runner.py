"""The one run that may be going on: started, watched and stopped from any browser."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import WenBaoError
from rag.evaluation import TestSet, evaluate
from rag.evaluation.run import Askable, Mode
from rag.evaluation.store import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Phase(Enum):
    """How a sitting stands."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One stretch of a run: `done` of `total` questions, `before` of them in earlier sittings.

    `begun` and `seen` are moments of the monotonic clock: of the start and the last question.
    """

    name: str
    total: int
    done: int = 0
    before: int = 0
    question: str = ""
    begun: float = 0.0
    seen: float = 0.0
    phase: Phase = Phase.RUNNING
    error: Exception | None = None

    @property
    def going_on(self) -> bool:
        """Whether questions are being asked."""
        return self.phase in {Phase.RUNNING, Phase.STOPPING}

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the pace so far, None before there is one."""
        finished = self.done - self.before
        if finished < 1:
            return None
        return (self.seen - self.begun) / finished * (self.total - self.done)


class BusyError(WenBaoError):
    """Another run is going on; the message is its name."""


class _Stopped(Exception):  # noqa: N818 - a signal to our own loop, not an error
    """Ends a run between two questions."""


class Runner:
    """Runs test sets in a thread of its own, one at a time, and remembers the last sitting.

    Questions are asked singly, whatever would be faster: readers of the chat page come between.
    """

    def __init__(
        self, assistant: Askable, runs: Path, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.runs = runs
        self._assistant = assistant
        self._clock = clock
        self._lock = threading.Lock()
        self._sitting: Sitting | None = None
        self._thread: threading.Thread | None = None

    @property
    def sitting(self) -> Sitting | None:
        """The run that is going on, or the last one since the start of the program."""
        return self._sitting

    def start(self, test_set: TestSet, *, name: str, mode: Mode, sample: int | None = None) -> None:
        """Begin a run.

        Raises:
            BusyError: another run is going on.
        """
        total = len(test_set.chosen(sample=sample))
        self._begin(test_set, name=name, mode=mode, sample=sample, seed=0, total=total)

    def resume(self, name: str) -> None:
        """Go on with a run that was stopped.

        Raises:
            BusyError: another run is going on.
            EvaluationError: there is no such run.
        """
        manifest, test_set, _ = RunFolder.named(self.runs, name).read()
        mode: Mode = "retrieval" if manifest.mode == "retrieval" else "answer"
        # The folder holds the chosen questions already; sample and seed only stay on record.
        self._begin(
            test_set,
            name=name,
            mode=mode,
            sample=manifest.sample,
            seed=manifest.seed,
            total=len(test_set),
            changed=tuple(manifest.changed.items()),
        )

    def stop(self) -> None:
        """Stop after the question that is being answered."""
        self._update(lambda sitting: replace(sitting, phase=Phase.STOPPING))

    def wait(self, seconds: float | None = None) -> None:
        """Return when nothing is going on any more, or when the time is up."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _begin(
        self,
        test_set: TestSet,
        *,
        name: str,
        mode: Mode,
        sample: int | None,
        seed: int,
        total: int,
        changed: tuple[tuple[str, str], ...] = (),
    ) -> None:
        with self._lock:
            if self._sitting is not None and self._sitting.going_on:
                raise BusyError(self._sitting.name, remedy="wait until it is done")
            self._sitting = Sitting(name, total, begun=self._clock())

        def work() -> None:
            try:
                evaluate(
                    self._assistant,
                    test_set,
                    runs=self.runs,
                    progress=self._report,
                    name=name,
                    mode=mode,
                    sample=sample,
                    seed=seed,
                    jobs=1,
                    changed=changed,
                )
            except _Stopped:
                self._update(lambda sitting: replace(sitting, phase=Phase.STOPPED))
            except Exception as error:
                expected = isinstance(error, WenBaoError)
                _LOG.error("run %s failed: %s", name, error, exc_info=None if expected else error)
                failed = error
                self._update(lambda sitting: replace(sitting, phase=Phase.FAILED, error=failed))
            else:
                self._update(lambda sitting: replace(sitting, phase=Phase.DONE))

        self._thread = threading.Thread(target=work, name="evaluation", daemon=True)
        self._thread.start()

    def _report(self, done: int, total: int, question: str) -> None:
        now = self._clock()
        first = not question
        self._update(
            lambda sitting: replace(
                sitting,
                done=done,
                total=total,
                before=done if first else sitting.before,
                question=question,
                begun=now if first else sitting.begun,
                seen=now,
            )
        )
        sitting = self._sitting
        if sitting is not None and sitting.phase is Phase.STOPPING and done < total:
            raise _Stopped

    def _update(self, change: Callable[[Sitting], Sitting]) -> None:
        with self._lock:
            if self._sitting is not None and self._sitting.going_on:
                self._sitting = change(self._sitting)
