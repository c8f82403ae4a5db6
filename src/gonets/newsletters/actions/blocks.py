"""Blocks of an issue: put in, moved, doubled and taken out where they are seen.

Like wording, every change is saved onto an edition; but what has been sent keeps its
blocks and their order: only their words can be corrected.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from gonets.letters.kinds import BLOCKS, EntryKind
from gonets.newsletters.actions.editing import (
    begin_edition,
    check_edition,
    raise_closed,
)
from gonets.newsletters.actions.entries import store_order, take_out
from gonets.newsletters.actions.wording import check_html_writer, put_words
from gonets.newsletters.errors import BadWording, IssueClosed
from gonets.newsletters.models import Entry
from gonets.newsletters.ordering import moved, placed
from gonets.newsletters.states import EDITABLE_STATES
from gonets.newsletters.types import Above, Person
from gonets.newsletters.wording import checked_entry


@transaction.atomic
def add_block(
    issue_id: int,
    kind: str,
    words: Mapping[str, str],
    *,
    after: int | Above | None,
    edition: int,
    user: Person | None,
) -> Entry:
    """Put a block behind the entry of id ``after``, or above one; None means on top.

    ``words`` are those of ``wording.checked_entry``.

    :raises BadWording: if there is no such kind, or a word that cannot be saved.
    :raises IssueClosed: if the issue has been released.
    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if the issue was deleted.
    """
    if kind not in BLOCKS:
        raise BadWording("kind", _("There is no such block."))
    check_html_writer(kind, user)
    clean = checked_entry(words)
    _begin(issue_id, edition=edition, user=user)
    block = Entry(issue_id=issue_id, kind=kind, content=_beginning(kind), position=0)
    put_words(block, clean, user=user, field="{word}")
    _check_complete(block)
    return _stored(issue_id, block, after=after)


@transaction.atomic
def duplicate_block(
    issue_id: int, entry_id: int, *, edition: int, user: Person | None
) -> Entry:
    """Put the same block once more behind itself.

    :raises BadWording: if it is HTML code and this person may not write any.
    :raises IssueClosed: if there is no such block, or the issue has been released.
    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if the issue was deleted.
    """
    _begin(issue_id, edition=edition, user=user)
    block = Entry.objects.filter(issue=issue_id, pk=entry_id, kind__in=BLOCKS).first()
    if block is None:
        raise IssueClosed(_("This block is not in the letter any more."))
    check_html_writer(block.kind, user)
    block.pk = None
    # Another event: calendars must not take the copy for the same one.
    block.content = {**_beginning(block.kind), **block.content, **_new_identity(block)}
    return _stored(issue_id, block, after=entry_id)


@transaction.atomic
def move_entry(
    issue_id: int, entry_id: int, *, step: int, edition: int, user: Person | None
) -> None:
    """Move an entry a place up (-1) or down (1); see ``ordering.moved``.

    :raises IssueClosed: if the issue has been released.
    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if the issue was deleted.
    """
    _begin(issue_id, edition=edition, user=user)
    entries = list(Entry.objects.filter(issue=issue_id))
    store_order(moved(entries, entry_id, step=step))


@transaction.atomic
def take_entry_out(
    issue_id: int, entry_id: int, *, edition: int, user: Person | None
) -> None:
    """Take an entry out of the letter; taking it out again changes nothing.

    :raises IssueClosed: if the issue has been released.
    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if the issue was deleted.
    """
    _begin(issue_id, edition=edition, user=user)
    take_out(issue_id, [entry_id])


def _begin(issue_id: int, *, edition: int, user: Person | None) -> None:
    begun = begin_edition(
        issue_id, user=user, edition=edition, state__in=EDITABLE_STATES
    )
    if begun is None:
        check_edition(issue_id, edition)
        raise_closed(
            issue_id,
            _("This issue has been sent: only its words can still be changed."),
        )


def _new_identity(block: Entry) -> dict[str, str]:
    known = _beginning(block.kind)
    return {"uid": known["uid"]} if known else {}


def _beginning(kind: str) -> dict[str, str]:
    """Return the content that a new block of this kind has."""
    if kind != EntryKind.EVENT:
        return {}
    return {"uid": secrets.token_urlsafe(12), "time_zone": settings.TIME_ZONE}


def _check_complete(block: Entry) -> None:
    if block.kind == EntryKind.EVENT and not block.content.get("starts"):
        raise BadWording("starts", _("Say when it begins."))
    if block.kind == EntryKind.PICTURE and block.picture_id is None:
        raise BadWording("picture", _("Choose a picture."))


def _stored(issue_id: int, block: Entry, *, after: int | Above | None) -> Entry:
    others = list(Entry.objects.filter(issue=issue_id))
    ordered = placed(others, block, after=after)
    block.save()
    store_order(ordered)
    return block
