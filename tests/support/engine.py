"""Driving a clerk and workers as real processes on one database file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "engine.sqlite3"
MODULE = "tests.support.engine_process"


class Engine:
    """A database in a folder, one clerk, and workers to be killed."""

    def __init__(
        self,
        folder: Path,
        database: dict[str, Any] | None = None,
        *,
        worker: str = "",
        fence: Path | None = None,
        patience: float = 20,
    ) -> None:
        self.folder = folder
        self.database = str((database or {}).get("NAME", ""))
        self._worker = worker
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.support.engine_settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            "ENGINE_SQLITE": str(folder / DATABASE),
            "ENGINE_DATABASE": json.dumps(database),
            "ENGINE_FENCE": str(fence or folder / "fences"),
            "ENGINE_PATIENCE": str(patience),
        }
        self._log = (folder / "worker.log").open("ab")
        self._workers: list[subprocess.Popen[bytes]] = []
        self._clerk = self._start(MODULE, "clerk", stdin=subprocess.PIPE)

    def _start(
        self, *args: str, stdin: int | None = None, under: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*under, sys.executable, "-m", *args],
            cwd=ROOT,
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE if stdin else self._log,
            stderr=self._log,
            start_new_session=True,  # so that what a tracer traces ends with it
        )

    def do(self, what: str, *args: Any, **named: Any) -> Any:
        request = json.dumps({"do": what, "args": args, "named": named})
        stdin, stdout = pipe(self._clerk.stdin), pipe(self._clerk.stdout)
        stdin.write(request.encode() + b"\n")
        stdin.flush()
        reply = json.loads(stdout.readline())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["answer"]

    def call(self, action: str, *args: Any) -> Any:
        return self.do("call", action, *args)

    def start_worker(
        self,
        *,
        place: str = "",
        retry_seconds: float = 0.3,
        gives_up_after: float = 3,
        lease_seconds: float = 60,
        least_free: int = 0,
        under: Sequence[str] = (),
        **more: float,
    ) -> subprocess.Popen[bytes]:
        options = {
            **more,
            "retry_seconds": retry_seconds,
            "gives_up_after": gives_up_after,
            "lease_seconds": lease_seconds,
            "least_free": least_free,
        }
        where = str(self.folder / place)
        if self._worker:
            worker = self._start(self._worker, where)
        else:
            what = (MODULE, "worker", where, json.dumps(options))
            worker = self._start(*what, under=under)
        self._workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill the worker with the process that keeps its books."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def end(self, worker: subprocess.Popen[bytes], *, within: float = 10) -> int:
        worker.terminate()
        return worker.wait(within)

    def wait(
        self,
        run_id: int,
        reached: Callable[[dict[str, Any]], bool],
        *,
        within: float = 20,
        every: float = 0.02,
    ) -> dict[str, Any]:
        """Return the run's progress as soon as it is as wanted."""
        until = time.monotonic() + within
        while True:
            progress: dict[str, Any] = self.do("progress", run_id)
            if reached(progress):
                return progress
            if time.monotonic() > until:
                raise AssertionError(f"not reached: {progress}\n{self.log()[-3000:]}")
            time.sleep(every)

    def wait_for(
        self, run_id: int, status: str, *, within: float = 20, every: float = 0.02
    ) -> dict[str, Any]:
        return self.wait(
            run_id, lambda now: now["status"] == status, within=within, every=every
        )

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(errors="replace")

    def close(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        if self._log.closed:
            return
        pipe(self._clerk.stdin).close()
        self._clerk.wait(10)
        pipe(self._clerk.stdout).close()
        self._log.close()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
