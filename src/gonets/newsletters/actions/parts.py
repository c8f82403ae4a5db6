"""The parts of an issue: what they are called, which are one, in which order."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.content.queries import section_ranks
from gonets.newsletters.actions.editing import change_issue
from gonets.newsletters.arranging import by_date, by_rank, joined
from gonets.newsletters.errors import PartMissing
from gonets.newsletters.models import Entry
from gonets.newsletters.types import Person
from gonets.newsletters.wording import checked_wording


@transaction.atomic
def rename_part(issue_id: int, part: int, *, heading: str, user: Person | None) -> None:
    """Give a part another heading in this issue; the site's section keeps its name.

    :raises BadWording: if this cannot be a heading.
    :raises PartMissing: if there is no such part any more.
    :raises IssueClosed: if the issue has been released.
    """
    wording = checked_wording({f"section.{part}.heading": heading})
    change_issue(issue_id, user=user)
    entries = Entry.objects.filter(issue=issue_id, part=part)
    if not entries.update(heading=wording.headings[part]):
        raise PartMissing(_("This part of the letter is gone."))


@transaction.atomic
def join_parts(issue_id: int, part: int, *, into: int, user: Person | None) -> None:
    """Put what stands in one part at the end of another, under its heading.

    :raises PartMissing: if one of them is not there any more.
    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    entries = list(Entry.objects.filter(issue=issue_id))
    if not {part, into} <= {entry.part for entry in entries}:
        raise PartMissing(_("This part of the letter is gone."))
    _store(joined(entries, part, into=into))


@transaction.atomic
def sort_by_date(
    issue_id: int,
    *,
    user: Person | None,
    newest_first: bool = True,
    part: int | None = None,
) -> None:
    """Sort what stands in each part, or in one, by the site's dates.

    What has no date keeps its place among the others.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    entries = list(Entry.objects.filter(issue=issue_id))
    dates = _dates(issue_id)
    _store(by_date(entries, dates, newest_first=newest_first, part=part))


@transaction.atomic
def sort_as_on_the_site(issue_id: int, *, user: Person | None) -> None:
    """Put the parts into the order that their sections have on the site.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    entries = list(Entry.objects.filter(issue=issue_id))
    _store(by_rank(entries, section_ranks()))


def _dates(issue_id: int) -> dict[int, datetime]:
    dated = Entry.objects.filter(issue=issue_id).exclude(material=None)
    return dict(dated.values_list("pk", "material__published_at"))


def _store(entries: list[Entry]) -> None:
    Entry.objects.bulk_update(entries, ["position", "part", "heading"])
