from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag.types import AnswerDone
from tests.ui.conftest import StandIn
from ui.conversation import Exchange, finished
from ui.feedback import FeedbackFile


def test_the_file_lies_beside_the_collection_and_outside_it(tmp_path: Path):
    file = FeedbackFile.beside(tmp_path / "vectorstore" / "default")
    assert file.path == tmp_path / "vectorstore" / "default.feedback.jsonl"


def test_a_line_holds_all_that_a_test_case_needs(tmp_path: Path, stand_in: StandIn):
    question = "血液透析中心累计血透多少人次?"
    *_, last = stand_in.stream(question)
    assert isinstance(last, AnswerDone)
    file = FeedbackFile(tmp_path / "new" / "feedback.jsonl")
    file.append(finished(Exchange(question), last.answer), "数字不对")
    (line,) = file.path.read_text(encoding="utf-8").splitlines()
    record = json.loads(line)
    assert record["question"] == question
    assert record["answer"] == last.answer.text
    assert record["reason"] == "数字不对"
    assert record["sentences"][0]["verdict"] == "supported"
    assert record["sources"][0]["quote"] == last.answer.sources[0].quote
    assert record["sources"][0]["published"] == "2023-12-19"
    assert record["time"].endswith("+00:00")


def test_lines_written_at_once_do_not_mix(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    files = [FeedbackFile(path) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        for number in range(80):
            pool.submit(files[number % 4].append, Exchange(f"问题{number}", text="长" * 3000))
    questions = [
        json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(questions) == sorted(f"问题{number}" for number in range(80))
