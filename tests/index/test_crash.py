"""A writer killed at any moment leaves a collection that opens and answers as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trial forks")
def test_a_killed_writer_leaves_the_old_state(tmp_path):
    trial = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.index.crash", str(tmp_path), "24"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert trial.returncode == 0, trial.stderr
    first, *lines = map(json.loads, trial.stdout.splitlines())
    old, new = first["old"], first["new"]
    assert old["articles"] != new["articles"]
    assert old["problems"] == new["problems"] == []
    for line in lines:
        moment = {"call": line["call"], "seconds": line["seconds"]}
        assert line["found"] in (old, new), moment
        assert line["generations"] == 1, moment
        again = line["again"]
        assert again["problems"] == [], moment
        assert again["articles"] == new["articles"], moment
        assert again["dense"] == new["dense"], moment
    killed = [line for line in lines if line["killed"]]
    assert sum(line["found"] == old for line in killed) > len(killed) / 2
