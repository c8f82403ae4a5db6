"""Opening a connection to a relay: greeting, TLS and log-in, as safe as asked for."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl

from django.utils.translation import gettext as _

from gonets.delivery.errors import RelayRejection, RelayTrouble
from gonets.delivery.judgement import Judgement, judge
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import RelayAddress
from gonets.delivery.transports.dialogue import ConnectionEnded, Dialogue
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.types import Reply


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
    dialogue = await _connected(address, limits, tls)
    connection = SmtpConnection(dialogue=dialogue, limits=limits)
    try:
        await _greet(connection)
        if address.security == "starttls":
            await _start_tls(connection, address, tls or ssl.create_default_context())
        if address.user:
            await _log_in(connection, address)
    except ConnectionEnded as end:
        raise RelayTrouble(str(end), stage=Stage.EHLO) from end
    except BaseException:
        connection.close()
        raise
    return connection


async def _connected(
    address: RelayAddress, limits: TimeLimits, tls: ssl.SSLContext | None
) -> Dialogue:
    context = None
    if address.security == "tls":
        context = tls or ssl.create_default_context()
    dialogue = Dialogue()
    # The greeting is owed from the moment the connection stands.
    dialogue.expect(1, within=limits.connect + limits.command)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(limits.connect):
            await loop.create_connection(
                lambda: dialogue, address.host, address.port, ssl=context
            )
    except ssl.SSLError as error:
        raise _tls_failure(error) from error
    except OSError as error:
        raise RelayTrouble(_in_words(error), stage=Stage.CONNECT) from error
    return dialogue


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return _("nothing listens at this address and port")
    if isinstance(error, TimeoutError):
        return _("there was no answer in time")
    if isinstance(error, socket.gaierror):
        return _("the name of the relay is not known")
    return error.strerror or str(error)


async def _greet(connection: SmtpConnection) -> None:
    greeting = await connection.dialogue.reply()
    if greeting.code != 220:
        _raise_for(Stage.CONNECT, greeting)
    await _say_hello(connection)


async def _say_hello(connection: SmtpConnection) -> None:
    name = _own_name(connection.dialogue)
    reply = await connection.command(b"EHLO " + name + b"\r\n")
    if reply.code in (500, 502):  # RFC 5321 §3.2: an old relay, without extensions
        reply = await connection.command(b"HELO " + name + b"\r\n")
    if not reply.is_positive:
        _raise_for(Stage.EHLO, reply)
    connection.extensions = dict(_extension(line) for line in reply.lines[1:])


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
    reply = await connection.command(b"STARTTLS\r\n")
    if not reply.is_positive:
        raise RelayRejection(str(reply), stage=Stage.TLS, reply=reply)
    dialogue = connection.dialogue
    if (
        dialogue.ended or not dialogue.is_clear
    ):  # Injected before TLS (CVE-2011-0411 and its kin).
        raise RelayRejection(_("unencrypted text was slipped in"), stage=Stage.TLS)
    assert dialogue.transport is not None
    loop = asyncio.get_running_loop()
    try:
        secured = await loop.start_tls(
            dialogue.transport,
            dialogue,
            context,
            server_hostname=address.host,
            ssl_handshake_timeout=connection.limits.connect,
        )
    except ssl.SSLError as error:
        raise _tls_failure(error) from error
    except OSError as error:
        raise RelayTrouble(str(error), stage=Stage.TLS) from error
    if secured is None:  # The relay hung up in the middle of the handshake.
        raise RelayTrouble(_("the relay closed the connection"), stage=Stage.TLS)
    dialogue.restart()
    dialogue.connection_made(secured)
    await _say_hello(connection)


def _tls_failure(error: ssl.SSLError) -> RelayRejection:
    reason = getattr(error, "verify_message", "") or error.reason or str(error)
    return RelayRejection(str(reason), stage=Stage.TLS)


async def _log_in(connection: SmtpConnection, address: RelayAddress) -> None:
    if address.security == "none":
        raise RelayRejection(_("no log-in without encryption"), stage=Stage.AUTH)
    offered = connection.extensions.get("AUTH", "").upper().split()
    if "PLAIN" in offered:
        secret = _base64(f"\0{address.user}\0{address.password}")
        reply = await connection.command(b"AUTH PLAIN " + secret + b"\r\n")
    elif "LOGIN" in offered:
        reply = await _auth_login(connection, address)
    else:
        raise RelayRejection(
            _("the relay offers no way to log in that we know"), stage=Stage.AUTH
        )
    if not reply.is_positive:
        _raise_for(Stage.AUTH, reply)


async def _auth_login(connection: SmtpConnection, address: RelayAddress) -> Reply:
    reply = await connection.command(b"AUTH LOGIN\r\n")
    for secret in (address.user, address.password):
        if reply.code != 334:
            break
        reply = await connection.command(_base64(secret) + b"\r\n")
    return reply


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _raise_for(stage: Stage, reply: Reply) -> None:
    if judge(stage, reply) is Judgement.REJECTION:
        raise RelayRejection(str(reply), stage=stage, reply=reply)
    raise RelayTrouble(str(reply), stage=stage, reply=reply)
