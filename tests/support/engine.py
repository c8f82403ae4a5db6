"""Driving a clerk and workers as real processes on one database file."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.engine_ancestor import MODULE, PYTHON_PATH, ROOT, ancestor
from tests.support.engine_nursery import ForkedWorker, Nursery

DATABASE = "engine.sqlite3"
WorkerProcess = subprocess.Popen[bytes] | ForkedWorker


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
        environment: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> None:
        """Start the clerk; ``under`` is a command that is to start all processes."""
        self.folder = folder
        self.database = str((database or {}).get("NAME", ""))
        self._worker = worker
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.support.engine_settings",
            "PYTHONPATH": PYTHON_PATH,
            "ENGINE_SQLITE": str(folder / DATABASE),
            "ENGINE_DATABASE": json.dumps(database),
            "ENGINE_FENCE": str(fence or folder / "fences"),
            "ENGINE_PATIENCE": str(patience),
            "ENGINE_CLOCK": str(folder / "clock"),
            **(environment or {}),
        }
        self._log = (folder / "worker.log").open("ab")
        self._workers: list[WorkerProcess] = []
        here, there = socket.socketpair()
        hears, asks = os.pipe()
        answers, says = os.pipe()
        self._clerk = self._start_nursery([hears, says], there, under=under)
        self._asks, self._answers = os.fdopen(asks, "wb"), os.fdopen(answers, "rb")
        self.pid = self._clerk.pid
        self._nursery = Nursery(here)

    def _start_nursery(
        self, clerks: Sequence[int], channel: socket.socket, *, under: Sequence[str]
    ) -> WorkerProcess:
        """Start it with the clerk's end of its pipes, and its own of the channel."""
        files = [*clerks, self._log.fileno(), channel.fileno()]
        with channel:
            if under:
                command = [*under, sys.executable, "-m", MODULE, "nursery"]
                nursery: WorkerProcess = self._start(
                    [*command, str(channel.fileno())], clerks, channel.fileno()
                )
            else:
                nursery = ancestor().fork(self._environment, files)
        for one in clerks:
            os.close(one)
        return nursery

    def _start(
        self, command: Sequence[str], clerks: Sequence[int] = (), *channels: int
    ) -> subprocess.Popen[bytes]:
        stdin, stdout = clerks or (None, self._log)
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdin=stdin,
            stdout=stdout,
            stderr=self._log,
            start_new_session=True,  # Ctrl-C is the test's to handle.
            pass_fds=channels,
        )

    def do(self, what: str, *args: Any, **named: Any) -> Any:
        request = json.dumps({"do": what, "args": args, "named": named})
        self._asks.write(request.encode() + b"\n")
        self._asks.flush()
        reply = json.loads(self._answers.readline())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["answer"]

    def call(self, action: str, *args: Any) -> Any:
        return self.do("call", action, *args)

    def start_worker(self, *, place: str = "", **options: float) -> WorkerProcess:
        """Start one; of what it can be told, see ``engine_process.serve_worker``."""
        where = str(self.folder / place)
        worker: WorkerProcess
        if self._worker:
            worker = self._start([sys.executable, "-m", self._worker, where])
        else:
            worker = self._nursery.fork(folder=where, options=options, stopped=False)
        self._workers.append(worker)
        return worker

    def fork_stopped(self, *, place: str = "", **options: float) -> ForkedWorker:
        """Make a worker that does nothing before it is told to continue."""
        where = str(self.folder / place)
        worker = self._nursery.fork(folder=where, options=options, stopped=True)
        self._workers.append(worker)
        return worker

    def shift_clock(self, seconds: float) -> None:
        """Let every process see a wall clock that is ahead by as much."""
        fresh = self.folder / "clock.new"
        fresh.write_text(str(seconds))
        fresh.rename(self.folder / "clock")

    def kill(self, worker: WorkerProcess) -> None:
        """Kill the worker with all its processes."""
        self.signal(worker, signal.SIGKILL)
        worker.wait()

    def signal(self, worker: WorkerProcess, number: int) -> None:
        """Tell a worker and all its processes."""
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, number)

    def family(self, worker: WorkerProcess) -> list[int]:
        """Return the worker, the process that makes letters, and that of the books.

        With SQLite there is no process of the books.
        """
        return [worker.pid, *_children(worker.pid)]

    def makers(self, worker: WorkerProcess) -> list[int]:
        """Return the processes that make letters, first the one that forks them."""
        _wire, first, *_books = self.family(worker)
        return [first, *_children(first)]

    def end(self, worker: WorkerProcess, *, within: float = 30) -> int:
        worker.terminate()
        return worker.wait(within)

    def wait(
        self,
        run_id: int,
        reached: Callable[[dict[str, Any]], bool],
        *,
        within: float = 60,
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
        self, run_id: int, status: str, *, within: float = 60, every: float = 0.02
    ) -> dict[str, Any]:
        return self.wait(
            run_id, lambda now: now["status"] == status, within=within, every=every
        )

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(errors="replace")

    def close(self) -> None:
        for worker in self._workers:
            self.signal(worker, signal.SIGKILL)
            worker.wait()
        if self._log.closed:
            return
        self._asks.close()
        self._nursery.close()
        self._clerk.wait(10)
        self._answers.close()
        self._log.close()


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [*map(int, children.split())]
