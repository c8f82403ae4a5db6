"""Making, switching and deleting the keys that sign letters."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.delivery.models import Run
from gonets.delivery.states import UNFINISHED_RUNS
from gonets.kernel import clock
from gonets.newsletters.types import Person
from gonets.publishing.errors import KeyNeeded, KeyWaiting
from gonets.publishing.models import RelaySignedDomain, SigningKey
from gonets.publishing.signing import new_pair, record_state, signer_of
from gonets.publishing.states import RecordState


def make_signing_key(domain: str, *, user: Person | None) -> SigningKey:
    """Make a key for letters from ``domain``; it signs once it is switched on.

    :raises KeyWaiting: if a key of this domain is not in use: one is enough.
    """
    if SigningKey.objects.filter(domain=domain, is_in_use=False).exists():
        raise KeyWaiting
    pair = new_pair()
    now = clock.now()
    return SigningKey.objects.create(
        domain=domain,
        # A name of its own: DNS caches may hold what stood under an earlier one.
        selector=f"gonets-{now:%Y%m}-{secrets.token_hex(3)}",
        public_key=pair.public,
        sealed_private_key=pair.sealed,
        created_at=now,
        created_by_id=user.pk if user else None,
    )


def check_record(key_id: int) -> RecordState:
    """Ask DNS for the public half, and keep the answer.

    :raises DnsSilent: if there was none.
    """
    state = record_state(SigningKey.objects.get(pk=key_id))
    SigningKey.objects.filter(pk=key_id).update(
        record_state=state, record_checked_at=clock.now()
    )
    return state


def switch_signing_on(key_id: int) -> None:
    """Sign the letters of later runs with this key instead of another of its domain.

    :raises KeyUnreadable: if the key cannot be opened.
    """
    key = SigningKey.objects.get(pk=key_id)
    signer_of(key)
    with transaction.atomic():
        others = SigningKey.objects.filter(domain=key.domain).exclude(pk=key_id)
        others.filter(is_in_use=True).update(is_in_use=False)
        SigningKey.objects.filter(pk=key_id).update(is_in_use=True)


def switch_signing_off(key_id: int) -> None:
    """Sign no letters of later runs with this key."""
    SigningKey.objects.filter(pk=key_id).update(is_in_use=False)


def delete_signing_key(key_id: int) -> None:
    """Forget the key for good; for one that is gone already it does nothing.

    :raises KeyNeeded: if it is in use, or an unfinished run is signed with it.
    """
    with transaction.atomic():
        key = SigningKey.objects.filter(pk=key_id).first()
        if key is None:
            return
        _check_not_needed(key)
        SigningKey.objects.filter(pk=key_id, is_in_use=False).delete()


def _check_not_needed(key: SigningKey) -> None:
    if key.is_in_use:
        raise KeyNeeded(_("The key is in use. Switch signing off first."))
    signed = Run.objects.filter(letter_ref__endswith=f"-{key.selector}")
    if signed.filter(status__in=UNFINISHED_RUNS).exists():
        raise KeyNeeded(
            _("A sending that has not ended is signed with this key. Wait for its end.")
        )


def leave_signing_to_relay(domain: str, *, user: Person | None) -> None:
    """Note that the mail server signs letters of ``domain``: nobody need be warned."""
    RelaySignedDomain.objects.get_or_create(
        domain=domain,
        defaults={"said_at": clock.now(), "said_by_id": user.pk if user else None},
    )


def take_signing_from_relay(domain: str) -> None:
    """Note that the mail server does not sign letters of ``domain`` after all."""
    RelaySignedDomain.objects.filter(domain=domain).delete()
