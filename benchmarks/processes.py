"""What a process has used so far, as Linux counts it."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
MEGABYTE = 1_000_000


def peak_memory(pid: int) -> int:
    """Return the most memory that a living process has had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(f"Process {pid} has ended: its memory is gone.")


def processor_seconds(pid: int) -> float:
    """Return what all threads of a living process have computed, kernel included."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(after_name[11]), int(after_name[12])
    return (user + system) / _TICKS
