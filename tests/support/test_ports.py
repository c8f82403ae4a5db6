"""Ports for tests."""

from __future__ import annotations

import subprocess
import sys

from tests.support.engine_ancestor import ROOT
from tests.support.ports import free_port

ASKER = "from tests.support.ports import free_port; print(free_port(), flush=True)"


def test_no_two_runs_of_tests_are_given_the_same_port() -> None:
    command = [sys.executable, "-c", f"{ASKER}; input()"]
    ports = {free_port()}
    runs = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _run in range(3)
    ]
    for run in runs:
        assert run.stdout is not None
        ports.add(int(run.stdout.readline()))
    for run in runs:
        run.communicate(b"\n")
    assert len(ports) == 4
