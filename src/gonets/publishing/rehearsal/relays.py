"""What a rehearsal knows of the relays that the real sending would use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from gonets.delivery.errors import BadRelayAddress, RelayFailure
from gonets.delivery.fence import is_fenced
from gonets.delivery.judgement import cause_of
from gonets.delivery.states import PauseCause
from gonets.delivery.trials import EVERYTHING, RelayOffers, ask_relay
from gonets.publishing.errors import RelayMissing
from gonets.publishing.relays import joint_rate, relays_in_use
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
    """Ask the relays in use what they offer; they are given no letter."""
    try:
        relays = relays_in_use()
    except RelayMissing:
        return RelayFacts()
    if is_fenced():
        # A copied database leaves the world alone.
        facts = together([_facts(relay) for relay in relays])
    else:
        facts = together([_asked(relay) for relay in relays])
    return replace(facts, letters_per_second=joint_rate(relays))


def together(relays: Sequence[RelayFacts]) -> RelayFacts:
    """Return what can be said of relays that share a sending.

    Any of them may get any letter: what not all of them offer is offered by none.
    """
    if len(relays) == 1:
        return relays[0]
    limits = [relay.letters_per_second for relay in relays]
    asked = [relay for relay in relays if relay.offers is not None]
    ways = [relay.round_trip_seconds or 0.0 for relay in asked]
    in_trouble = next((relay for relay in relays if relay.cause), RelayFacts())
    return RelayFacts(
        host=", ".join(relay.host for relay in relays),
        is_mailbox=all(relay.is_mailbox for relay in relays),
        letters_per_second=sum(filter(None, limits)) if all(limits) else None,
        connections=sum(relay.connections for relay in relays),
        offers=_common([relay.offers or {} for relay in asked]) if asked else None,
        round_trip_seconds=max(ways) if asked else None,
        cause=in_trouble.cause,
        answer=in_trouble.answer,
    )


def _common(offers: Sequence[Mapping[str, str]]) -> dict[str, str]:
    names = set.intersection(*(set(each) for each in offers))
    common = {name: offers[0][name] for name in sorted(names)}
    # "SIZE" is no limit without a number, and one even if only one relay has it.
    sizes = [each.get("SIZE", "") for each in offers]
    limits = [int(size) for size in sizes if size.isdigit() and int(size)]
    return {**common, "SIZE": str(min(limits))} if limits else common


def _asked(relay: RelayInUse) -> RelayFacts:
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
