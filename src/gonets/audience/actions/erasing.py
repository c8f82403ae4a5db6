"""Deleting a person for good."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from gonets.audience.erasures import remember_erasure
from gonets.audience.models import ImportRefusal, Subscriber, Suppression
from gonets.audience.ports import stop_port


@transaction.atomic
def erase_subscriber(subscriber_id: int) -> None:
    """Delete a person and all that is known of them.  Erasing twice does nothing.

    Only a keyed hash stays, so that no import brings them back.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is None:
        return
    address_key = subscriber.address_key
    stop_port().erase(address_key=address_key)
    remember_erasure(address_key)
    Suppression.objects.filter(address_key=address_key).delete()
    _erase_from_reports(subscriber)
    subscriber.delete()


def _erase_from_reports(subscriber: Subscriber) -> None:
    """Reports of imports quote lines of files; theirs must go as well."""
    for spelling in {subscriber.address, subscriber.address_key}:
        ImportRefusal.objects.filter(
            Q(text__icontains=spelling) | Q(detail__icontains=spelling)
        ).delete()
