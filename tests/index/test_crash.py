"""A writer killed at any moment leaves a collection that opens and answers as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the trial forks"),
]


def killed_writers(folder, *arguments):
    """The old state, the new one, and what was found after each killed writer."""
    trial = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.index.crash", str(folder), *arguments],
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
    return old, new, lines


def test_a_killed_writer_leaves_the_old_state(tmp_path):
    old, new, lines = killed_writers(tmp_path, "24")
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


def test_a_writer_killed_while_it_embeds_leaves_a_state_found_by_words(tmp_path):
    old, new, lines = killed_writers(tmp_path, "24", "1")
    assert new["lacking"] == 0
    by_words = 0
    for line in lines:
        moment = {"call": line["call"], "seconds": line["seconds"]}
        found = line["found"]
        if found["lacking"]:
            by_words += 1
            assert found["problems"] == [], moment
            assert found["articles"] == new["articles"], moment
            assert found["lexical"] == new["lexical"], moment
            assert found["dense"] != new["dense"], moment
        else:
            assert found in (old, new), moment
        assert line["generations"] == 1, moment
        assert line["again"] == new, moment
    assert by_words > 2
