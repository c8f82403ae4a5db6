"""Joining by a form that is open to the world: asked for, confirmed, forgotten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gonets.audience.actions.subscribing import request_subscription, subscribe
from gonets.audience.erasures import forget_erasure
from gonets.audience.errors import TooManySignUps
from gonets.audience.models import Readership, SignUp, Subscriber, Subscription
from gonets.audience.names import clean_name, search_text
from gonets.audience.queries import is_suppressed
from gonets.audience.sign_ups import WINDOW, Traffic, Verdict, network_of, verdict
from gonets.audience.states import ConsentKind, SubscriptionState
from gonets.audience.types import Evidence, SignUpRequest
from gonets.kernel import clock, tokens
from gonets.kernel.addresses import Address, parse_address

PURPOSE = "sign-up-network"
OPEN_FOR = timedelta(days=7)
KEPT = timedelta(days=90)
AT_A_TIME = 200


@transaction.atomic
def ask_to_join(
    request: SignUpRequest, *, readerships: Collection[Readership]
) -> SignUp | None:
    """Note what somebody asked for; nothing but one letter comes until they confirm.

    None if no letter is to be written: the address is blocked, or one is on its way.
    That is for us to know, not for whoever typed the address.

    :raises kernel.addresses.BadAddress: if nobody can be written to there.
    :raises BadName: if the name cannot be kept.
    :raises TooManySignUps: if they ask too often from where they are.
    """
    parsed = parse_address(request.address)
    name = clean_name(request.name)
    network = _network_hash(request.network)
    keys = [each.pk for each in readerships]
    decided = verdict(_traffic(parsed.key, keys, network))
    if decided is Verdict.TOO_MANY:
        raise TooManySignUps(_("Too many people sign up right now. Try again later."))
    if decided is Verdict.REPEATED or is_suppressed(parsed.key):
        return None
    person, is_new = _person(parsed)
    sign_up = SignUp.objects.create(
        subscriber=person,
        brought_person=is_new or _was_brought(person),
        name=name,
        page=request.page,
        words=request.words,
        language=request.language,
        network_hash=network,
        created_at=clock.now(),
    )
    sign_up.readerships.set(readerships)
    for readership_id in keys:
        request_subscription(subscriber_id=person.pk, readership_id=readership_id)
    return sign_up


@transaction.atomic
def confirm_sign_up(sign_up: SignUp, *, readerships: Collection[Readership]) -> None:
    """Subscribe the person to these of what they asked for.  Idempotent.

    :raises AddressSuppressed: if the address was blocked meanwhile.
    """
    if not readerships:
        return
    person = Subscriber.objects.select_for_update().get(pk=sign_up.subscriber_id)
    evidence = Evidence(kind=ConsentKind.READER, text=evidence_text(sign_up))
    forget_erasure(person.address_key)
    for readership in readerships:
        subscribe(
            subscriber_id=person.pk, readership_id=readership.pk, evidence=evidence
        )
    if sign_up.name and not person.name:
        person.name, person.changed_at = sign_up.name, clock.now()
        person.search_text = search_text(
            name=person.name, address=person.address, address_key=person.address_key
        )
        person.save(update_fields=["name", "search_text", "changed_at"])
    SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None).update(
        confirmed_at=clock.now()
    )


def evidence_text(sign_up: SignUp) -> str:
    """Say where and when it was asked for, and what was written there."""
    facts: Mapping[str, str] = {
        "when": f"{sign_up.created_at:%Y-%m-%d %H:%M} UTC",
        "page": sign_up.page or _("an unknown page"),
        "words": sign_up.words,
    }
    asked = _("Asked for on %(when)s at %(page)s.") % facts
    read = _("Written there: “%(words)s”") % facts if sign_up.words else ""
    confirmed = _("Confirmed from the mailbox, by the button behind a letter's link.")
    return "\n".join(filter(None, (asked, read, confirmed)))


def forget_sign_ups() -> None:
    """Forget what nobody confirmed, and whom only that brought here."""
    now = clock.now()
    SignUp.objects.filter(created_at__lt=now - WINDOW).exclude(network_hash="").update(
        network_hash=""
    )
    SignUp.objects.filter(confirmed_at__lt=now - KEPT).delete()
    old = SignUp.objects.filter(confirmed_at=None, created_at__lt=now - OPEN_FOR)
    for sign_up in list(old.order_by("pk")[:AT_A_TIME]):
        _forget(sign_up)


@transaction.atomic
def _forget(sign_up: SignUp) -> None:
    person_id = sign_up.subscriber_id
    others = SignUp.objects.filter(subscriber_id=person_id).exclude(pk=sign_up.pk)
    pending = Subscription.objects.filter(
        subscriber_id=person_id, state=SubscriptionState.PENDING
    )
    still_asked = others.filter(confirmed_at=None).values("readerships")
    pending.exclude(readership_id__in=still_asked).delete()
    sign_up.delete()
    if sign_up.brought_person and not others.exists():
        _strangers().filter(pk=person_id).delete()


def _strangers() -> QuerySet[Subscriber]:
    """Who gets nothing, and whom no editor has touched."""
    touched = Q(subscriptions__isnull=False) | ~Q(name="")
    return Subscriber.objects.exclude(touched)


def _person(parsed: Address) -> tuple[Subscriber, bool]:
    now = clock.now()
    described = {
        "address": parsed.spelling,
        "search_text": search_text(
            name="", address=parsed.spelling, address_key=parsed.key
        ),
        "created_at": now,
        "changed_at": now,
    }
    return Subscriber.objects.get_or_create(address_key=parsed.key, defaults=described)


def _was_brought(person: Subscriber) -> bool:
    earlier = SignUp.objects.filter(subscriber=person, brought_person=True)
    return earlier.filter(confirmed_at=None).exists()


def _traffic(address_key: str, readership_ids: list[int], network: str) -> Traffic:
    now = clock.now()
    recent = SignUp.objects.filter(created_at__gt=now - WINDOW)
    theirs = recent.filter(subscriber__address_key=address_key, confirmed_at=None)
    last = None
    for sign_up in theirs.order_by("-created_at").prefetch_related("readerships"):
        if {each.pk for each in sign_up.readerships.all()} == set(readership_ids):
            last = now - sign_up.created_at
            break
    return Traffic(
        last_of_address=last,
        of_address=recent.filter(subscriber__address_key=address_key).count(),
        of_network=recent.filter(network_hash=network).count() if network else 0,
        at_all=recent.count(),
    )


def _network_hash(remote_address: str) -> str:
    network = network_of(remote_address)
    return tokens.fingerprint(PURPOSE, network)[0] if network else ""
