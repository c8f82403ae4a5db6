"""``--quick`` measures with the real product and writes the file of results."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.sinks import no_postfix

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = {"name", "value", "unit", "bar", "peer", "rounds"}


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.faults
@pytest.mark.skipif(bool(no_postfix()), reason=no_postfix())
def test_quick_rows_are_measured_labelled_and_written(tmp_path):
    file = tmp_path / "latest.json"

    done = benchmarks("sqlite", "ledger", "--quick", "--output", str(file))

    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(file.read_text())
    assert all(set(result) == KEYS for result in results)
    assert all(result["value"] > 0 for result in results)
    assert all(len(result["rounds"]) == 1 for result in results)
    assert all("QUICK CHECK" in result["name"] for result in results)
    assert {result["bar"] for result in results} == {None, 1.0, 0.85}


def test_a_row_that_nobody_knows_is_refused_by_name():
    done = benchmarks("nonsense")

    assert done.returncode != 0
    assert "nonsense" in done.stderr
