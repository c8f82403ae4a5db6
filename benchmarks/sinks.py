"""Relays that throw letters away, and Postfix's own generator of letters."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
SINK, SOURCE = "smtp-sink", "smtp-source"
_PLACES = "/usr/sbin:/usr/libexec/postfix:/usr/lib/postfix/sbin"
_BACKLOG = "1000"


def no_postfix() -> str:
    """Say what is missing of Postfix's sink and source, or nothing."""
    missing = [name for name in (SINK, SOURCE) if _program(name) is None]
    if not missing:
        return ""
    names = " and ".join(missing)
    return f"{names} missing: install Debian's postfix package (it need not run)"


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_PLACES}")


@contextmanager
def postfix_sink() -> Iterator[int]:
    """Run ``smtp-sink``; yield its port."""
    port = free_port()
    unprivileged = ("-u", "nobody") if os.geteuid() == 0 else ()
    with _running([_found(SINK), *unprivileged, f"127.0.0.1:{port}", _BACKLOG], port):
        yield port


@contextmanager
def far_sink(*, milliseconds: int, pipelining: bool) -> Iterator[int]:
    """Run a relay that is this long a round trip away; yield its port."""
    port = free_port()
    options = () if pipelining else ("--plain",)
    command = (sys.executable, "-m", "benchmarks.far_sink", str(port))
    with _running([*command, str(milliseconds), *options], port):
        yield port


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _try in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"Nothing listens on port {port}.")


def source_rate(*, port: int, letters: int, sessions: int, size: int) -> float:
    """Return how many letters of this size a second ``smtp-source`` hands over."""
    address = f"127.0.0.1:{port}"
    amount = ("-s", str(sessions), "-m", str(letters), "-l", str(size))
    began = time.monotonic()
    subprocess.run([_found(SOURCE), *amount, "-d", address], check=True)
    return letters / (time.monotonic() - began)


def _found(name: str) -> str:
    program = _program(name)
    if program is None:
        raise FileNotFoundError(no_postfix())
    return program
