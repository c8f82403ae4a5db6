"""Trying out a relay for the settings page: does it take us, and if not, why not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from gonets.delivery.causes import advise
from gonets.delivery.errors import BadRelayAddress, RelayFailure, RelayTrouble
from gonets.delivery.judgement import cause_of
from gonets.delivery.ports import Envelope
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import RelayAddress, parse_relay_address
from gonets.delivery.transports.dialogue import ConnectionEnded
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.types import Reply

PATIENCE = TimeLimits(connect=10, silence=5, command=20, data=20, dot=60)
"""Somebody is waiting in front of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayCheck:
    """``explanation`` is a sentence in the language of now; empty if all is well."""

    is_fine: bool
    explanation: str = ""
    extensions: tuple[str, ...] = ()
    is_encrypted: bool = False
    is_logged_in: bool = False


def check_relay(url: str, *, tls: ssl.SSLContext | None = None) -> RelayCheck:
    """Connect, secure, greet and log in, as for sending; no letter is sent."""
    try:
        address = parse_relay_address(url)
        extensions = asyncio.run(_try_out(address, tls))
    except BadRelayAddress as error:
        return RelayCheck(is_fine=False, explanation=str(error))
    except RelayFailure as failure:
        reason = advise(cause_of(failure), str(failure))
        return RelayCheck(is_fine=False, explanation=reason)
    return RelayCheck(
        is_fine=True,
        extensions=extensions,
        is_encrypted=address.security != "none",
        is_logged_in=bool(address.user),
    )


async def _try_out(
    address: RelayAddress, tls: ssl.SSLContext | None
) -> tuple[str, ...]:
    connection = await connect(address, limits=PATIENCE, tls=tls)
    await connection.quit()
    return tuple(connection.extensions)


def send_trials(
    url: str, envelopes: Sequence[Envelope], *, tls: ssl.SSLContext | None = None
) -> list[Reply]:
    """Send test letters one after another; nothing is recorded anywhere.

    :raises BadRelayAddress: if the address of the relay cannot be understood.
    :raises RelayFailure: if the relay takes no letters; says why.
    :raises LetterUnfit: if a letter cannot be sent at all.
    """
    return asyncio.run(_send(parse_relay_address(url), envelopes, tls))


async def _send(
    address: RelayAddress, envelopes: Sequence[Envelope], tls: ssl.SSLContext | None
) -> list[Reply]:
    connection = await connect(address, limits=PATIENCE, tls=tls)
    try:
        return [await _send_one(connection, envelope) for envelope in envelopes]
    except ConnectionEnded as end:
        raise RelayTrouble(str(end), stage=Stage.MAIL) from end
    finally:
        await connection.quit()


async def _send_one(connection: SmtpConnection, envelope: Envelope) -> Reply:
    parcel = connection.pack(envelope)
    answer = await connection.offer(parcel)
    if answer.must_close:
        connection.close()
    if not answer.is_open:
        return answer.reply
    connection.hand_over(parcel)
    return await connection.dot_reply()
