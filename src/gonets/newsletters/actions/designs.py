"""Choosing how letters look."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from gonets.kernel import clock
from gonets.letters.gallery import DESIGNS, USUAL
from gonets.letters.models import LetterTemplate
from gonets.newsletters.actions.editing import begin_edition, changed_by
from gonets.newsletters.brands import BrandValues, checked_brand
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import BrandSettings, Issue, Newsletter
from gonets.newsletters.states import EDITABLE_STATES
from gonets.newsletters.types import Person


@transaction.atomic
def choose_design(issue_id: int, name: str, *, user: Person | None) -> None:
    """Render the issue's letter with another design; all its wording stays.

    "" is the newsletter's own.  Whether a released issue may still be changed is for
    ``gonets.publishing`` to say.

    :raises IssueMissing: if there is no such issue.
    """
    if begin_edition(issue_id, user=user) is None:
        raise IssueMissing
    Issue.objects.filter(pk=issue_id).update(template=name)


@transaction.atomic
def delete_template(template_id: int, *, user: Person | None) -> None:
    """Take an own template away from newsletters and issues; twice is the same.

    They get the design that it began as.  Issues that were sent keep theirs.
    """
    template = LetterTemplate.objects.get(pk=template_id)
    base = template.base if template.base in DESIGNS else USUAL.name
    Newsletter.objects.filter(template=template.name).update(template=base)
    chosen = Issue.objects.filter(template=template.name, state__in=EDITABLE_STATES)
    for issue_id in list(chosen.values_list("pk", flat=True)):
        choose_design(issue_id, base, user=user)
    LetterTemplate.objects.filter(pk=template_id, deleted_at=None).update(
        deleted_at=clock.now()
    )


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
