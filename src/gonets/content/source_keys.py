"""The key that lets a program act for one source: made, shown once, replaced."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from gonets.content.models import Source, SourceKey
from gonets.kernel import clock
from gonets.kernel.sealing import seal, unseal

PURPOSE = "source-key"
PREFIX = "gonets_"
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make_key(source_id: int) -> str:
    """Return a new key of the source; the one before it opens nothing any more."""
    key = PREFIX + secrets.token_urlsafe(32)
    SourceKey.objects.update_or_create(
        source_id=source_id,
        defaults={
            "digest": _digest(key),
            "sealed": seal(PURPOSE, key.encode()),
            "made_at": clock.now(),
            "used_at": None,
        },
    )
    return key


def withdraw_key(source_id: int) -> None:
    """Let nobody act for the source any more."""
    SourceKey.objects.filter(source=source_id).delete()


def source_of_key(key: str) -> Source | None:
    """Return the source that the key is of, and note that it was used."""
    known = (
        SourceKey.objects.select_related("source").filter(digest=_digest(key)).first()
    )
    if known is None:
        return None
    note_use(known)
    return known.source


def note_use(key: SourceKey) -> None:
    now = clock.now()
    if key.used_at is None or now - key.used_at > USE_NOTED_EVERY:
        SourceKey.objects.filter(pk=key.pk).update(used_at=now)


def opened_key(key: SourceKey) -> str:
    """Return the key itself, for checking signatures made with it.

    :raises gonets.kernel.sealing.CannotUnseal: if the site's secret key is another now.
    """
    return unseal(PURPOSE, key.sealed).decode()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
