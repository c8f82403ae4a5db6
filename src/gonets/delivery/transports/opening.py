"""Opening a connection to a relay: greeting, TLS and log-in, as safe as asked for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.errors import RelayRejection, RelayTrouble
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import RelayAddress
from gonets.delivery.transports.certificates import tls_failure
from gonets.delivery.transports.dialogue import ConnectionEnded, Dialogue
from gonets.delivery.transports.login import log_in, raise_for
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.types import Reply

GONE_AFTER = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}
"""A minute and a half without any sign of the relay's machine."""

NEXT_PLACE_SECONDS = 0.5
"""After which the next address of a relay's name is tried beside the one before."""

_Try = Callable[[], Coroutine[Any, Any, socket.socket]]


async def connect(
    address: RelayAddress,
    *,
    limits: TimeLimits | None = None,
    tls: ssl.SSLContext | None = None,
) -> SmtpConnection:
    """Return a connection on which letters can be offered.

    :raises RelayTrouble: if the relay is not reachable or unwell.
    :raises RelayRejection: if a person has to correct something first.
    """
    limits = limits or TimeLimits()
    tls = tls or (None if address.security == "none" else ssl.create_default_context())
    dialogue = await _connected(address, limits, tls)
    connection = SmtpConnection(dialogue=dialogue, limits=limits)
    try:
        await _greet(connection, address)
        await _say_hello(connection, address)
        if address.security == "starttls":
            assert tls is not None
            await _start_tls(connection, address, tls)
            await _say_hello(connection, address)
        if address.user:
            with _at(Stage.AUTH):
                await log_in(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _at(stage: Stage) -> Iterator[None]:
    """Say how far we had come if the connection ends."""
    try:
        yield
    except ConnectionEnded as end:
        raise RelayTrouble(str(end), stage=stage) from end


async def _connected(
    address: RelayAddress, limits: TimeLimits, tls: ssl.SSLContext | None
) -> Dialogue:
    dialogue = Dialogue(block=limits.block)
    # The greeting is owed from the moment the connection stands.
    dialogue.expect(1, within=limits.connect + limits.command)
    loop = asyncio.get_running_loop()
    line = await _line_to(address, limits)
    if address.security != "tls":
        await loop.create_connection(lambda: dialogue, sock=line)
        return dialogue
    with _securing():
        await loop.create_connection(
            lambda: dialogue,
            sock=line,
            ssl=tls,
            server_hostname=address.host,
            ssl_handshake_timeout=limits.connect,
        )
    return dialogue


async def _line_to(address: RelayAddress, limits: TimeLimits) -> socket.socket:
    """Connect, without a word yet: what fails from here on is no matter of the way."""
    try:
        async with asyncio.timeout(limits.connect):
            if address.path:
                return await _joined(socket.AF_UNIX, 0, address.path)
            return await _first_to_answer(address)
    except OSError as error:
        raise RelayTrouble(_in_words(error), stage=Stage.CONNECT) from error


async def _first_to_answer(address: RelayAddress) -> socket.socket:
    """Try one place after the other, and do not wait long for a silent one (RFC 8305).

    Many a name has an address of IPv6 that cannot be reached from everywhere.
    """
    places = await asyncio.get_running_loop().getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM
    )
    to_try: deque[_Try] = deque(
        partial(_joined, family, protocol, place)
        for family, _kind, protocol, _name, place in places
    )
    trying: set[asyncio.Task[socket.socket]] = set()
    try:
        line = await _first_of(to_try, trying)
    finally:
        for one in trying:
            one.add_done_callback(_close_line)
            one.cancel()
    # A letter must not wait for the acknowledgement of the one before.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _notice_when_gone(line)
    return line


def _notice_when_gone(line: socket.socket) -> None:
    """Have the kernel ask whether the relay's machine is still there.

    A relay may take ten minutes to answer; one that lost its power, or us while we were
    asleep, never says so, and would not be told from it.
    """
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds_or_times in GONE_AFTER.items():
        if hasattr(socket, name):  # Not every system lets us choose.
            option = getattr(socket, name)
            line.setsockopt(socket.IPPROTO_TCP, option, seconds_or_times)


async def _first_of(
    to_try: deque[_Try], trying: set[asyncio.Task[socket.socket]]
) -> socket.socket:
    failure: BaseException = OSError(_("the name of the relay is not known"))
    while to_try or trying:
        if to_try:
            trying.add(asyncio.create_task(to_try.popleft()()))
        patience = NEXT_PLACE_SECONDS if to_try else None
        await asyncio.wait(
            trying, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        for one in [task for task in trying if task.done()]:
            trying.discard(one)
            if (error := one.exception()) is None:
                return one.result()
            failure = error
    raise failure


def _close_line(task: asyncio.Task[socket.socket]) -> None:
    """Close what came in second."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _joined(family: int, protocol: int, place: object) -> socket.socket:
    line = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, place)  # type: ignore[arg-type]
    except BaseException:
        line.close()
        raise
    return line


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return _("nothing listens at this address and port")
    if isinstance(error, TimeoutError):
        return _("there was no answer in time")
    if isinstance(error, socket.gaierror):
        return _("the name of the relay is not known")
    barred = _("the network does not let us through")
    return f"{barred}: {error.strerror or error}"


@contextmanager
def _securing() -> Iterator[None]:
    """Say what went wrong with TLS, in words for people."""
    try:
        yield
    except ssl.SSLError as error:
        raise tls_failure(error) from error
    except ConnectionAbortedError as error:  # Python's own word for its time limit.
        silent = _("the relay did not go on with the encryption in time")
        raise RelayTrouble(silent, stage=Stage.TLS) from error
    except OSError as error:
        closed = _("the relay hung up instead of encrypting")
        raise RelayTrouble(closed, stage=Stage.TLS) from error


async def _greet(connection: SmtpConnection, address: RelayAddress) -> None:
    with _at(Stage.CONNECT):
        greeting = await _greeting(connection, address)
    if greeting.code != 220:
        raise_for(Stage.CONNECT, greeting)


async def _greeting(connection: SmtpConnection, address: RelayAddress) -> Reply:
    """Wait for it, but not for minutes where the relay waits for us to encrypt.

    Each would let the other one speak first: port 465 with the settings of port 587.
    """
    greeting = asyncio.create_task(connection.dialogue.reply())
    try:
        await asyncio.wait([greeting], timeout=connection.limits.silence)
        is_silent = not (greeting.done() or address.security == "tls" or address.path)
        if is_silent and await _encrypts_at_once(address, connection.limits):
            raise RelayRejection(
                _("on this port it encrypts from the first word on, without STARTTLS"),
                stage=Stage.TLS,
            )
        return await greeting
    finally:
        greeting.cancel()


async def _encrypts_at_once(address: RelayAddress, limits: TimeLimits) -> bool:
    """See whether a handshake succeeds; whose certificate it is does not matter here.

    Nothing is said over that connection.
    """
    whoever = ssl.create_default_context()
    whoever.check_hostname, whoever.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(limits.connect):
            _reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=whoever
            )
    except OSError:  # TimeoutError and SSLError are of this kind.
        return False
    writer.transport.abort()  # Or it would wait for the other one's goodbye.
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _say_hello(connection: SmtpConnection, address: RelayAddress) -> None:
    name = _own_name(connection.dialogue)
    verb = b"LHLO " if address.is_lmtp else b"EHLO "
    with _at(Stage.EHLO):
        reply = await connection.command(verb + name + b"\r\n")
        # RFC 5321 §3.2: an old relay, without extensions.
        if reply.code in (500, 502) and not address.is_lmtp:
            reply = await connection.command(b"HELO " + name + b"\r\n")
    if not reply.is_positive:
        raise_for(Stage.EHLO, reply)
    connection.learn(dict(_extension(line) for line in reply.lines[1:]))


def _extension(line: str) -> tuple[str, str]:
    keyword, _space, parameters = line.strip().partition(" ")
    return keyword.upper(), parameters.strip()


def _own_name(dialogue: Dialogue) -> bytes:
    """Return our address literal: a name of ours could rarely be verified anyway."""
    assert dialogue.transport is not None
    own = dialogue.transport.get_extra_info("sockname")
    host = str(own[0]) if isinstance(own, tuple) else "127.0.0.1"
    return (f"[IPv6:{host}]" if ":" in host else f"[{host}]").encode()


async def _start_tls(
    connection: SmtpConnection, address: RelayAddress, context: ssl.SSLContext
) -> None:
    if "STARTTLS" not in connection.extensions:
        raise RelayRejection(
            _("the relay offers no encryption (STARTTLS)"), stage=Stage.TLS
        )
    with _at(Stage.TLS):
        reply = await connection.command(b"STARTTLS\r\n")
    if not reply.is_positive:
        raise_for(Stage.TLS, reply)
    dialogue = connection.dialogue
    if dialogue.ended or not dialogue.is_clear:
        # Injected before TLS (CVE-2011-0411 and its kin).
        raise RelayRejection(_("unencrypted text was slipped in"), stage=Stage.TLS)
    assert dialogue.transport is not None
    with _securing():
        secured = await asyncio.get_running_loop().start_tls(
            dialogue.transport,
            dialogue,
            context,
            server_hostname=address.host,
            ssl_handshake_timeout=connection.limits.connect,
        )
        if secured is None:  # The relay hung up in the middle of the handshake.
            raise ConnectionResetError
    dialogue.restart()
    dialogue.connection_made(secured)
