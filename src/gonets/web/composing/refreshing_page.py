"""What the page of refreshing shows, and what its form holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gonets.content.models import Picture
from gonets.newsletters import queries
from gonets.newsletters.differences import Difference, difference, readable
from gonets.newsletters.merging import (
    MergedField,
    Outcome,
    PictureWording,
    digest_of,
    replaced_from_json,
)
from gonets.newsletters.models import Issue
from gonets.newsletters.types import ComparedEntry, Pick
from gonets.newsletters.wording import LONGEST_LINE

LABELS = {
    MergedField.TITLE: _("Title"),
    MergedField.TEASER: _("Text"),
    MergedField.PICTURE: _("Picture"),
    MergedField.ADDRESS: _("Address of the page"),
}
MOST_PICKS = 2_000
SITES, OURS, EDITED = "site", "ours", "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNews:
    """How many materials of an issue the site says something new about."""

    changed: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedField:
    """A field before and after; of a picture, the pictures themselves."""

    field: MergedField
    label: str
    difference: Difference
    before: Picture | None = None
    after: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that both sides have changed: each beside what the site said before."""

    field: MergedField
    label: str
    seen: str
    site: ChangedField
    ours: ChangedField
    form: ConflictForm

    @property
    def name(self) -> str:
        return str(self.form.prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    compared: ComparedEntry
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedRow:
    compared: ComparedEntry
    fields: tuple[ChangedField, ...]


class ConflictForm(forms.Form):
    """What shall stand in the letter, and the text if it is neither side's."""

    choice = forms.ChoiceField(
        choices=[
            (SITES, _("Take the site's")),
            (OURS, _("Keep mine")),
            (EDITED, _("Write it anew")),
        ],
        required=False,
    )
    seen = forms.CharField(max_length=64)
    text = forms.CharField(required=False, strip=False)

    def __init__(self, *args: Any, field: MergedField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.fields["text"]
        text.label = LABELS[field]
        if field is MergedField.TEASER:
            text.widget = forms.Textarea(attrs={"data-rich-text": True, "rows": 5})
        else:
            longest = LONGEST_LINE.get(field.value)
            text.widget = forms.TextInput(attrs={"maxlength": longest})


def site_news(issue: Issue) -> SiteNews:
    compared = queries.compared_entries(issue.pk)
    return SiteNews(
        changed=sum(each.is_changed for each in compared),
        gone=sum(each.is_gone for each in compared),
    )


def refresh_context(
    issue: Issue, *, typed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the page shows; ``typed`` is what was posted and not saved."""
    compared = queries.compared_entries(issue.pk)
    pictures = _pictures(compared)
    waiting = [each for each in compared if each.fields(Outcome.TAKEN)]
    context = {
        "waiting": waiting,
        "conflicts": list(_conflict_rows(compared, pictures, typed)),
        "updated": list(_updated_rows(compared, pictures)),
        "gone": [each for each in compared if each.is_gone],
        "offered": queries.offered_materials(issue),
    }
    return {"issue": issue, "is_quiet": not any(context.values()), **context}


def posted_picks(posted: Mapping[str, str]) -> list[Pick]:
    """Return the fields for which something was picked; the others are left open."""
    names = [name for name in posted if name.endswith("-choice")][:MOST_PICKS]
    return [pick for name in names if (pick := _pick(posted, name[:-7])) is not None]


def _pick(posted: Mapping[str, str], prefix: str) -> Pick | None:
    entry_id, _dash, field = prefix.partition("-")
    choice = posted.get(f"{prefix}-choice", "")
    is_entry = entry_id.isascii() and entry_id.isdigit() and len(entry_id) < 19
    if not is_entry or field not in set(MergedField):
        return None
    if choice not in {SITES, OURS, EDITED}:
        return None
    is_text = choice == EDITED and field != MergedField.PICTURE
    return Pick(
        entry_id=int(entry_id),
        field=MergedField(field),
        seen=posted.get(f"{prefix}-seen", ""),
        takes_site=choice == SITES,
        text=posted.get(f"{prefix}-text", "") if is_text else None,
    )


Pictures = Mapping[int, Picture]


def _pictures(compared: list[ComparedEntry]) -> Pictures:
    wordings = [
        wording for each in compared for wording in (each.base, each.ours, each.site)
    ]
    ids = {wording.picture.picture_id for wording in wordings}
    for each in compared:
        replaced = each.entry.replaced.get(MergedField.PICTURE.value)
        if isinstance(replaced, dict):
            ids.add(replaced.get("picture"))
    return Picture.objects.in_bulk([pk for pk in ids if pk is not None])


def _conflict_rows(
    compared: list[ComparedEntry], pictures: Pictures, typed: Mapping[str, str] | None
) -> Iterator[ConflictRow]:
    for each in compared:
        fields = each.fields(Outcome.CONFLICT)
        if fields:
            conflicts = tuple(_conflict(each, f, pictures, typed) for f in fields)
            yield ConflictRow(compared=each, conflicts=conflicts)


def _conflict(
    compared: ComparedEntry,
    field: MergedField,
    pictures: Pictures,
    typed: Mapping[str, str] | None,
) -> Conflict:
    base, ours, site = (
        wording.of(field) for wording in (compared.base, compared.ours, compared.site)
    )
    prefix = f"{compared.entry.pk}-{field.value}"
    return Conflict(
        field=field,
        label=str(LABELS[field]),
        seen=digest_of(field, site),
        site=_changed_field(field, base, site, pictures),
        ours=_changed_field(field, base, ours, pictures),
        form=ConflictForm(
            typed,
            field=field,
            prefix=prefix,
            initial={"text": "" if isinstance(ours, PictureWording) else ours},
        ),
    )


def _updated_rows(
    compared: list[ComparedEntry], pictures: Pictures
) -> Iterator[UpdatedRow]:
    for each in compared:
        fields = [field for field in MergedField if each.is_replaceable(field)]
        if fields:
            changed = tuple(
                _changed_field(
                    field,
                    replaced_from_json(each.entry.replaced[field.value]),
                    each.ours.of(field),
                    pictures,
                )
                for field in fields
            )
            yield UpdatedRow(compared=each, fields=changed)


def _changed_field(
    field: MergedField,
    before: str | PictureWording,
    after: str | PictureWording,
    pictures: Pictures,
) -> ChangedField:
    return ChangedField(
        field=field,
        label=str(LABELS[field]),
        difference=difference(_words(field, before), _words(field, after)),
        before=_picture(before, pictures),
        after=_picture(after, pictures),
    )


def _words(field: MergedField, value: str | PictureWording) -> str:
    if isinstance(value, PictureWording):
        return value.alt
    return readable(value) if field is MergedField.TEASER else value


def _picture(value: str | PictureWording, pictures: Pictures) -> Picture | None:
    if isinstance(value, PictureWording) and value.picture_id is not None:
        return pictures.get(value.picture_id)
    return None
