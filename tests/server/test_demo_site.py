"""The demo as it is built: complete, believable, with an exact account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from gonets.audience.models import Consent, Subscriber, Subscription
from gonets.audience.queries import confirmed_count
from gonets.audience.states import SubscriptionState
from gonets.content.models import Material, Picture, Section
from gonets.content.pictures import picture_path
from gonets.content.queries import published_materials
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from gonets.letters.preflight import problems_of
from gonets.newsletters.models import Issue, MaterialUse, Newsletter
from gonets.newsletters.queries import candidates, letter_content
from gonets.newsletters.states import IssueState, IssueStep
from gonets.publishing.queries import (
    audience_counts,
    planned_issues,
    run_states,
    sent_issues,
)
from gonets.server.demo.building import build_demo
from gonets.server.demo.painting.scenes import painted
from gonets.server.demo.site import LANGUAGES
from gonets.server.models import User

LATIN, CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-Яа-яЁё]")
STRAIGHT_QUOTES = re.compile("[\"']")


pytestmark = pytest.mark.django_db


painted_once = cache(painted)
"""Both languages show the same pictures; painting them is half of the building."""


@pytest.fixture(scope="module", params=LANGUAGES)
def built(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """Build the demo once for all tests that look at it; empty the database after."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("gonets.server.demo.materials.painted", painted_once)
        User.objects.create_superuser("editor", password="x", language="")
        build_demo(language=request.param)
    yield request.param
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


def weekly() -> Newsletter:
    return Newsletter.objects.order_by("pk")[0]


def test_the_promised_amounts_are_there(built):
    later = Material.objects.filter(published_at__gt=clock.now())

    assert Section.objects.count() == 10
    assert Section.objects.exclude(parent=None).count() == 3
    assert published_materials().count() >= 64
    assert later.count() == 2
    assert Material.objects.filter(is_published=False).count() == 2
    assert Newsletter.objects.count() == 2
    assert Subscriber.objects.count() == 1000


def test_the_latest_materials_wait_for_the_next_issue(built):
    offered = candidates(weekly())

    assert len(offered) >= 14
    assert all(candidate.is_fresh for candidate in offered)


MAY_BE_EMPTY = {"archived_at", "created_by", "tags", "section_limit", "is_closed"}


def test_nothing_is_left_empty(built):
    for material in Material.objects.all():
        assert all((material.title, material.teaser, material.address))
        assert material.body.count("<p>") >= 3 or not material.is_published
        assert material.picture is None or material.picture_alt
    for newsletter in Newsletter.objects.all():
        for field in newsletter._meta.concrete_fields:
            if field.name not in MAY_BE_EMPTY:
                assert getattr(newsletter, field.name), field.name
    assert Material.objects.exclude(picture=None).count() >= 44


def test_titles_are_all_different(built):
    titles = Material.objects.values_list("title", flat=True)

    assert len(set(titles)) == len(titles)


def test_subscribers_stand_as_promised(built):
    states = {
        state: Subscription.objects.filter(
            readership=weekly().readership, state=state
        ).count()
        for state in SubscriptionState
    }

    assert states == {"confirmed": 937, "pending": 38, "unsubscribed": 25}
    assert confirmed_count(Newsletter.objects.order_by("pk")[1].readership_id) == 552
    assert 30 <= Subscriber.objects.filter(name="").count() <= 70
    assert not Subscriber.objects.exclude(address__endswith=".example").exists()


def test_nobody_came_in_the_future_or_left_before_coming(built):
    now = clock.now()

    assert not Subscriber.objects.filter(created_at__gt=now).exists()
    assert not Consent.objects.filter(given_at__gt=now).exists()
    for one in Subscription.objects.filter(state=SubscriptionState.UNSUBSCRIBED):
        assert one.created_at < one.unsubscribed_at <= now
    newest = Subscriber.objects.order_by("-created_at")[0]
    assert now - newest.created_at < timedelta(days=2)


def test_the_sent_issue_has_an_exact_account(built):
    issue = sent_issues().get()
    run = Run.objects.get()
    state = run_states([issue.pk])[issue.pk]

    assert run.status == RunStatus.FINISHED
    assert (state.audience_size, state.accepted, state.refused) == (931, 926, 5)
    assert (state.uncertain, state.waiting, state.percent) == (0, 0, 100)
    refused = Delivery.objects.filter(status=DeliveryStatus.REFUSED)
    assert all(each.code >= 550 and each.answer for each in refused)
    assert not Delivery.objects.filter(settled_at__gt=run.ended_at).exists()
    assert audience_counts(issue.pk).newcomers == 12


def test_the_sent_issue_lies_a_week_back_with_its_materials_used(built):
    issue = sent_issues().get()
    moments = (issue.created_at, issue.gathered_at, issue.released_at)

    assert all(clock.now() - each > timedelta(days=6) for each in moments)
    assert MaterialUse.objects.filter(issue=issue).count() == issue.entries.count() >= 8
    for entry in issue.entries.all():
        assert entry.material.published_at < issue.released_at


def test_the_postponed_issue_only_has_to_be_continued(built):
    issue = planned_issues().get()

    assert issue.state == IssueState.POSTPONED
    assert issue.step == IssueStep.PREVIEW
    assert issue.entries.count() >= 6
    assert all((issue.subject, issue.preheader, issue.intro, issue.outro))
    assert timedelta(0) < clock.now() - issue.changed_at < timedelta(days=2)


def test_both_letters_can_go_out_as_they_are(built):
    for issue in Issue.objects.all():
        content = letter_content(issue.pk)

        assert [each.text for each in problems_of(content) if each.blocking] == []
        assert content.language == built


def test_building_twice_adds_nothing(built):
    before = (Material.objects.count(), Subscriber.objects.count(), Run.objects.count())

    summary = build_demo(language=built)

    assert not summary.built
    after = (Material.objects.count(), Subscriber.objects.count(), Run.objects.count())
    assert after == before


def test_kept_pictures_open_and_are_light(built):
    for picture in Picture.objects.all():
        path = picture_path(picture.name)
        with Image.open(path) as image:
            image.load()
        assert str(path).startswith(str(settings.MEDIA_ROOT))
        assert path.stat().st_size < 90_000
