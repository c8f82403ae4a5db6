"""Being told by a hub as soon as a feed has something new (WebSub, W3C 2018).

We ask the hub that a feed names; it asks back whether that was us, and from then on
posts the feed's new entries to an address that only the two of us know, signed with a
secret of ours.  Whatever a hub does or fails to do, the feed is fetched as well.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet

from gonets.content.arrivals import note_arrival, want_soon
from gonets.content.asking import (
    access_to,
    connector_of,
    site_guard,
    told_plainly,
)
from gonets.content.connectors.base import Wish
from gonets.content.errors import SourceUnreadable
from gonets.content.intake import take_over
from gonets.content.models import HubSubscription, Source
from gonets.content.states import HubState
from gonets.kernel import clock, http
from gonets.kernel.html import storable
from gonets.kernel.sealing import CannotUnseal, seal, unseal

logger = logging.getLogger(__name__)

PURPOSE = "websub"
LEASE = timedelta(days=10)
SHORTEST_LEASE = timedelta(hours=1)
LONGEST_LEASE = timedelta(days=90)
RENEW_BEFORE = timedelta(days=1)
ASK_AGAIN_AFTER = timedelta(hours=6)
AT_ONCE = 10
DIGESTS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}


def renew_subscriptions(callback_address: Callable[[str], str]) -> int:
    """Ask the hubs of feeds that offer one, and again before a lease ends.

    ``callback_address`` makes the address for a token that hubs can reach.
    """
    count = 0
    for source in _to_be_asked():
        if _ask(_subscription(source), callback_address):
            count += 1
    return count


def confirm(token: str, *, mode: str, topic: str, lease_seconds: str) -> bool:
    """Answer a hub that asks whether it was us; False if it was not."""
    subscription = _named(token).filter(topic=storable(topic)).first()
    if subscription is None or mode not in {"subscribe", "denied"}:
        return False
    if mode == "denied":
        _set(subscription, state=HubState.DENIED, lease_until=None)
        return True
    if subscription.state == HubState.DENIED:
        return False
    lease_until = clock.now() + _lease(lease_seconds)
    return _set(subscription, state=HubState.ACTIVE, lease_until=lease_until)


def receive(token: str, *, content: bytes, signature: str) -> bool | None:
    """Take over what a hub posts; None: unknown address; False: not signed by it."""
    subscription = _named(token).select_related("source").first()
    if subscription is None:
        return None
    if not _is_signed(subscription, content, signature):
        return False
    if not subscription.source.is_paused:
        _take(subscription.source, content)
    return True


def _named(token: str) -> QuerySet[HubSubscription]:
    """Return the subscription of that token; strangers may ask for anything."""
    return HubSubscription.objects.filter(token=storable(token))


def ask_instead(token: str) -> bool:
    """Fetch the feed of a subscription soon: what its hub posts is too large."""
    subscription = _named(token).first()
    if subscription is None:
        return False
    want_soon(subscription.source_id)
    return True


def _take(source: Source, content: bytes) -> None:
    """Store the entries; should anything be wrong with them, the feed is fetched."""
    try:
        connector = connector_of(source.kind)
        access = replace(access_to(source), file=content, memory={})
        with told_plainly():
            reading = connector.materials(access, Wish())
    except SourceUnreadable:
        want_soon(source.pk)
        return
    note_arrival(source.pk, take_over(source, reading))


def _to_be_asked() -> list[Source]:
    """Return sources whose hub is to be asked now, a few of them."""
    offering = Source.objects.filter(memory__hub__isnull=False, is_paused=False)
    now = clock.now()
    due = (
        source
        for source in offering.select_related("hub").order_by("pk")
        if _is_due(source, now)
    )
    return list(islice(due, AT_ONCE))


def _is_due(source: Source, now: datetime) -> bool:
    known: HubSubscription | None = getattr(source, "hub", None)
    if known is None or (known.hub, known.topic) != _offer(source):
        return True
    if known.asked_at and now - known.asked_at < ASK_AGAIN_AFTER:
        return False
    if known.state == HubState.ACTIVE and known.lease_until:
        return known.lease_until - now < RENEW_BEFORE
    return known.state == HubState.ASKED


def _offer(source: Source) -> tuple[str, str]:
    """Return the hub of a feed, and by what address the hub knows it."""
    return str(source.memory["hub"])[:2000], str(source.memory.get("topic", ""))[:2000]


def _subscription(source: Source) -> HubSubscription:
    """Return the subscription of a source, as its feed wants it now."""
    hub, topic = _offer(source)
    known = HubSubscription.objects.filter(source=source).first()
    if known is not None and (known.hub, known.topic) == (hub, topic):
        return known
    HubSubscription.objects.filter(source=source).delete()
    return HubSubscription.objects.create(
        source=source,
        hub=hub,
        topic=topic,
        token=secrets.token_urlsafe(32),
        secret=seal(PURPOSE, secrets.token_urlsafe(32).encode()),
    )


def _ask(subscription: HubSubscription, callback_address: Callable[[str], str]) -> bool:
    _set(subscription, asked_at=clock.now())
    wish = {
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic,
        "hub.callback": callback_address(subscription.token),
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
        "hub.secret": _secret(subscription),
    }
    try:
        http.post_form(subscription.hub, wish, guard=site_guard())
    except http.HttpError as error:
        logger.info("The hub of source %s: %s", subscription.source_id, error)
        return False
    return True


def _set(subscription: HubSubscription, **columns: object) -> bool:
    return bool(HubSubscription.objects.filter(pk=subscription.pk).update(**columns))


def _lease(seconds: str) -> timedelta:
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    told = timedelta(seconds=int(seconds)) if is_number else LEASE
    return min(max(told, SHORTEST_LEASE), LONGEST_LEASE)


def _secret(subscription: HubSubscription) -> str:
    try:
        return unseal(PURPOSE, subscription.secret).decode()
    except CannotUnseal:
        # Sealed under a key that is gone: a new one is agreed upon.
        secret = secrets.token_urlsafe(32)
        _set(subscription, secret=seal(PURPOSE, secret.encode()))
        return secret


def _is_signed(subscription: HubSubscription, content: bytes, signature: str) -> bool:
    method, _equals, told = signature.strip().partition("=")
    digest = DIGESTS.get(method.lower())
    if digest is None:
        return False
    try:
        secret = unseal(PURPOSE, subscription.secret)
    except CannotUnseal:
        return False
    expected = hmac.new(secret, content, digest).hexdigest()
    return hmac.compare_digest(expected.encode(), told.strip().lower().encode())
