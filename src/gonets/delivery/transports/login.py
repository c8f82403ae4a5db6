"""Logging in to a relay (RFC 4954); only ever inside TLS."""

from __future__ import annotations

import base64

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.errors import RelayRejection, RelayTrouble
from gonets.delivery.judgement import Judgement, judge
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import XOAUTH2, RelayAddress
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.delivery.types import Reply

CHALLENGE = 334


async def log_in(connection: SmtpConnection, address: RelayAddress) -> None:
    """Log in in the way that the address asks for, or in the best one offered.

    :raises RelayRejection: if the relay does not want us, or no way is known to both.
    :raises RelayTrouble: if it cannot say now.
    """
    transport = connection.dialogue.transport
    if transport is None or transport.get_extra_info("sslcontext") is None:
        raise RelayRejection(_("no log-in without encryption"), stage=Stage.AUTH)
    offered = connection.extensions.get("AUTH", "").upper().split()
    if address.auth == XOAUTH2:
        reply = await _auth_xoauth2(connection, address, offered)
    elif "PLAIN" in offered:
        secret = _base64(f"\0{address.user}\0{address.password}")
        reply = await connection.command(b"AUTH PLAIN " + secret + b"\r\n")
    elif "LOGIN" in offered:
        reply = await _auth_login(connection, address)
    else:
        raise RelayRejection(
            _("the relay offers no way to log in that we know"), stage=Stage.AUTH
        )
    if not reply.is_positive:
        raise_for(Stage.AUTH, reply)


async def _auth_xoauth2(
    connection: SmtpConnection, address: RelayAddress, offered: list[str]
) -> Reply:
    """Log in with an access token, as Google and Microsoft document it."""
    if "XOAUTH2" not in offered:
        raise RelayRejection(
            _("the relay offers no log-in with an access token (XOAUTH2)"),
            stage=Stage.AUTH,
        )
    secret = _base64(f"user={address.user}\1auth=Bearer {address.password}\1\1")
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


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def raise_for(stage: Stage, reply: Reply) -> None:
    """Say what a reply that is no consent means for the whole relay."""
    if judge(stage, reply) is Judgement.REJECTION:
        raise RelayRejection(str(reply), stage=stage, reply=reply)
    raise RelayTrouble(str(reply), stage=stage, reply=reply)
