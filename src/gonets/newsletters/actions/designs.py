"""Choosing how letters look."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from gonets.newsletters.actions.editing import changed_by
from gonets.newsletters.brands import BrandValues, checked_brand
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import BrandSettings, Issue, Newsletter
from gonets.newsletters.types import Person


def choose_design(issue_id: int, name: str, *, user: Person | None) -> None:
    """Render the issue's letter with another design; all its wording stays.

    "" is the newsletter's own.  Whether a released issue may still be changed is for
    ``gonets.publishing`` to say.

    :raises IssueMissing: if there is no such issue.
    """
    if not Issue.objects.filter(pk=issue_id).update(
        template=name, edition=F("edition") + 1, **changed_by(user)
    ):
        raise IssueMissing


@transaction.atomic
def change_brand(
    newsletter_id: int | None, values: BrandValues, *, user: Person | None
) -> BrandSettings:
    """Store the brand of a newsletter, or of the whole site.

    Letters that were released keep the one that they had.

    :raises BadBrand: naming every field that is wrong.
    """
    columns: dict[str, Any] = {**checked_brand(values), **changed_by(user)}
    newsletter = newsletter_id and Newsletter.objects.get(pk=newsletter_id)
    row, _is_new = BrandSettings.objects.update_or_create(
        newsletter=newsletter or None, defaults=columns
    )
    return row


def forget_brand(newsletter_id: int) -> None:
    """Let the newsletter's letters look as the site's brand says."""
    BrandSettings.objects.filter(newsletter=newsletter_id).delete()
