"""Putting the demo in: everything an editor and the readers would have done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from gonets.audience.models import Consent, Subscriber
from gonets.audience.states import ConsentKind
from gonets.content.models import Material, Section, Source
from gonets.kernel import clock
from gonets.newsletters.actions import create_newsletter
from gonets.newsletters.models import Newsletter
from gonets.newsletters.types import NewsletterSettings
from gonets.server.demo import backdating
from gonets.server.demo.errors import SiteNotEmpty
from gonets.server.demo.issues import make_postponed_issue, make_sent_issue
from gonets.server.demo.materials import publish_site
from gonets.server.demo.readers import bring_in_readers, let_some_come_and_go
from gonets.server.demo.site import WrittenSite, written_site

DAYS_SINCE_LAST_ISSUE = 7
LAST_ISSUE_LEFT = time(10, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """``built`` is False if the demo was here already."""

    built: bool
    sections: int
    materials: int
    newsletters: int
    subscribers: int


def build_demo(*, language: str) -> DemoSummary:
    """Build the demo site, whole or not at all; where it stands already, do nothing.

    :raises SiteNotEmpty: if there is anything here that is not the demo's.
    """
    with transaction.atomic(), translation.override(language):
        built = not _is_here()
        if built:
            _check_empty()
            _build(written_site(language), language)
    return _summary(built=built)


def _is_here() -> bool:
    return Consent.objects.filter(kind=ConsentKind.DEMO).exists()


def _check_empty() -> None:
    held = (Source, Section, Material, Newsletter, Subscriber)
    if any(model.objects.exists() for model in held):
        raise SiteNotEmpty(
            gettext_noop(
                "There are materials, newsletters or subscribers here already, and the "
                "demo would mix with them: choose an empty folder with GONETS_DATA."
            )
        )


def _build(site: WrittenSite, language: str) -> None:
    now = clock.now()
    last_issue_at = _days_ago(now, DAYS_SINCE_LAST_ISSUE, LAST_ISSUE_LEFT)
    section_ids = publish_site(site, now=now)
    backdating.backdate_materials(now)
    weekly, events = (
        _newsletter(site, number, section_ids, language) for number in (0, 1)
    )
    backdating.backdate_newsletters()
    bring_in_readers(site, weekly, events)
    backdating.backdate_people(before=last_issue_at)
    sent = make_sent_issue(site, weekly, at=last_issue_at)
    backdating.backdate_sent_issue(sent.pk, by=now - last_issue_at)
    let_some_come_and_go(site, weekly, events, since=last_issue_at)
    postponed = make_postponed_issue(site, events)
    yesterday = _days_ago(now, 1, time(17, 40))
    backdating.backdate_postponed_issue(postponed.pk, by=now - yesterday)


def _newsletter(
    site: WrittenSite, number: int, section_ids: dict[str, int], language: str
) -> Newsletter:
    written = dict(site.settings["newsletters"][number])
    keys = written.pop("sections")
    return create_newsletter(
        NewsletterSettings(
            **written,
            **site.settings["sender"],
            language=language,
            section_ids=tuple(section_ids[key] for key in keys),
        )
    )


def _days_ago(now: datetime, days: int, hour: time) -> datetime:
    day = timezone.localtime(now).date() - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, hour))


def _summary(*, built: bool) -> DemoSummary:
    return DemoSummary(
        built=built,
        sections=Section.objects.count(),
        materials=Material.objects.count(),
        newsletters=Newsletter.objects.count(),
        subscribers=Subscriber.objects.count(),
    )
