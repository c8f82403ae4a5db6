"""What a rehearsal knows of the relay that the real sending would use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from gonets.delivery.errors import BadRelayAddress, RelayFailure
from gonets.delivery.fence import is_fenced
from gonets.delivery.judgement import cause_of
from gonets.delivery.states import PauseCause
from gonets.delivery.trials import EVERYTHING, RelayOffers, ask_relay
from gonets.publishing.errors import RelayMissing
from gonets.publishing.relays import relay_in_use
from gonets.publishing.types import RelayInUse


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFacts:
    """``offers`` is None if nobody could be asked; then ``cause`` may say why."""

    host: str = ""  # "" if no relay is set up
    is_mailbox: bool = False
    letters_per_second: float | None = None
    connections: int = 1
    offers: Mapping[str, str] | None = None
    round_trip_seconds: float | None = None
    cause: str = ""  # a ``PauseCause``
    answer: str = ""

    @property
    def offered(self) -> Mapping[str, str]:
        """What letters are made for; if nobody could be asked, nothing is missing."""
        return EVERYTHING if self.offers is None else self.offers

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RelayFacts:
        return cls(**stored)


def relay_facts() -> RelayFacts:
    """Ask the relay in use what it offers; it is given no letter."""
    try:
        relay = relay_in_use()
    except RelayMissing:
        return RelayFacts()
    if is_fenced():
        return _facts(relay)  # A copied database leaves the world alone.
    try:
        return _facts(relay, ask_relay(relay.url))
    except BadRelayAddress as error:
        return _facts(relay, cause=PauseCause.RELAY_ADDRESS, answer=str(error))
    except RelayFailure as failure:
        return _facts(relay, cause=cause_of(failure), answer=str(failure))


def _facts(
    relay: RelayInUse,
    offers: RelayOffers | None = None,
    *,
    cause: PauseCause | None = None,
    answer: str = "",
) -> RelayFacts:
    return RelayFacts(
        host=urlsplit(relay.url).hostname or "",
        is_mailbox=relay.is_mailbox,
        letters_per_second=relay.letters_per_second,
        connections=relay.connections,
        offers=dict(offers.extensions) if offers else None,
        round_trip_seconds=offers.round_trip_seconds if offers else None,
        cause=cause.value if cause else "",
        answer=answer[:500],
    )
