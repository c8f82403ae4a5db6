"""Watching, and killing, a worker at its system calls: strace from outside."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from tests.support.engine_nursery import ForkedWorker

STRACE = shutil.which("strace") or "strace"


@cache
def can_trace() -> bool:
    """Some containers forbid to trace even one's own processes."""
    try:
        tried = subprocess.run([STRACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return not tried.returncode


needs_strace = pytest.mark.skipif(
    not can_trace(), reason="strace is missing or not allowed here"
)


def killing_at(call: str, number: int) -> list[str]:
    """Kill a process when one of its threads makes this call for the n-th time."""
    return [
        *("-e", f"trace={call}"),
        *("-e", f"inject={call}:signal=SIGKILL:when={number}"),
    ]


@contextmanager
def traced(
    worker: ForkedWorker, options: Sequence[str], into: Path
) -> Iterator[ForkedWorker]:
    """Attach to a worker that has stopped itself, and let it go on.

    The tracer ends with the worker.
    """
    wait_until_stopped(worker.pid)
    command = [STRACE, "-f", "-o", str(into), *options, "-p", str(worker.pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while _status(worker.pid, "TracerPid") == "0":
            assert tracer.poll() is None, "strace does not start"
            time.sleep(0.001)
        worker.send_signal(signal.SIGCONT)
        yield worker
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(60)
        tracer.wait(60)


def wait_until_stopped(pid: int) -> None:
    """Wait until it has stopped, or has died."""
    while not _status(pid, "State").startswith(("T", "t", "Z")):
        time.sleep(0.001)


def wait_until_gone(pid: int) -> None:
    """Wait until it has died, whether or not somebody has asked how."""
    with suppress(FileNotFoundError, ProcessLookupError):
        while not _status(pid, "State").startswith(("Z", "X")):
            time.sleep(0.001)


def _status(pid: int, name: str) -> str:
    text = Path(f"/proc/{pid}/status").read_text()
    return text.partition(f"{name}:")[2].partition("\n")[0].strip()
