"""Logging in to a relay (RFC 4954); only ever inside TLS."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.errors import RelayRejection, RelayTrouble
from gonets.delivery.judgement import Judgement, judge
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import XOAUTH2, RelayAddress
from gonets.delivery.transports.dialogue import ConnectionEnded
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.delivery.types import Reply

CHALLENGE = 334
CONCEALED = "…"
LEAST_QUOTED = 4
"""Characters that are concealed where a relay quotes them; fewer say too little."""

_CODED = re.compile(rf"[A-Za-z0-9+/]{{{LEAST_QUOTED},}}")


async def log_in(connection: SmtpConnection, address: RelayAddress) -> None:
    """Log in in the way that the address asks for, or in the best one offered.

    What the relay says to it is passed on without what it quotes of our password.

    :raises RelayRejection: if the relay does not want us, or no way is known to both.
    :raises RelayTrouble: if it cannot say now.
    :raises ConnectionEnded: if it says nothing more.
    """
    transport = connection.dialogue.transport
    if transport is None or transport.get_extra_info("sslcontext") is None:
        raise RelayRejection(_("no log-in without encryption"), stage=Stage.AUTH)
    try:
        reply = await _answer_to_login(connection, address)
    except ConnectionEnded as end:
        raise ConnectionEnded(_concealing(address, str(end))) from None
    if not reply.is_positive:
        raise_for(Stage.AUTH, _without_quotes(reply, address))


async def _answer_to_login(connection: SmtpConnection, address: RelayAddress) -> Reply:
    offered = connection.extensions.get("AUTH", "").upper().split()
    if address.auth == XOAUTH2:
        return await _auth_xoauth2(connection, address, offered)
    if "PLAIN" in offered:
        secret = _base64(_plain(address))
        return await connection.command(b"AUTH PLAIN " + secret + b"\r\n")
    if "LOGIN" in offered:
        return await _auth_login(connection, address)
    raise RelayRejection(
        _("the relay offers no way to log in that we know"), stage=Stage.AUTH
    )


async def _auth_xoauth2(
    connection: SmtpConnection, address: RelayAddress, offered: list[str]
) -> Reply:
    """Log in with an access token, as Google and Microsoft document it."""
    if "XOAUTH2" not in offered:
        raise RelayRejection(
            _("the relay offers no log-in with an access token (XOAUTH2)"),
            stage=Stage.AUTH,
        )
    secret = _base64(_bearer(address))
    reply = await connection.command(b"AUTH XOAUTH2 " + secret + b"\r\n")
    if reply.code == CHALLENGE:
        # It holds the error in detail; the refusal itself comes after an empty line.
        reply = await connection.command(b"\r\n")
    return reply


async def _auth_login(connection: SmtpConnection, address: RelayAddress) -> Reply:
    reply = await connection.command(b"AUTH LOGIN\r\n")
    for secret in (address.user, address.password):
        if reply.code != CHALLENGE:
            break
        reply = await connection.command(_base64(secret) + b"\r\n")
    return reply


def _plain(address: RelayAddress) -> str:
    return f"\0{address.user}\0{address.password}"


def _bearer(address: RelayAddress) -> str:
    return f"user={address.user}\1auth=Bearer {address.password}\1\1"


def _without_quotes(reply: Reply, address: RelayAddress) -> Reply:
    """Many relays quote a command that they do not take; people read it, and logs."""
    lines = tuple(_concealing(address, line) for line in reply.lines)
    return replace(reply, text=_concealing(address, reply.text), lines=lines)


def _concealing(address: RelayAddress, text: str) -> str:
    """Conceal our password in any form in which we say it, also a piece of it."""
    if len(address.password) >= LEAST_QUOTED:
        text = text.replace(address.password, CONCEALED)
    ways = (_plain(address), _bearer(address), address.password)
    coded = [_base64(way).decode().rstrip("=").lower() for way in ways]
    said = [one for one in coded if len(one) >= LEAST_QUOTED]

    def concealed(found: re.Match[str]) -> str:
        word = found[0].lower()
        is_quoted = any(word in one or one in word for one in said)
        return CONCEALED if is_quoted else found[0]

    return _CODED.sub(concealed, text)


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def raise_for(stage: Stage, reply: Reply) -> None:
    """Say what a reply that is no consent means for the whole relay."""
    if judge(stage, reply) is Judgement.REJECTION:
        raise RelayRejection(str(reply), stage=stage, reply=reply)
    raise RelayTrouble(str(reply), stage=stage, reply=reply)
