"""The materials of the issue: can readers see them, are they new, are they over?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonets.content.models import Material
from gonets.content.states import Visibility
from gonets.kernel import clock
from gonets.letters.problems import Goal, Level, Problem
from gonets.letters.types import EventContent
from gonets.newsletters.models import Entry, MaterialUse, Newsletter
from gonets.newsletters.queries import is_let_into
from gonets.publishing.preflight.dossiers import Check, Dossier


def unseen_materials(dossier: Dossier) -> Iterator[Problem]:
    for entry in _entries(dossier):
        material = entry.material
        if material is not None and not material.is_published:
            yield _about(entry, "material-unpublished")
        elif material is not None and material.is_private:
            yield from _about_private(entry, material, dossier.issue.newsletter)


def _about_private(
    entry: Entry, material: Material, newsletter: Newsletter
) -> Iterator[Problem]:
    """What only some may see blocks; what the site took down may go, with a reason."""
    if material.visibility == Visibility.WITHDRAWN:
        yield replace(
            _about(entry, "material-withdrawn"), level=Level.BLOCKING, may_pass=True
        )
    elif not is_let_into(newsletter, material):
        code = "material-private-closed" if newsletter.is_closed else "material-private"
        yield replace(_about(entry, code), level=Level.BLOCKING)


def links_to_unseen(dossier: Dossier) -> Iterator[Problem]:
    """Links in texts to pages of ours that readers cannot open."""
    own = {entry.address for entry in _entries(dossier)}
    links = {
        link.address: link
        for link in dossier.specimen.page.links
        if link.address not in own
    }
    hidden = Material.objects.exclude(is_published=True, visibility=Visibility.PUBLIC)
    for address in hidden.filter(address__in=list(links)[:500]).values_list(
        "address", flat=True
    ):
        yield Problem(
            level=Level.WARNING,
            code="link-unpublished",
            text=_("“%(text)s” leads to a page that readers cannot open.")
            % {"text": links[address].text[:60] or address[:60]},
            why=_("It is not published on the site, or not for everybody."),
            fix=_("Publish the page first, or take the link out."),
            field=links[address].field,
        )


def repeated(dossier: Dossier) -> Iterator[Problem]:
    entries = _entries(dossier)
    counts = Counter(entry.address for entry in entries if entry.address)
    seen: set[str] = set()
    for entry in entries:
        if counts[entry.address] > 1 and entry.address in seen:
            yield _about(entry, "material-twice")
        seen.add(entry.address)


def already_sent(dossier: Dossier) -> Iterator[Problem]:
    entries = {entry.material_id: entry for entry in _entries(dossier)}
    uses = MaterialUse.objects.filter(
        newsletter=dossier.issue.newsletter_id,
        material__in=[each for each in entries if each],
    ).exclude(issue=dossier.issue)
    last = {use.material_id: use for use in uses.order_by("used_at", "pk")}
    for material_id, use in last.items():
        day = date_format(timezone.localtime(use.used_at), "DATE_FORMAT")
        yield _about(entries[material_id], "material-sent", day=day)


def over(dossier: Dossier) -> Iterator[Problem]:
    now = clock.now()
    for entry in _entries(dossier):
        expires_at = entry.material.expires_at if entry.material else None
        if expires_at is not None and expires_at < now:
            yield _about(entry, "event-past")
    for section in dossier.specimen.content.sections:
        for block in section.entries:
            if block.event is not None and _is_over(block.event, now):
                yield Problem(
                    level=Level.WARNING,
                    code="event-past",
                    text=_("“%(title)s” is over.") % {"title": block.title[:60]},
                    fix=_("Correct the date, or take it out of the letter."),
                    field=f"entry.{block.key}.title",
                )


def _entries(dossier: Dossier) -> list[Entry]:
    entries = dossier.issue.entries.select_related("material")
    return [entry for entry in entries if entry.kind == "material"]


def _is_over(event: EventContent, now: datetime) -> bool:
    """A day ends with its last moment, in the zone of the event."""
    stated = event.ends or event.starts
    try:
        zone = (
            ZoneInfo(event.time_zone)
            if event.time_zone
            else timezone.get_default_timezone()
        )
        moment = datetime.fromisoformat(stated)
    except (ValueError, KeyError, OSError):
        return False
    if "T" not in stated:
        moment = datetime.combine(moment.date(), time.max)
    return moment.replace(tzinfo=zone) < now


def _about(entry: Entry, code: str, **values: str) -> Problem:
    text, why, fix = _WORDS[code]
    return Problem(
        level=Level.WARNING,
        code=code,
        text=str(text) % {"title": entry.title[:60], **values},
        why=str(why),
        fix=str(fix),
        goal=Goal.MATERIALS,
    )


_WORDS = {
    "material-unpublished": (
        gettext_lazy("“%(title)s” is not published on the site."),
        gettext_lazy("Its link leads to a page that is not there."),
        gettext_lazy("Publish it first, or take it out."),
    ),
    "material-private": (
        gettext_lazy("“%(title)s” is not for everybody on the site."),
        gettext_lazy(
            "This newsletter is open: anybody can get or pass on its letters."
        ),
        gettext_lazy("Take it out, or send it in a closed newsletter."),
    ),
    "material-private-closed": (
        gettext_lazy("“%(title)s” is not for everybody on the site."),
        gettext_lazy("The owner has not let its source's private things in here."),
        gettext_lazy("Take it out, or ask the owner to allow the source."),
    ),
    "material-withdrawn": (
        gettext_lazy("“%(title)s” was taken down or locked on the site."),
        gettext_lazy("Visitors cannot read it there any more."),
        gettext_lazy("Take it out, unless you know better."),
    ),
    "material-twice": (
        gettext_lazy("“%(title)s” is in the letter twice."),
        gettext_lazy("Readers would read the same thing again."),
        gettext_lazy("Take one of them out."),
    ),
    "material-sent": (
        gettext_lazy("“%(title)s” was sent in this newsletter already, on %(day)s."),
        gettext_lazy("Readers know it."),
        gettext_lazy("Take it out, unless you mean to remind of it."),
    ),
    "event-past": (
        gettext_lazy("“%(title)s” is over."),
        gettext_lazy("Nobody can go there any more."),
        gettext_lazy("Take it out of the letter."),
    ),
}
"""What is wrong, why it matters, what to do."""

CHECKS: tuple[Check, ...] = (
    unseen_materials,
    links_to_unseen,
    repeated,
    already_sent,
    over,
)
