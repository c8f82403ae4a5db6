"""Taking over what the site changed since an issue was made, never an editor's words.

Also a released issue can be refreshed: whether that makes sense (a paused run) is for
``gonets.publishing`` to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction

from gonets.content.models import Picture
from gonets.newsletters.actions.editing import change_edition, check_edition
from gonets.newsletters.errors import ChangedOnSite
from gonets.newsletters.merging import (
    MergedField,
    Outcome,
    PictureWording,
    digest_of,
    replaced_as_json,
    replaced_from_json,
)
from gonets.newsletters.models import Entry
from gonets.newsletters.queries.refreshing import compared_entries
from gonets.newsletters.types import ComparedEntry, Person, Pick, Refreshment
from gonets.newsletters.wording import (
    check_material_title,
    checked_web_address,
    checked_wording,
)


@transaction.atomic
def refresh_from_site(
    issue_id: int, *, edition: int, user: Person | None
) -> Refreshment:
    """Take over what only the site has changed; what both have is left to the editor.

    Where there is nothing to take over, nothing is saved.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if the issue was deleted.
    """
    if not any(map(_has_news, compared_entries(issue_id))):
        check_edition(issue_id, edition)
        return _left(issue_id, edition=edition)
    saved = change_edition(issue_id, edition=edition, user=user)
    # Once more: only now is nobody else changing it.
    news = [each for each in compared_entries(issue_id) if _has_news(each)]
    _store(map(_refreshed, news))
    left = _left(issue_id, edition=saved)
    updated = sum(bool(each.fields(Outcome.TAKEN)) for each in news)
    return Refreshment(edition=saved, updated=updated, conflicts=left.conflicts)


@transaction.atomic
def pick_wordings(
    issue_id: int, picks: Collection[Pick], *, edition: int, user: Person | None
) -> int:
    """Settle fields that both sides had changed; return the new edition.

    A field that is none of these any more, or whose entry is gone, is passed over.

    :raises ChangedOnSite: if the site's wording is not the one that was seen.
    :raises BadWording: if a text cannot be saved, named ``entry.<id>.<field>``.
    :raises EditedMeanwhile: if the issue has another edition by now.
    """
    saved = change_edition(issue_id, edition=edition, user=user)
    compared = {each.entry.pk: each for each in compared_entries(issue_id)}
    settled: dict[int, Entry] = {}
    for pick in picks:
        beside = compared.get(pick.entry_id)
        if beside is not None and _is_open(beside, pick):
            _settle(beside, pick)
            settled[pick.entry_id] = beside.entry
    _store(settled.values())
    return saved


@transaction.atomic
def put_back(
    issue_id: int,
    entry_id: int,
    field: MergedField,
    *,
    edition: int,
    user: Person | None,
) -> int:
    """Undo a take-over of one field: what stood there before stands there again.

    It then counts as the editor's own wording.  If the field was changed since, or
    never taken over, it stays as it is.

    :raises EditedMeanwhile: if the issue has another edition by now.
    """
    saved = change_edition(issue_id, edition=edition, user=user)
    for each in compared_entries(issue_id):
        if each.entry.pk == entry_id and each.is_replaceable(field):
            before = each.entry.replaced.pop(field.value)
            _set_ours(each.entry, field, _existing(replaced_from_json(before)))
            _store([each.entry])
    return saved


@transaction.atomic
def take_out_gone(
    issue_id: int, entry_ids: Collection[int], *, edition: int, user: Person | None
) -> int:
    """Take entries out whose materials readers do not find on the site; count them.

    Others stay, whoever names them.

    :raises EditedMeanwhile: if the issue has another edition by now.
    """
    change_edition(issue_id, edition=edition, user=user)
    gone = {each.entry.pk for each in compared_entries(issue_id) if each.is_gone}
    taken = Entry.objects.filter(issue=issue_id, pk__in=gone & set(entry_ids))
    return taken.delete()[0]


def acknowledge_replaced(issue_id: int) -> None:
    """Forget what stood before the site's wordings: an editor has seen them."""
    Entry.objects.filter(issue=issue_id).exclude(replaced={}).update(replaced={})


def _has_news(compared: ComparedEntry) -> bool:
    return bool(compared.fields(Outcome.TAKEN, Outcome.AGREED))


def _left(issue_id: int, *, edition: int) -> Refreshment:
    conflicts = sum(
        bool(each.fields(Outcome.CONFLICT)) for each in compared_entries(issue_id)
    )
    return Refreshment(edition=edition, conflicts=conflicts)


def _refreshed(compared: ComparedEntry) -> Entry:
    entry = compared.entry
    for field in compared.fields(Outcome.TAKEN, Outcome.AGREED):
        merge = compared.merges[field]
        if merge.outcome == Outcome.TAKEN:
            entry.replaced[field.value] = replaced_as_json(compared.ours.of(field))
            _set_ours(entry, field, merge.value)
        _set_base(entry, field, merge.base)
    return entry


def _is_open(compared: ComparedEntry, pick: Pick) -> bool:
    if pick.field not in compared.fields(Outcome.CONFLICT):
        return False
    if digest_of(pick.field, compared.site.of(pick.field)) != pick.seen:
        raise ChangedOnSite(compared.entry.title)
    return True


def _settle(compared: ComparedEntry, pick: Pick) -> None:
    site = compared.site.of(pick.field)
    _set_base(compared.entry, pick.field, site)
    if pick.takes_site:
        _set_ours(compared.entry, pick.field, site)
    elif pick.text is not None:
        _set_ours(compared.entry, pick.field, _checked(pick, pick.text))


def _checked(pick: Pick, text: str) -> str:
    name = f"entry.{pick.entry_id}.{pick.field.value}"
    if pick.field is MergedField.ADDRESS:
        return checked_web_address(name, text)
    clean = checked_wording({name: text}).entries[pick.entry_id][pick.field.value]
    if pick.field is MergedField.TITLE:
        check_material_title(name, clean)
    return clean


def _existing(before: str | PictureWording) -> str | PictureWording:
    if isinstance(before, str) or before.picture_id is None:
        return before
    exists = Picture.objects.filter(pk=before.picture_id).exists()
    return before if exists else PictureWording()


def _set_ours(entry: Entry, field: MergedField, value: str | PictureWording) -> None:
    _set(entry, field, value, start="")


def _set_base(entry: Entry, field: MergedField, value: str | PictureWording) -> None:
    _set(entry, field, value, start="base_")


def _set(
    entry: Entry, field: MergedField, value: str | PictureWording, *, start: str
) -> None:
    if isinstance(value, PictureWording):
        setattr(entry, f"{start}picture_id", value.picture_id)
        setattr(entry, f"{start}picture_alt", value.alt)
    else:
        setattr(entry, f"{start}{field.value}", value)


def _store(entries: Iterable[Entry]) -> None:
    Entry.objects.bulk_update(
        entries,
        [
            *("title", "teaser", "address", "picture", "picture_alt"),
            *("base_title", "base_teaser", "base_address"),
            *("base_picture", "base_picture_alt", "replaced"),
        ],
    )
