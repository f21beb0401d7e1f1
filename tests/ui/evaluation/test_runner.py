from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import GenerationError
from rag.evaluation import TestSet, read_report
from rag.types import Answer
from tests.ui.conftest import StandIn
from ui.evaluation.runner import BusyError, Phase, Runner, Sitting


class Gate(StandIn):
    """Answers a question only when the test lets it."""

    def ask(self, question: str, **options: object) -> Answer:
        self.reached.release()
        assert self.open.acquire(timeout=10)
        return super().ask(question, **options)  # type: ignore[arg-type]


@pytest.fixture
def gate(stand_in: StandIn) -> Gate:
    gate = Gate(stand_in.settings, stand_in.stored, pace=0)
    gate.reached, gate.open = threading.Semaphore(0), threading.Semaphore(0)
    return gate


def test_a_stopped_run_keeps_what_is_done_and_goes_on(
    gate: Gate, test_set: TestSet, tmp_path: Path
):
    runner = Runner(gate, tmp_path)
    runner.start(test_set, name="甲", mode="answer")
    assert gate.reached.acquire(timeout=10)
    runner.stop()
    assert runner.sitting is not None
    assert runner.sitting.phase is Phase.STOPPING
    gate.open.release()
    runner.wait(10)
    assert runner.sitting.phase is Phase.STOPPED
    assert runner.sitting.done == 1
    assert len(read_report(tmp_path / "甲").cases) == 1

    gate.open.release(10)
    runner.resume("甲")
    runner.wait(10)
    assert (runner.sitting.phase, runner.sitting.done, runner.sitting.before) == (Phase.DONE, 4, 1)
    assert len(gate.asked) == 4
    assert len(read_report(tmp_path / "甲").cases) == 4


def test_a_second_run_has_to_wait(gate: Gate, test_set: TestSet, tmp_path: Path):
    runner = Runner(gate, tmp_path)
    runner.start(test_set, name="甲", mode="answer")
    with pytest.raises(BusyError, match="甲"):
        runner.start(test_set, name="乙", mode="answer")
    gate.open.release(10)
    runner.wait(10)
    runner.start(test_set, name="乙", mode="answer")
    runner.wait(10)
    assert runner.sitting is not None
    assert runner.sitting.name == "乙"


def test_a_sample_is_resumed_with_its_own_questions(gate: Gate, test_set: TestSet, tmp_path: Path):
    runner = Runner(gate, tmp_path)
    runner.start(test_set, name="样", mode="answer", sample=2)
    assert gate.reached.acquire(timeout=10)
    runner.stop()
    gate.open.release()
    runner.wait(10)
    gate.open.release(10)
    runner.resume("样")
    runner.wait(10)
    assert runner.sitting is not None
    assert (runner.sitting.done, runner.sitting.total) == (2, 2)


def test_other_articles_end_a_resumed_run_with_their_error(
    make_stand_in: Callable[..., StandIn], test_set: TestSet, tmp_path: Path
):
    first = make_stand_in(pace=0)
    runner = Runner(first, tmp_path)
    runner.start(test_set, name="甲", mode="retrieval")
    runner.wait(10)
    first.stored = first.stored[:2]
    runner.resume("甲")
    runner.wait(10)
    assert runner.sitting is not None
    assert runner.sitting.phase is Phase.FAILED
    assert "other articles" in str(runner.sitting.error)


def test_a_question_that_fails_does_not_end_the_run(
    make_stand_in: Callable[..., StandIn], test_set: TestSet, tmp_path: Path
):
    assistant = make_stand_in(pace=0)
    assistant.failures[test_set.cases[0].question] = GenerationError("no answer")
    runner = Runner(assistant, tmp_path)
    runner.start(test_set, name="甲", mode="answer")
    runner.wait(10)
    assert runner.sitting is not None
    assert (runner.sitting.phase, runner.sitting.done) == (Phase.DONE, 4)


def test_the_time_left_follows_the_pace_of_this_sitting():
    sitting = Sitting("甲", total=10, done=6, before=2, begun=100.0, seen=108.0)
    assert sitting.seconds_left == 8.0
    assert Sitting("甲", total=10, done=2, before=2).seconds_left is None
