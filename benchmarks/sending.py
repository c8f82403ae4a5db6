"""Sending a whole run against Postfix's own generator, on the same sink.

``python -m benchmarks.sending --recipients 100000 --connections 20 --rounds 5``
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.engine import Engine

from benchmarks.letters import LETTER_BYTES

SMTP_SINK = "/usr/sbin/smtp-sink"
SMTP_SOURCE = "/usr/sbin/smtp-source"
FOLDER = os.environ.get("BENCH_FOLDER")  # where the database lies; None: /tmp
RESULTS = Path(__file__).parent / "results" / "latest.json"


@contextmanager
def sink(port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [SMTP_SINK, "-u", "nobody", f"127.0.0.1:{port}", "1000"],
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _try in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def rate_of_postfix(*, port: int, letters: int, connections: int) -> float:
    """Return the letters per second of ``smtp-source``, same size, same sessions."""
    began = time.monotonic()
    subprocess.run(
        [
            *(SMTP_SOURCE, "-s", str(connections), "-m", str(letters)),
            *("-l", str(LETTER_BYTES), "-d", f"127.0.0.1:{port}"),
        ],
        check=True,
    )
    return letters / (time.monotonic() - began)


def rate_of_engine(*, port: int, letters: int, connections: int) -> tuple[float, int]:
    """Return letters per second from Send to finished, and the peak memory."""
    folder = Path(tempfile.mkdtemp(prefix="gonets-bench-", dir=FOLDER))
    engine = Engine(folder, worker="benchmarks.engine_worker")
    try:
        engine.do("migrate")
        worker = engine.start_worker()
        while not engine.do("is_seen"):
            time.sleep(0.05)
        addresses = [f"reader{number}@x.example" for number in range(letters)]
        run_id = engine.do(
            "run",
            url=f"smtp://127.0.0.1:{port}",
            addresses=addresses,
            connections=connections,
            started=False,
        )
        began = time.monotonic()
        engine.call("start_run", run_id)
        engine.wait_for(run_id, "finished", within=600, every=0.1)
        took = time.monotonic() - began
        engine.end(worker)
        peak = int(engine.log().split()[-1])
        return letters / took, peak
    finally:
        engine.close()
        shutil.rmtree(folder)


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    ours, theirs, peaks = [], [], []
    with sink(arguments.port):
        for _round in range(arguments.rounds):
            how = {
                "port": arguments.port,
                "letters": arguments.recipients,
                "connections": arguments.connections,
            }
            theirs.append(rate_of_postfix(**how))
            rate, peak = rate_of_engine(**how)
            ours.append(rate)
            peaks.append(peak)
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    name = f"run of {arguments.recipients} over {arguments.connections} connections"
    return [
        _result(name, ours, "letters/s", peer=theirs),
        _result(f"{name} / smtp-source", ratios, "times", bar=1.0),
        _result(f"{name}, peak memory", peaks, "bytes"),
    ]


def _result(
    name: str,
    rounds: list[Any],
    unit: str,
    *,
    bar: float | None = None,
    peer: list[float] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "value": statistics.median(rounds),
        "unit": unit,
        "bar": bar,
        "peer": statistics.median(peer) if peer else None,
        "rounds": rounds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=2790)
    arguments = parser.parse_args()
    if not Path(SMTP_SINK).exists():
        sys.exit(f"{SMTP_SINK} is missing: install Postfix (it need not run).")
    results = measure(arguments)
    for one in results:
        peer = f"   (peer: {one['peer']:,.0f})" if one["peer"] else ""
        print(f"{one['name']:60} {one['value']:>14,.2f} {one['unit']}{peer}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
