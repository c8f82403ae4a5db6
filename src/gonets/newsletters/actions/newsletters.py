"""Making, changing and archiving newsletters."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

from django.db import transaction

from gonets.audience.models import Readership
from gonets.kernel import clock
from gonets.newsletters.models import Newsletter
from gonets.newsletters.settings import checked_settings
from gonets.newsletters.types import NewsletterSettings, Person


@transaction.atomic
def create_newsletter(
    settings: NewsletterSettings, *, user: Person | None = None
) -> Newsletter:
    """Make a newsletter and the readership that people will subscribe to.

    :raises BadSettings: naming every field that is wrong.
    """
    settings = checked_settings(settings)
    now = clock.now()
    readership = Readership.objects.create(key=secrets.token_hex(8), created_at=now)
    newsletter = Newsletter.objects.create(
        readership=readership,
        created_at=now,
        created_by_id=user.pk if user else None,
        **_columns(settings),
    )
    _choose_sources(newsletter, settings)
    return newsletter


@transaction.atomic
def edit_newsletter(newsletter_id: int, settings: NewsletterSettings) -> None:
    """Change the settings; issues already in preparation keep their wording.

    :raises BadSettings: naming every field that is wrong.
    """
    settings = checked_settings(settings)
    Newsletter.objects.filter(pk=newsletter_id).update(**_columns(settings))
    _choose_sources(Newsletter.objects.get(pk=newsletter_id), settings)


def archive_newsletter(newsletter_id: int) -> None:
    """Take the newsletter out of the list; nothing of it is lost."""
    Newsletter.objects.filter(pk=newsletter_id, archived_at=None).update(
        archived_at=clock.now()
    )


def unarchive_newsletter(newsletter_id: int) -> None:
    Newsletter.objects.filter(pk=newsletter_id).update(archived_at=None)


def _choose_sources(newsletter: Newsletter, settings: NewsletterSettings) -> None:
    newsletter.sections.set(settings.section_ids)
    newsletter.private_sources.set(settings.private_source_ids)


def _columns(settings: NewsletterSettings) -> dict[str, Any]:
    columns = asdict(settings)
    del columns["section_ids"], columns["private_source_ids"]
    return {**columns, "tags": list(settings.tags)}
