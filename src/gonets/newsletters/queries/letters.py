"""An issue as the letter it will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from gonets.content.models import Picture
from gonets.content.pictures import picture_address
from gonets.kernel.addresses import canonical_address
from gonets.letters.kinds import EntryKind
from gonets.letters.queries import own_design
from gonets.letters.storing import content_from_json
from gonets.letters.types import (
    ColumnContent,
    EntryContent,
    LetterContent,
    PictureContent,
    SectionContent,
)
from gonets.newsletters.blocks import event_of, personal_fields, text_in
from gonets.newsletters.browser_pages import preview_page_address
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import (
    Entry,
    Issue,
    IssueVersion,
    Newsletter,
    VersionBodies,
)
from gonets.newsletters.queries.brands import brand_of


def letter_content(issue_id: int) -> LetterContent:
    """Return everything of the issue's letter but the reader, as it is worded now.

    :raises IssueMissing: if there is no such issue.
    """
    issue = (
        Issue.objects.select_related("newsletter__readership")
        .filter(pk=issue_id)
        .first()
    )
    if issue is None:
        raise IssueMissing
    return content_of(issue, list(issue.entries.select_related("picture")))


def content_of(issue: Issue, entries: list[Entry]) -> LetterContent:
    """Return the letter of an issue with these entries, stored or not."""
    newsletter = issue.newsletter
    template = issue.template or newsletter.template
    return LetterContent(
        newsletter=newsletter.title,
        template=template,
        language=newsletter.language,
        subject=issue.subject,
        preheader=issue.preheader,
        greeting=issue.greeting,
        intro=issue.intro,
        sections=_sections(entries),
        outro=issue.outro,
        sender_name=newsletter.sender_name,
        sender_address=newsletter.sender_address,
        reply_to=newsletter.reply_to,
        postal_address=newsletter.postal_address,
        list_id=_list_id(newsletter),
        brand=brand_of(newsletter.pk),
        own_design=own_design(template),
        own_text=issue.own_text,
        browser_address=preview_page_address() if _has_page(newsletter) else "",
    )


def bodies_kept(version_id: int) -> bytes:
    """Return what the design made of a version when it was released; b"" if unknown."""
    kept = VersionBodies.objects.filter(version=version_id)
    return bytes(kept.values_list("packed", flat=True).first() or b"")


def _has_page(newsletter: Newsletter) -> bool:
    """What is closed shows itself to nobody who merely knows an address."""
    return newsletter.has_browser_page and not newsletter.is_closed


def event_entry(issue_id: int, entry_id: int, uid: str) -> EntryContent | None:
    """Return an event as it is now, or as it was sent if it has been taken out.

    Letters link to it, so it must be found as long as its issue is.
    """
    entry = (
        Entry.objects.select_related("picture")
        .filter(issue=issue_id, pk=entry_id, kind=EntryKind.EVENT)
        .first()
    )
    if entry is not None:
        return _entry(entry, {}) if text_in(entry, "uid") == uid else None
    versions = IssueVersion.objects.filter(issue=issue_id).order_by("-number")
    for version in versions:
        for section in content_from_json(version.content).sections:
            for sent in section.entries:
                if sent.key == str(entry_id) and sent.event is not None:
                    return sent if f"/{uid}." in sent.event.calendar_address else None
    return None


def _sections(entries: list[Entry]) -> tuple[SectionContent, ...]:
    second_pictures = _second_pictures(entries)
    sections = []
    for part, group in groupby(entries, key=lambda entry: entry.part):
        together = list(group)
        sections.append(
            SectionContent(
                key=str(part),
                heading=together[0].heading,
                entries=tuple(_entry(entry, second_pictures) for entry in together),
            )
        )
    return tuple(sections)


def _entry(entry: Entry, second_pictures: Mapping[int, Picture]) -> EntryContent:
    picture = entry.picture
    return EntryContent(
        key=str(entry.pk),
        kind=entry.kind,
        title=entry.title,
        teaser=entry.teaser,
        button=entry.button,
        address=_absolute(entry.address),
        picture=_picture(picture, alt=entry.picture_alt) if picture else None,
        html=text_in(entry, "html"),
        event=event_of(entry, calendar_address=_calendar_address(entry)),
        second=_second(entry, second_pictures),
        personal=personal_fields(entry),
    )


def _calendar_address(entry: Entry) -> str:
    uid = text_in(entry, "uid")
    if entry.kind != EntryKind.EVENT or not uid:
        return ""
    path = reverse("gonets:event-calendar", args=[entry.issue_id, entry.pk, uid])
    return _absolute(path)


def _second(
    entry: Entry, second_pictures: Mapping[int, Picture]
) -> ColumnContent | None:
    if entry.kind != EntryKind.COLUMNS:
        return None
    picture = second_pictures.get(entry.content.get("second_picture") or 0)
    alt = text_in(entry, "second_alt")
    return ColumnContent(
        text=text_in(entry, "second"),
        picture=_picture(picture, alt=alt) if picture else None,
    )


def _second_pictures(entries: Iterable[Entry]) -> Mapping[int, Picture]:
    named = [
        entry.content["second_picture"]
        for entry in entries
        if entry.content.get("second_picture")
    ]
    return Picture.objects.in_bulk(named) if named else {}


def _picture(picture: Picture, *, alt: str) -> PictureContent:
    return PictureContent(
        address=_absolute(picture_address(picture)),
        alt=alt,
        width=picture.width,
        height=picture.height,
    )


def _absolute(address: str) -> str:
    """Return the address as a letter needs it; "" for what is none at all."""
    try:
        return urljoin(settings.GONETS_PUBLIC_URL, address) if address else ""
    except ValueError:
        return ""


def _list_id(newsletter: Newsletter) -> str:
    domain = canonical_address(newsletter.sender_address).rpartition("@")[2]
    return f"{newsletter.readership.key}.{domain}"
