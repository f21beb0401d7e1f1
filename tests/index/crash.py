"""Kills writers of a collection and prints, as JSON lines, what a reader then finds.

Run as a program of its own: it forks, which a test process with native threads may not.
Usage: python -m tests.index.crash FOLDER POINTS [AT_ONCE]
With more passages to embed than AT_ONCE, an update is found by its words before.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rag.index import update as updates
from rag.index.collection import Collection, SourceFile
from rag.settings import Settings
from tests.support.collections import (
    MARKET,
    PLAYGROUND,
    SNOW,
    HashingEmbedder,
    article,
    source_file,
)

_QUESTIONS = ("早市有多少摊位", "李超鲲鹏每周训练几次", "除雪车", "龙灯队员年龄")


def offered() -> list[SourceFile]:
    """A change of every kind: an article goes, one stays, others come from old and new files."""
    lantern = article("龙灯舞进社区", "龙灯队走进金桥社区，三十名队员平均年龄六十二岁。")
    more = [
        article(f"第{n}号通知", f"第{n}号通知：供水管网检修{n}小时。", source="通知.txt")
        for n in range(1, 8)
    ]
    return [source_file(SNOW, lantern, MARKET), source_file(*more, source="通知.txt")]


def answers(folder: Path) -> dict[str, object]:
    """What a reader finds: articles and hits of both channels."""
    embedder = HashingEmbedder()
    with Collection.open(folder, Settings(), embedder) as opened:
        vectors = embedder.embed_queries(_QUESTIONS)
        return {
            "articles": [one.headline for one in opened.articles()],
            "lexical": [opened.lexical(question, 5) for question in _QUESTIONS],
            "dense": [opened.dense(vector, 5) for vector in vectors],
            "problems": opened.check(),
            "lacking": opened.stats().lacking,
        }


def finish(folder: Path) -> dict[str, object]:
    """What is found after the update was made again, undisturbed."""
    with Collection.open(folder, Settings(), HashingEmbedder()) as opened:
        opened.update(offered())
    return answers(folder)


def build(folder: Path) -> None:
    """Make the old state."""
    with Collection.open(folder, Settings(), HashingEmbedder()) as opened:
        opened.update([source_file(SNOW, PLAYGROUND, MARKET)])


def update(folder: Path, calls: int | None = None) -> int:
    """Update; kill this process at the given call of a function of the index, and count calls."""
    seen = 0

    def profile(frame: object, event: str, _: object) -> None:
        nonlocal seen
        code = frame.f_code.co_filename
        if event in ("call", "return", "c_return") and "/rag/index/" in code:
            seen += 1
            if seen == calls:
                os.kill(os.getpid(), signal.SIGKILL)

    with Collection.open(folder, Settings(), HashingEmbedder()) as opened:
        sys.setprofile(profile)
        opened.update(offered())
        sys.setprofile(None)
    return seen


def in_child(work: Callable[[], object], patience: float | None = None) -> object:
    """Run `work` in a child and return its result, None when it was killed; kill it in time."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            result = json.dumps(work(), ensure_ascii=False)
        except Exception as error:
            result = json.dumps(repr(error))
        with os.fdopen(writing, "w", encoding="utf-8") as stream:
            stream.write(result)
        os._exit(0)
    os.close(writing)
    if patience is not None:
        time.sleep(patience)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as stream:
        result = stream.read()
    os.waitpid(pid, 0)
    return json.loads(result) if result else None


def main(folder: Path, points: int) -> None:
    """Print old and new state, then one line for each killed writer."""
    base, work = folder / "base", folder / "work"
    in_child(lambda: build(base))
    old = in_child(lambda: answers(base))
    shutil.copytree(base, work)
    started = time.monotonic()
    calls = in_child(lambda: update(work))
    seconds = time.monotonic() - started
    new = in_child(lambda: answers(work))
    sys.stdout.write(json.dumps({"old": old, "new": new, "calls": calls}) + "\n")
    chance = random.Random(7)
    moments: list[tuple[int | None, float | None]] = [
        (round(1 + step * (calls - 1) / (points - 1)), None) for step in range(points)
    ]
    moments += [(None, chance.uniform(0, seconds)) for _ in range(points // 3)]
    for call, patience in moments:
        shutil.rmtree(work)
        shutil.copytree(base, work)
        outcome = in_child(lambda call=call: update(work, call), patience)
        found = in_child(lambda: answers(work))
        leftovers = len(list((work / "generations").iterdir()))
        again = in_child(lambda: finish(work))
        line = {"call": call, "seconds": patience, "killed": outcome is None}
        line |= {"found": found, "generations": leftovers, "again": again}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 3:
        updates._AT_ONCE, updates._PORTION, updates._LEFT = int(sys.argv[3]), 2, 0
    main(Path(sys.argv[1]), int(sys.argv[2]))
