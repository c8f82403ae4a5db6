"""Fields of subscribers: made, called otherwise, taken away."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.audience.errors import BadField
from gonets.audience.fields import MAX_FIELDS, clean_label, field_name
from gonets.audience.models import Subscriber, SubscriberField
from gonets.kernel import clock

PORTION = 500
"""So many people lose a value in one short transaction."""


def add_field(label: str) -> SubscriberField:
    """Make a field, or return the one that letters would call the same.

    :raises BadField: if it cannot be called so, or there are too many.
    """
    (name,) = ensure_fields([label]).values()
    return SubscriberField.objects.get(name=name)


@transaction.atomic
def ensure_fields(labels: Iterable[str]) -> dict[str, str]:
    """Return the name of each field by its label, made where there is none yet.

    :raises BadField: if one cannot be called so, or there would be too many.
    """
    cleaned = {label: clean_label(label) for label in labels}
    names = {label: field_name(clean) for label, clean in cleaned.items()}
    known = set(SubscriberField.objects.values_list("name", flat=True))
    new = {names[label]: clean for label, clean in cleaned.items()}
    missing = {name: label for name, label in new.items() if name not in known}
    if missing and len(known) + len(missing) > MAX_FIELDS:
        raise BadField(
            _("There can be at most %(limit)d fields; remove one first.")
            % {"limit": MAX_FIELDS}
        )
    SubscriberField.objects.bulk_create(
        [
            SubscriberField(name=name, label=label, created_at=clock.now())
            for name, label in missing.items()
        ],
        ignore_conflicts=True,  # Somebody else makes the same one this very moment.
    )
    return names


def rename_field(field_id: int, label: str) -> None:
    """Call a field otherwise; letters go on calling it as they did.

    :raises BadField: if it cannot be called so.
    """
    SubscriberField.objects.filter(pk=field_id).update(label=clean_label(label))


def remove_field(field_id: int) -> None:
    """Take a field away, with what everybody has in it.  Idempotent.

    In short transactions; a field that is cut short in it can be removed again.
    """
    field = SubscriberField.objects.filter(pk=field_id).first()
    if field is None:
        return
    _take_from_all(field.name)
    field.delete()
    _take_from_all(field.name)  # What came in meanwhile.


def _take_from_all(name: str) -> None:
    while _take_from_some(name):
        pass


@transaction.atomic
def _take_from_some(name: str) -> int:
    """Return from how many people it was taken; somebody may be editing them."""
    holders = Subscriber.objects.select_for_update().filter(fields__has_key=name)
    portion = list(holders.order_by("pk").only("fields")[:PORTION])
    for person in portion:
        del person.fields[name]
    Subscriber.objects.bulk_update(portion, ["fields"])
    return len(portion)
