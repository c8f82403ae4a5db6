"""A process that has imported everything and forks workers in a few milliseconds.

Every worker is a process of its own, in a group of its own, that can be killed like
one that was started by hand; only the second of importing is saved.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

Work = Callable[..., None]
PR_SET_PTRACER = 0x59616D61  # linux/prctl.h
PR_SET_PTRACER_ANY = -1


def serve_nursery(channel: socket.socket, *, work: Work, clerk: Work) -> None:
    """Become the clerk in one process, and in the other fork whoever is asked for."""
    clerk_pid = os.fork()
    if clerk_pid == 0:
        channel.close()
        clerk()
        os._exit(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # The clerk alone answers there.
    for worker in _serve(channel, work):
        with suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
    os.waitpid(clerk_pid, 0)
    os._exit(0)


def _serve(channel: socket.socket, work: Work) -> set[int]:
    """Do what is asked until whoever asks is gone; return the workers that are left."""
    workers: set[int] = set()
    with suppress(ConnectionError), channel.makefile("rw") as asked:
        for line in asked:
            request = json.loads(line)
            if "fork" in request:
                answer = _fork(channel, work, request["fork"])
                workers.add(answer)
            else:
                answer = reap(request["reap"], asked_on=channel)
                workers.discard(request["reap"])
            asked.write(json.dumps(answer) + "\n")
            asked.flush()
    return workers


def reap(child: int, *, asked_on: socket.socket) -> int:
    """Return the status of a child when it has ended.

    :raises ConnectionError: if whoever asked is gone before.
    """
    handle = os.pidfd_open(child)
    # Nothing is asked before the answer: what can be read is the channel's end.
    ready = select.select([handle, asked_on], [], [])[0]
    os.close(handle)
    if handle not in ready:
        raise ConnectionError
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _fork(channel: socket.socket, work: Work, arguments: dict[str, Any]) -> int:
    pid = os.fork()
    # In both, so that it is a group of its own whoever comes first.
    with suppress(OSError):
        os.setpgid(pid, pid)
    if pid:
        return pid
    status = 1
    try:
        channel.close()
        random.seed()
        if arguments.pop("stopped"):
            # Whoever wants to trace it may, also where only a parent could (Yama).
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)
            os.kill(os.getpid(), signal.SIGSTOP)
        work(**arguments)
        status = 0
    except BaseException:  # noqa: BLE001 - what an interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


class Nursery:
    """The other end of the channel."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._file = channel.makefile("rw")

    def fork(self, **arguments: Any) -> ForkedWorker:
        return ForkedWorker(self, self._ask({"fork": arguments}))

    def reap(self, pid: int) -> int:
        return self._ask({"reap": pid})

    def close(self) -> None:
        self._file.close()
        self._channel.close()

    def _ask(self, request: dict[str, Any]) -> int:
        self._file.write(json.dumps(request) + "\n")
        self._file.flush()
        answer: int = json.loads(self._file.readline())
        return answer


class Parent(Protocol):
    def reap(self, pid: int) -> int:
        """Return the status of a child that has ended."""


class ForkedWorker:
    """A process that another one has forked, handled like a ``subprocess.Popen``."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._parent = parent
        self._handle = os.pidfd_open(pid)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(["worker"], timeout or 0)
        return status

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is not None:
            return self.returncode
        if not select.select([self._handle], [], [], timeout)[0]:
            return None
        self.returncode = self._parent.reap(self.pid)
        os.close(self._handle)
        return self.returncode
