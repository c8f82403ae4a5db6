"""The shortest way to the rows that many tests need."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gonets.audience.actions import add_subscriber
from gonets.audience.models import Readership, Subscriber
from gonets.audience.states import ConsentKind
from gonets.audience.types import Evidence
from gonets.content.models import Material, Section, Source
from gonets.content.searching import searchable
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.types import NewsletterSettings

ON_PAPER = Evidence(kind=ConsentKind.EDITOR, text="signed at the fair")


def make_readership(key: str = "weekly") -> Readership:
    return Readership.objects.create(key=key, created_at=clock.now())


def make_subscriber(
    address: str = "ann@example.com", *readerships: Readership, name: str = ""
) -> Subscriber:
    """Return a person who is confirmed in these readerships."""
    return add_subscriber(
        address=address,
        name=name,
        readership_ids=[readership.pk for readership in readerships],
        evidence=ON_PAPER,
    )


def make_section(name: str = "News", *, parent: Section | None = None) -> Section:
    source, _ = Source.objects.get_or_create(
        kind="own", defaults={"name": "Our site", "created_at": clock.now()}
    )
    position = Section.objects.count()
    return Section.objects.create(
        source=source,
        parent=parent,
        external_id=f"section-{position}",
        name=name,
        position=position,
    )


def make_material(
    title: str = "A new ferry",
    *,
    section: Section | None = None,
    age: timedelta = timedelta(hours=1),
    **fields: Any,
) -> Material:
    """Return a material published ``age`` ago; without a section, in a new one."""
    section = section or make_section()
    moment = clock.now() - age
    moments = {"published_at": moment, "created_at": moment, "changed_at": moment}
    words = {"title": title, "teaser": fields.get("teaser", "")}
    return Material.objects.create(
        source=section.source,
        section=section,
        external_id=f"material-{Material.objects.count()}",
        search_text=searchable(**words, body=fields.get("body", "")),
        **{**words, **moments, **fields},
    )


def make_newsletter(*sections: Section, **settings: Any) -> Newsletter:
    complete = {
        "title": "The Harbour Weekly",
        "sender_name": "The Harbour",
        "sender_address": "news@harbour.example",
        "postal_address": "1 Quay Street, Port",
        "language": "en",
        "section_ids": tuple(section.pk for section in sections),
        **settings,
    }
    return newsletters.create_newsletter(NewsletterSettings(**complete))


def make_issue(newsletter: Newsletter) -> Issue:
    return newsletters.prepare_issue(newsletter.pk, user=None)
