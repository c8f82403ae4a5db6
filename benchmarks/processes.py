"""What a process and its children have used so far, as Linux counts it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# Places in /proc/PID/stat, counted from behind the name.
_PARENT, _USER, _SYSTEM = 1, 11, 12


def peak_memory(pid: int) -> int:
    """Return the most memory that each of the living family has had, in bytes.

    What forked processes share counts for each of them.

    :raises ProcessLookupError: if the process has ended.
    """
    return sum(_peak_memory(one) for one in family(pid))


def processor_seconds(pid: int) -> float:
    """Return what the living family has computed, all threads, kernel included.

    :raises ProcessLookupError: if the process has ended.
    """
    return sum(_processor_seconds(one) for one in family(pid))


def family(pid: int) -> Iterator[int]:
    """Yield a process, its children, and theirs."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROCESSES.glob("[0-9]*"):
        child = int(folder.name)
        if stat := _stat(child):
            children[int(stat[_PARENT])].append(child)
    if not _stat(pid):
        raise ProcessLookupError(f"Process {pid} has ended.")
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children[one]


def _peak_memory(pid: int) -> int:
    for line in _read(f"{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _processor_seconds(pid: int) -> float:
    stat = _stat(pid)
    return (int(stat[_USER]) + int(stat[_SYSTEM])) / _TICKS if stat else 0.0


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, which may hold anything; none if it ended."""
    return _read(f"{pid}/stat").rpartition(")")[2].split()


def _read(name: str) -> str:
    try:
        return (_PROCESSES / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
