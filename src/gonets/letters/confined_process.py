"""The process in which somebody's own design or letter is worked on, to be killable.

Reads one order as JSON, answers with one JSON object.  It limits itself before it
looks at what it got; what breaks a limit is ended by the kernel.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any

from gonets.letters.importing import cleaned_letter
from gonets.letters.rendering import RenderingOrder, rendered
from gonets.letters.structure import Unrenderable

SECONDS = {"render": 2, "clean": 10}
MEMORY = 1 << 30


def main() -> None:
    task, order = json.load(sys.stdin)
    _limit(SECONDS[task])
    try:
        answer = _cleaned(order) if task == "clean" else _rendered(order)
    except Unrenderable as error:
        answer = {"code": error.code, "detail": error.detail, "line": error.line}
    except Exception as error:  # noqa: BLE001  # The outermost frame of a process.
        # A design can call what values have, and the errors are those of Python.
        answer = {"code": "failed", "detail": str(error)[:200], "line": None}
    signal.setitimer(signal.ITIMER_REAL, 0)
    json.dump(answer, sys.stdout)


def _rendered(order: dict[str, Any]) -> dict[str, Any]:
    return {"html": rendered(RenderingOrder(**order))}


def _cleaned(order: dict[str, Any]) -> dict[str, Any]:
    return {"letter": asdict(cleaned_letter(**order))}


def _limit(seconds: int) -> None:
    # The default action of both signals ends the process, whatever code it is in.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
