"""A web page as a material: read, stored, with its picture."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gonets.content.asking import site_guard, told_plainly
from gonets.content.columns import columns_of, picture_state_of, search_text
from gonets.content.connectors.base import MaterialDraft, SectionDraft
from gonets.content.errors import PageUnreadable, SourceUnreadable
from gonets.content.models import PAGE, Material, Section, Source
from gonets.content.page_reading import NotAPage, PageReading, read_page
from gonets.content.picture_fetching import fetch_pictures
from gonets.content.queries import materials_at
from gonets.content.sectioning import follow_sections
from gonets.content.states import FetchFailure
from gonets.kernel import clock, http

LARGEST_PAGE = 12_000_000
SECTION = "pages"

_HOST_LIKE = re.compile(r"[^\s/@]+\.[^\s/@.\d][^\s/@.]+(?::\d+)?(?:[/?#]\S*)?")


def address_in(text: str) -> str:
    """Return the web address that ``text`` is, even without "https://", or nothing."""
    text = text.strip()
    if len(text) > 2000 or not text.isprintable() or " " in text:
        return ""
    if re.match(r"https?://[^\s/]", text, re.IGNORECASE):
        return text
    return f"https://{text}" if _HOST_LIKE.fullmatch(text) else ""


def add_page(address: str, *, guard: http.Guard | None = None) -> Material:
    """Return the material of a page: the one we have, else what the page says now.

    A page that was named before is read again, and its material follows it.

    :raises PageUnreadable: with a sentence for the editor.
    """
    whole = address_in(address)
    if not whole:
        raise PageUnreadable(_("This is not the address of a web page."))
    known = materials_at(whole).exclude(source__kind=PAGE).first()
    if known is not None:
        return known
    guard = replace(guard or site_guard(), largest=LARGEST_PAGE)
    page = _read(whole, guard)
    known = materials_at(page.address).exclude(source__kind=PAGE).first()
    if known is not None:
        return known
    material = _stored(page)
    fetch_pictures(source_id=material.source_id, at_most=4, guard=guard)
    return Material.objects.select_related("section", "picture").get(pk=material.pk)


def _read(address: str, guard: http.Guard) -> PageReading:
    headers = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"}
    try:
        with told_plainly():
            answer = http.fetch(address, guard=guard, headers=headers)
    except SourceUnreadable as error:
        if error.failure == FetchFailure.TOO_LARGE:
            message = _("This page is too large to be read.")
        else:
            message = str(error.failure.label)
        raise PageUnreadable(message) from error
    try:
        return read_page(
            answer.content,
            address=answer.address,
            content_type=answer.headers.get("content-type", ""),
        )
    except NotAPage as error:
        message = _("There is a picture or a document at this address, not a web page.")
        raise PageUnreadable(message) from error


@transaction.atomic
def _stored(page: PageReading) -> Material:
    source = page_source()
    now = clock.now()
    draft = _draft(page)
    columns = columns_of(draft)
    columns["search_text"] = search_text(columns)
    published_at = min(page.published_at or now, now)
    material, is_new = Material.objects.get_or_create(
        source=source,
        external_id=draft.external_id,
        defaults={
            **columns,
            "section": _section(source),
            "published_at": published_at,
            "picture_state": picture_state_of(draft),
            "created_at": now,
            "changed_at": now,
        },
    )
    if not is_new:
        _follow(material, columns, state=picture_state_of(draft))
    return material


def _follow(material: Material, columns: dict[str, object], *, state: str) -> None:
    is_same = all(getattr(material, name) == value for name, value in columns.items())
    if is_same and material.is_published:
        return
    if columns["picture_source"] != material.picture_source:
        columns = {**columns, "picture_state": state}
    Material.objects.filter(pk=material.pk).update(
        **columns, is_published=True, changed_at=clock.now()
    )


def _draft(page: PageReading) -> MaterialDraft:
    said = {name: str(value) for name, value in asdict(page).items() if value}
    return MaterialDraft(
        external_id=_external_id(page.address),
        section_id=SECTION,
        title=page.title,
        teaser=page.teaser,
        address=page.address,
        author=page.author or page.site_name,
        picture_address=page.picture_address,
        picture_alt=page.picture_alt,
        tags=page.tags,
        expires_at=page.expires_at,
        language=page.language,
        original=said,
    )


def _external_id(address: str) -> str:
    if len(address) <= 500:
        return address
    return hashlib.sha256(address.encode()).hexdigest()


def page_source() -> Source:
    """Return the source of pages that editors named; there is exactly one."""
    known = Source.objects.filter(kind=PAGE).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return Source.objects.create(
                kind=PAGE,
                name=_("Pages by their addresses"),
                created_at=clock.now(),
            )
    except IntegrityError:
        return Source.objects.get(kind=PAGE)  # Somebody else was first.


def _section(source: Source) -> Section:
    """Return the one section; its name will be a heading of letters."""
    known = source.sections.first()
    if known is not None:
        return known
    draft = SectionDraft(external_id=SECTION, name=_("More to read"))
    return follow_sections(source, [draft])[SECTION]
