"""The product as processes: its worker, and a clerk in place of its web pages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.databases import Databases
from benchmarks.processes import peak_memory, processor_seconds

ROOT = Path(__file__).resolve().parent.parent
FOLDER = os.environ.get("BENCH_FOLDER")  # where databases lie; None: as TMPDIR says
OWN_WORKER = ("gonets.server.cli", "worker", "--supervised")
"""What ``gonets serve`` starts too; it never outlives us."""

LONGEST_RUN_SECONDS = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What one whole run took."""

    run_id: int
    letters: int
    pressed_at: float
    started_at: float  # the audience was frozen
    ended_at: float
    peak_memory: int  # of all our processes together, in bytes
    processor_seconds: float  # of the workers

    @property
    def rate(self) -> float:
        """Letters per second from the press of Send."""
        return self.letters / (self.ended_at - self.pressed_at)

    @property
    def sending_rate(self) -> float:
        """Letters per second once the audience was frozen."""
        return self.letters / (self.ended_at - self.started_at)

    @property
    def microseconds_per_letter(self) -> float:
        return self.processor_seconds / self.letters * 1_000_000


class Product:
    """One clerk and any number of workers on one database."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        relay_url: str = "smtp://127.0.0.1:9",
        connections: int = 4,
    ) -> None:
        self._folder = folder
        self._environment = _environment(
            GONETS_DATABASE_URL=database_url,
            GONETS_RELAY_URL=relay_url,
            GONETS_RELAY_CONNECTIONS=str(connections),
            GONETS_FENCE=str(folder / "fences"),
        )
        self._log = (folder / "processes.log").open("ab")
        self._workers: list[subprocess.Popen[bytes]] = []
        self._clerk = self.start_answering("benchmarks.clerk")

    def start(
        self, *command: str, place: str, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a Python module in a data folder of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**self._environment, "GONETS_DATA": str(self._folder / place)},
            stdin=subprocess.PIPE,
            stdout=self._log if stdout is None else stdout,
            stderr=self._log,
        )

    def start_answering(self, module: str) -> subprocess.Popen[bytes]:
        """Start a module that answers calls."""
        return self.start(module, place=module, stdout=subprocess.PIPE)

    def start_worker(self, command: Sequence[str] = OWN_WORKER) -> None:
        """Start a worker and wait until it is at work."""
        seen = self.ask("workers_seen")
        self.spawn_worker(command)
        until = time.monotonic() + 60
        while self.ask("workers_seen") <= seen:
            if time.monotonic() > until or self._workers[-1].poll() is not None:
                raise RuntimeError(f"The worker does not come:\n{self.log()}")
            time.sleep(0.05)

    def spawn_worker(self, command: Sequence[str] = OWN_WORKER) -> None:
        place = f"worker-{len(self._workers)}"
        self._workers.append(self.start(*command, place=place))

    def kill_workers(self) -> None:
        for worker in self._workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            _pipe(worker.stdin).close()
        self._workers.clear()

    def ask(self, what: str, *args: Any, **named: Any) -> Any:
        return call(self._clerk, what, *args, **named)

    def send(self) -> Sending:
        """Press Send and wait for the end."""
        used = self._used()
        pressed = self.ask("press_send")
        return self.wait_for(**pressed, used=used)

    def wait_for(self, *, run_id: int, pressed_at: float, used: float) -> Sending:
        end = self.wait_until_ended(run_id)
        if end["accepted"] != end["size"]:
            raise RuntimeError(f"Not everybody was accepted: {end}\n{self.log()}")
        return Sending(
            run_id=run_id,
            letters=end["accepted"],
            pressed_at=pressed_at,
            started_at=end["started_at"],
            ended_at=end["ended_at"],
            peak_memory=self.peak_memory(),
            processor_seconds=self._used() - used,
        )

    def wait_until_ended(self, run_id: int) -> Mapping[str, Any]:
        """Wait for the end of the run; return its progress then."""
        try:
            end: Mapping[str, Any] = self.ask(
                "wait_until_ended", run_id, within=LONGEST_RUN_SECONDS
            )
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.log()}") from error
        return end

    def peak_memory(self) -> int:
        return sum(peak_memory(one.pid) for one in (self._clerk, *self._workers))

    def _used(self) -> float:
        return sum(processor_seconds(one.pid) for one in self._workers)

    def log(self) -> str:
        return (self._folder / "processes.log").read_text(errors="replace")[-3000:]

    def close(self) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait(60)
            _pipe(worker.stdin).close()
        end(self._clerk)
        self._log.close()


def _environment(**values: str) -> Mapping[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GONETS_")}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "gonets.server.settings",
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(ROOT), kept.get("PYTHONPATH", "")))
        ),
        "GONETS_ENV_FILE": os.devnull,
        "GONETS_SECRET_KEY": "only-for-benchmarks-" * 2,
        "GONETS_PUBLIC_URL": "https://letters.town.example",
        "GONETS_LANGUAGE": "en",
        "GONETS_TIME_ZONE": "UTC",
        **values,
    }


def call(process: subprocess.Popen[bytes], what: str, *args: Any, **named: Any) -> Any:
    """Ask a process that answers one JSON line with another."""
    request = json.dumps({"do": what, "args": args, "named": named})
    stdin, stdout = _pipe(process.stdin), _pipe(process.stdout)
    stdin.write(request.encode() + b"\n")
    stdin.flush()
    line = stdout.readline()
    if not line:
        raise RuntimeError(f"The process ended at “{what}”.")
    reply = json.loads(line)
    if "error" in reply:
        raise RuntimeError(reply["error"])
    return reply["answer"]


def end(process: subprocess.Popen[bytes]) -> None:
    """Let a process end that answers calls."""
    _pipe(process.stdin).close()
    process.wait(30)
    _pipe(process.stdout).close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


@contextmanager
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="gonets-bench-", dir=FOLDER))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A built database; every product on it gets a copy of its own."""

    databases: Databases
    url: str

    @contextmanager
    def product(self, *, relay_url: str, connections: int) -> Iterator[Product]:
        with folder() as here:
            url = self.databases.copy(self.url, here)
            product = Product(
                here, database_url=url, relay_url=relay_url, connections=connections
            )
            with closing(product):
                yield product
            self.databases.drop(url)


@contextmanager
def built_site(databases: Databases, *, readers: int) -> Iterator[Site]:
    """Build a site with so many readers; it is there until the block ends."""
    with folder() as here:
        url = databases.create(here)
        with closing(Product(here, database_url=url)) as product:
            product.ask("migrate")
            product.ask("build", readers=readers)
        yield Site(databases=databases, url=url)
        databases.drop(url)
