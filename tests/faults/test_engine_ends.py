"""A test run that is ended in the middle leaves no process of its engines behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import DATABASE
from tests.support.engine_ancestor import PYTHON_PATH, ROOT

ASKER = """
import sys, time
from pathlib import Path
from tests.support.engine import Engine
from tests.support.engine_ancestor import ancestor

engine = Engine(Path(sys.argv[1]))
worker = engine.start_worker()
print(ancestor().pid, engine.pid, worker.pid, flush=True)
{meanwhile}
"""


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param("time.sleep(60)", id="idle"),
        pytest.param("engine._nursery.reap(worker.pid)", id="waiting for a worker"),
        pytest.param("ancestor().reap(engine.pid)", id="waiting for a nursery"),
    ],
)
def test_all_processes_of_an_engine_end_with_whoever_asked_for_them(
    tmp_path: Path, migrated: Path, meanwhile: str
) -> None:
    shutil.copy(migrated, tmp_path / DATABASE)
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER.format(meanwhile=meanwhile), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": PYTHON_PATH},
        stdout=subprocess.PIPE,
    )
    with asker:
        assert asker.stdout is not None
        handles = [os.pidfd_open(int(pid)) for pid in asker.stdout.readline().split()]
        asker.terminate()
    left = [one for one in handles if not select.select([one], [], [], 10)[0]]
    for one in left:
        signal.pidfd_send_signal(one, signal.SIGKILL)
    for one in handles:
        os.close(one)
    assert left == []
