"""What is counted for a process is counted for its children too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from benchmarks.processes import family, peak_memory, processor_seconds

BUSY_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
memory = bytearray(50_000_000)
while __import__("time").process_time() < 0.5: pass
print("ready", flush=True)
input()
'''], stdin=subprocess.PIPE)
input()
child.communicate(b"end")
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing; its child has computed, and has 50 MB."""
    with subprocess.Popen(
        [sys.executable, "-c", BUSY_CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate(b"end")


def test_children_are_counted(parent):
    assert len(list(family(parent.pid))) == 2
    assert peak_memory(parent.pid) > 50_000_000
    # What was computed is cut off to whole ticks of the kernel, per process and kind.
    assert processor_seconds(parent.pid) >= 0.4


def test_who_has_ended_has_used_nothing_that_could_be_told():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    for asked in (peak_memory, processor_seconds):
        with pytest.raises(ProcessLookupError):
            asked(process.pid)
