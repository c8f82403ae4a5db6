"""The domains that letters are sent from, as administrators see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gonets.kernel.addresses import BadAddress, parse_address
from gonets.newsletters.models import Newsletter
from gonets.publishing.models import RelaySignedDomain, SigningKey
from gonets.publishing.states import RecordState

RECORD_WRONG = {RecordState.MISSING, RecordState.DIFFERENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningDomain:
    """A domain that letters are sent from, and what is there to sign them."""

    domain: str  # as A-labels
    spelling: str  # as people write it
    newsletters: tuple[str, ...]
    keys: tuple[SigningKey, ...]
    relay_signs: bool

    @property
    def key_in_use(self) -> SigningKey | None:
        return next((key for key in self.keys if key.is_in_use), None)

    @property
    def is_in_doubt(self) -> bool:
        """Whether letters are signed with a key that DNS did not have."""
        key = self.key_in_use
        return key is not None and key.record_state in RECORD_WRONG

    @property
    def has_spare_key(self) -> bool:
        return any(not key.is_in_use for key in self.keys)


def signing_domains() -> list[SigningDomain]:
    """Return the domains that newsletters are sent from, and those that have keys."""
    keys: dict[str, list[SigningKey]] = defaultdict(list)
    for key in SigningKey.objects.order_by("-is_in_use", "-pk"):
        keys[key.domain].append(key)
    senders = _senders(Newsletter.objects.filter(archived_at=None).order_by("title"))
    by_relay = set(RelaySignedDomain.objects.values_list("domain", flat=True))
    return [
        SigningDomain(
            domain=domain,
            spelling=senders[domain][0] if domain in senders else domain,
            newsletters=tuple(senders[domain][1]) if domain in senders else (),
            keys=tuple(keys.get(domain, ())),
            relay_signs=domain in by_relay,
        )
        for domain in sorted({*senders, *keys})
    ]


def _senders(
    newsletters: Iterable[Newsletter],
) -> dict[str, tuple[str, list[str]]]:
    """Return for each domain how it is written, and who is sent from it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for newsletter in newsletters:
        try:
            address = parse_address(newsletter.sender_address)
        except BadAddress:
            continue
        domain = address.key.rpartition("@")[2]
        spelling = address.spelling.rpartition("@")[2]
        found.setdefault(domain, (spelling, []))[1].append(newsletter.title)
    return found
