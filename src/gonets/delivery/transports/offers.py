"""Asking a relay what it offers, without giving it any letter."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from gonets.delivery.transports.addresses import RelayAddress, parse_relay_address
from gonets.delivery.transports.check import PATIENCE
from gonets.delivery.transports.opening import connect
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOffers:
    """``extensions`` as EHLO names them, with what stands behind each."""

    extensions: Mapping[str, str]
    round_trip_seconds: float


def ask_relay(url: str, *, tls: ssl.SSLContext | None = None) -> RelayOffers:
    """Connect, secure, greet, log in and take leave, as for sending.

    :raises BadRelayAddress: if the address of the relay cannot be understood.
    :raises RelayFailure: if the relay does not take us; says why.
    """
    return asyncio.run(_ask(parse_relay_address(url), tls))


async def _ask(address: RelayAddress, tls: ssl.SSLContext | None) -> RelayOffers:
    connection = await connect(address, limits=PATIENCE, tls=tls)
    extensions = dict(connection.extensions)
    asked_at = clock.monotonic()
    await connection.quit()
    return RelayOffers(
        extensions=extensions, round_trip_seconds=clock.monotonic() - asked_at
    )
