"""A process that has imported everything, and forks the nurseries of all engines.

Each engine has a nursery, a clerk and workers of its own, as if somebody had started
them by hand; only the importing is saved.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from tests.support.engine_nursery import ForkedWorker, reap

MODULE = "tests.support.engine_process"
ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON_PATH = os.pathsep.join([str(ROOT), str(ROOT / "src")])
LONGEST_MESSAGE = 1 << 17
"""With the whole environment in it."""


def serve_ancestor(
    channel: socket.socket, *, become: Callable[[socket.socket], None]
) -> None:
    """Fork whoever is asked for, until whoever asks is gone."""
    with suppress(ConnectionError):
        while _answer(channel, become):
            pass
    os._exit(0)


def _answer(channel: socket.socket, become: Callable[[socket.socket], None]) -> bool:
    """Do what is asked; False if nobody asks any more."""
    message, files, *_rest = socket.recv_fds(channel, LONGEST_MESSAGE, 4)
    if not message:
        return False
    request = json.loads(message)
    if "fork" in request:
        answer = _fork(channel, request["fork"], files, become)
    else:
        answer = reap(request["reap"], asked_on=channel)
    for one in files:
        os.close(one)
    channel.send(json.dumps(answer).encode())
    return True


def _fork(
    channel: socket.socket,
    environment: Mapping[str, str],
    files: Sequence[int],
    become: Callable[[socket.socket], None],
) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()  # Ctrl-C is the test's to handle.
        channel.close()
        os.environ.clear()
        os.environ.update(environment)
        *standard, own = files
        for number, file in enumerate(standard):
            os.dup2(file, number)
            os.close(file)
        become(socket.socket(fileno=own))
    except BaseException:  # noqa: BLE001 - what an interpreter does at its end
        traceback.print_exc()
    finally:
        os._exit(1)


class Ancestor:
    """The other end of the channel."""

    def __init__(self) -> None:
        self._channel, there = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, "ancestor", str(there.fileno())],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "tests.support.engine_settings",
                    "PYTHONPATH": PYTHON_PATH,
                },
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[there.fileno()],
            )
        self.pid = self._process.pid
        atexit.register(self._close)

    def fork(
        self, environment: Mapping[str, str], files: Sequence[int]
    ) -> ForkedWorker:
        """Fork a nursery with these files: its standard ones, and its channel."""
        request = json.dumps({"fork": environment}).encode()
        socket.send_fds(self._channel, [request], files)
        return ForkedWorker(self, self._answer())

    def reap(self, pid: int) -> int:
        self._channel.send(json.dumps({"reap": pid}).encode())
        return self._answer()

    def _answer(self) -> int:
        answer: int = json.loads(self._channel.recv(LONGEST_MESSAGE))
        return answer

    def _close(self) -> None:
        self._channel.close()
        self._process.wait(10)


@cache
def ancestor() -> Ancestor:
    """Return the one of this process; it is started for the first engine."""
    return Ancestor()
