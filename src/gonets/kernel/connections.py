"""Connecting to checked addresses only, and never for longer than allowed."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpcore2

from gonets.kernel import clock
from gonets.kernel.http_answers import (
    AddressRefused,
    Guard,
    NoAnswer,
    NotSecure,
    TooSlow,
)
from gonets.kernel.networks import IPAddress

LONGEST_CONNECT_SECONDS = 4.0
"""Per IP address, so that a dead first one leaves time for the next."""


class Deadline:
    """A moment after which nothing is waited for any more."""

    def __init__(self, patience: timedelta) -> None:
        self._ends = clock.monotonic() + patience.total_seconds()

    def left(self, at_most: float | None = None) -> float:
        """Return the seconds that remain.

        :raises httpcore2.ReadTimeout: if none do.
        """
        seconds = self._ends - clock.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout("The time is over.")
        return seconds if at_most is None else min(seconds, at_most)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolve, check, and connect to what was checked, in one step."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: OSError | None = None
        for address in self._checked_addresses(host):
            seconds = self._deadline.left(LONGEST_CONNECT_SECONDS)
            try:
                connected = socket.create_connection((str(address), port), seconds)
            except OSError as error:
                failure = error
                continue
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return TimedStream(connected, self._deadline)
        raise NoAnswer(f"{host} does not answer: {failure}.") from failure

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        raise AddressRefused("Unix sockets are not the web.")

    def _checked_addresses(self, host: str) -> list[IPAddress]:
        """Return every address of ``host``; refuse it if any one is not allowed.

        A name that leads outside and inside at once is an attack, not a site.
        """
        addresses = [ipaddress.ip_address(found) for found in self._resolved(host)]
        for address in addresses:
            if not self._guard.allows(address):
                raise AddressRefused(f"{host} is inside a network, not on the web.")
        if not addresses:
            raise NoAnswer(f"There is no site named {host}.")
        return addresses

    def _resolved(self, host: str) -> Sequence[str]:
        # The system's resolver knows no time-out; its thread ends when it gives up.
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gonets-resolver")
        try:
            lookup = pool.submit(self._guard.resolver, host.removesuffix("."))
            return lookup.result(self._deadline.left())
        except TimeoutError as error:
            raise TooSlow(f"The name {host} could not be looked up in time.") from error
        except (OSError, UnicodeError) as error:
            raise NoAnswer(f"There is no site named {host}.") from error
        finally:
            pool.shutdown(wait=False)


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every step ends at the deadline, however slow the drip."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.left())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.left())
        try:
            self._socket.sendall(buffer)
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        self._socket.settimeout(self._deadline.left())
        try:
            secured = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname
            )
        except TimeoutError as error:
            self.close()
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            self.close()
            raise NotSecure(
                f"No secure connection to {server_hostname}: {error}."
            ) from error
        return TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._socket if info == "socket" else None
