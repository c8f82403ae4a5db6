"""Asking for looks at a letter's links and its sender's domain; nothing is fetched."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from gonets.kernel import clock
from gonets.kernel.addresses import BadAddress
from gonets.letters.specimens import specimen_of
from gonets.publishing.contents import content_now
from gonets.publishing.preflight.addresses import (
    MOST_LINKS,
    digest,
    host_of,
    is_for_examples,
    web_addresses,
)
from gonets.publishing.preflight.models import DomainLook, LinkLook
from gonets.publishing.preflight.states import LookState
from gonets.publishing.relays import letters_leave
from gonets.publishing.signing import sender_domain

FINE_FOR = timedelta(hours=12)
TROUBLE_FOR = timedelta(minutes=30)
"""Sites recover; a look is worth repeating before the letter goes."""


def want_looks(issue_id: int, *, again: bool = False) -> int:
    """Note what of the issue's letter should be looked at; return how much waits.

    What was looked at lately is not, unless it is wanted ``again``.

    :raises SenderMissing: if there is nobody to send the letter as.
    """
    content = content_now(issue_id)
    addresses = web_addresses(specimen_of(content))[:MOST_LINKS]
    wanted = [each for each in addresses if not is_for_examples(host_of(each))]
    _add(wanted)
    _renew(wanted, again=again)
    if content.sender_address and letters_leave():
        _want_domain(content.sender_address, again=again)
    digests = list(map(digest, wanted))
    waiting = LinkLook.objects.filter(state=LookState.WAITING, sha256__in=digests)
    return waiting.count()


def _add(addresses: list[str]) -> None:
    now = clock.now()
    LinkLook.objects.bulk_create(
        (
            LinkLook(
                sha256=digest(address),
                address=address,
                host=host_of(address),
                wanted_at=now,
            )
            for address in addresses
        ),
        ignore_conflicts=True,
    )


def _renew(addresses: list[str], *, again: bool) -> None:
    now = clock.now()
    known = LinkLook.objects.filter(sha256__in=list(map(digest, addresses)))
    is_fine = Q(state=LookState.FINE)
    stale = (is_fine & Q(looked_at__lt=now - FINE_FOR)) | (
        ~is_fine & Q(looked_at__lt=now - TROUBLE_FOR)
    )
    # A look that was wanted and is still fresh would only annoy the site.
    old = known.exclude(state=LookState.WAITING)
    (old if again else old.filter(stale)).update(
        state=LookState.WAITING, wanted_at=now, taken_until=None
    )


def _want_domain(sender: str, *, again: bool) -> None:
    try:
        domain = sender_domain(sender)
    except BadAddress:
        return
    now = clock.now()
    look, is_new = DomainLook.objects.get_or_create(
        domain=domain, defaults={"wanted_at": now}
    )
    is_stale = look.looked_at is not None and look.looked_at < now - TROUBLE_FOR
    if not is_new and (again or is_stale):
        DomainLook.objects.filter(pk=look.pk).update(wanted_at=now)
