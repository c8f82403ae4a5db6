"""What preflight finds around a letter: people, materials, pictures, addresses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gonets.content.models import Material, Picture
from gonets.content.pictures import picture_path
from gonets.kernel import clock
from gonets.letters.preflight import Goal, Level
from gonets.letters.specimens import specimen_of
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Entry, Issue, MaterialUse, Newsletter
from gonets.publishing import actions
from gonets.publishing.contents import content_now
from gonets.publishing.errors import (
    LetterChanged,
    LetterUnready,
    OverrideRefused,
    SenderMissing,
    SubjectMissing,
)
from gonets.publishing.models import IssueRun, LinkLook, PreflightOverride
from gonets.publishing.preflight.addresses import digest
from gonets.publishing.preflight.report import known_checks, preflight_report
from gonets.publishing.preflight.states import LookState
from gonets.publishing.readiness import check_ready, problems
from gonets.publishing.states import AudienceRule
from tests.support.factories import make_issue, make_material

pytestmark = pytest.mark.django_db


def codes(issue: Issue) -> set[str]:
    return {each.code for each in preflight_report(issue.pk).problems}


def only(issue: Issue, code: str) -> Any:
    (problem,) = [x for x in preflight_report(issue.pk).problems if x.code == code]
    return problem


def look(address: str = "https://town.ru/a/", **found: Any) -> LinkLook:
    return LinkLook.objects.create(
        sha256=digest(address),
        address=address,
        host="town.ru",
        wanted_at=clock.now(),
        **found,
    )


def test_an_issue_that_is_ready_has_no_problems(issue):
    Material.objects.update(address="https://town.ru/ferry/")
    Entry.objects.update(address="https://town.ru/ferry/")

    assert codes(issue) == set()


def test_every_module_of_checks_is_found():
    assert set(known_checks()) == {
        "domain",
        "links",
        "materials",
        "people",
        "personal",
        "pictures",
    }


def test_a_newsletter_without_a_usable_sender_is_told_and_not_shown_as_a_fault(issue):
    Newsletter.objects.update(sender_address="nobody")

    (problem,) = preflight_report(issue.pk).problems

    assert problem.code == "sender-missing"
    assert problem.leads_to == Goal.NEWSLETTER
    assert not problem.may_pass


def test_nobody_to_send_to_blocks_and_cannot_be_overridden(newsletter):
    issue = make_issue(newsletter)

    problem = only(issue, "recipients-none")

    assert problem.blocking
    assert not problem.may_pass
    assert problem.leads_to == Goal.SUBSCRIBERS
    check_ready(issue.pk)  # Whoever sends is told by an error of its own.


@pytest.mark.parametrize(
    ("usual", "people", "found"),
    [
        (100, 151, set()),
        (100, 201, {"recipients-many"}),
        (5, 40, set()),  # twice as many, but few
        (400, 150, {"recipients-few"}),
        (400, 250, set()),
    ],
)
def test_an_unusual_number_of_people_is_noticed(
    issue, monkeypatch, usual, people, found
):
    sent = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    type(sent).objects.filter(pk=sent.pk).update(
        status="finished", audience_size=usual, accepted=usual, pending=0
    )
    assert IssueRun.objects.get().audience == "everyone"
    monkeypatch.setattr(
        "gonets.publishing.preflight.checks.people.confirmed_subscriptions",
        lambda _readership: _Crowd(people),
    )

    next_issue = make_issue(issue.newsletter)

    assert {each for each in codes(next_issue) if each.startswith("recip")} == found


class _Crowd:
    """So many people, without making each of them."""

    def __init__(self, people: int) -> None:
        self.people = people

    def count(self) -> int:
        return self.people


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_published": False}, "material-unpublished"),
        ({"visibility": "private"}, "material-private"),
        ({"expires_at": clock.now() - timedelta(hours=1)}, "event-past"),
    ],
)
def test_materials_that_readers_cannot_use_are_noticed(issue, change, code):
    assert code not in codes(issue)

    Material.objects.update(**change)

    problem = only(issue, code)
    assert problem.leads_to == Goal.MATERIALS
    assert "A new ferry" in problem.text


def test_a_material_that_was_sent_before_is_noticed_but_not_for_its_own_issue(
    issue, newsletter
):
    material = Material.objects.get()
    MaterialUse.objects.create(
        newsletter=newsletter, material=material, issue=issue, used_at=clock.now()
    )
    assert "material-sent" not in codes(issue)

    again = make_issue(newsletter)
    newsletters.add_materials(again.pk, [material.pk], user=None)

    assert "material-sent" in codes(again)


def test_the_same_page_twice_is_noticed(issue):
    Entry.objects.update(address="https://town.ru/a/")
    twin = make_material("The ferry again", section=Material.objects.get().section)
    newsletters.add_materials(issue.pk, [twin.pk], user=None)
    assert "material-twice" not in codes(issue)

    Entry.objects.update(address="https://town.ru/a/")

    assert "The ferry again" in only(issue, "material-twice").text


def test_links_in_texts_to_pages_that_are_not_public_are_noticed(issue):
    where = "https://town.ru/plans/"
    hidden = make_material("Plans", address=where, is_published=False)
    Issue.objects.filter(pk=issue.pk).update(
        outro=f'<p>See <a href="{where}">our plans</a></p>'
    )

    problem = only(issue, "link-unpublished")

    assert problem.field == "outro"
    Material.objects.filter(pk=hidden.pk).update(is_published=True)
    assert "link-unpublished" not in codes(issue)


@pytest.mark.parametrize(
    ("starts", "ends", "is_over"),
    [
        ("2020-05-07T19:00", "", True),
        ("2020-05-07", "2099-05-09", False),
        ("2099-05-07T19:00", "", False),
        ("2020-05-07", "", True),
        ("nonsense", "", False),
    ],
)
def test_an_event_that_is_over_is_noticed(issue, starts, ends, is_over):
    event = {"starts": starts, "ends": ends, "time_zone": "Europe/Moscow", "place": ""}
    Entry.objects.create(
        issue=issue,
        kind="event",
        title="Concert",
        position=9,
        content={"event": event} | event,
    )

    assert ("event-past" in codes(issue)) is is_over


@pytest.fixture
def pictured(issue: Issue, settings: Any, tmp_path: Any) -> Picture:
    settings.MEDIA_ROOT = str(tmp_path)
    picture = Picture.objects.create(
        name="a.jpg",
        sha256="0" * 64,
        width=600,
        height=400,
        size=90_000,
        created_at=clock.now(),
    )
    picture_path(picture.name).parent.mkdir(parents=True)
    picture_path(picture.name).write_bytes(b"x")
    Entry.objects.update(picture=picture, picture_alt="A ferry")
    return picture


def test_a_picture_whose_file_is_gone_is_noticed(issue, pictured):
    assert "picture-missing" not in codes(issue)

    picture_path(pictured.name).unlink()

    assert only(issue, "picture-missing").field.endswith(".picture_alt")


def test_heavy_pictures_are_noticed(issue, pictured):
    Picture.objects.update(size=1_000_001)
    assert only(issue, "picture-heavy").level == Level.WARNING

    Picture.objects.update(size=6_000_000)
    assert only(issue, "pictures-heavy").level == Level.ADVICE


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"state": "gone", "status": 404}, "picture-missing"),
        ({"state": "fine", "status": 200, "size": 2_000_000}, "picture-heavy"),
    ],
)
def test_pictures_of_other_sites_are_noticed_too(issue, found, code):
    address = "https://town.ru/bridge.jpg"
    markup = f'<p><img src="{address}" alt="A bridge" width="300" height="200"></p>'
    Entry.objects.create(issue=issue, kind="html", position=9, content={"html": markup})
    assert address in [
        each.address for each in specimen_of(content_now(issue.pk)).page.pictures
    ]

    look(address, **found)

    assert only(issue, code).field.startswith("entry.")


def test_the_public_address_must_be_one_that_readers_reach(issue, settings):
    settings.GONETS_RELAY_URL = "smtps://relay.town.ru"
    settings.GONETS_PUBLIC_URL = "http://127.0.0.1:8000"

    problem = only(issue, "sending-refused")

    assert problem.blocking
    assert not problem.may_pass


def test_names_for_examples_are_named_where_letters_leave(issue, settings):
    Entry.objects.update(address="https://harbour.example/ferry/")
    assert "link-dead" not in codes(issue)

    settings.GONETS_RELAY_URL = "smtps://relay.town.ru"
    settings.GONETS_PUBLIC_URL = "https://news.town.ru"

    assert "harbour.example" in only(issue, "link-dead").text


@pytest.mark.parametrize("state", ["gone", "nowhere", "slow", "inside", "closed"])
def test_what_looks_found_is_told(issue, state):
    Entry.objects.update(address="https://town.ru/a/")
    look(state=state, looked_at=clock.now())
    code = "link-private" if state in {"inside", "closed"} else "link-dead"

    problem = only(issue, code)

    assert problem.field.startswith("entry.")
    assert str(LookState(state).label) in problem.text


@pytest.mark.parametrize("state", ["fine", "unsure", "waiting"])
def test_what_is_well_or_unknown_is_not_called_dead(issue, state):
    Entry.objects.update(address="https://town.ru/a/")
    look(state=state, status=403)

    assert "link-dead" not in codes(issue)


# Overriding


def override(issue: Issue, code: str = "postal-address-missing", **changes: Any) -> Any:
    issue.refresh_from_db()
    values = {"field": "", "reason": "It is for colleagues only", "user": None}
    return actions.override_problem(
        issue.pk, code=code, **{**values, "edition": issue.edition, **changes}
    )


@pytest.fixture
def homeless(issue: Issue) -> Issue:
    """An issue of a newsletter without a postal address."""
    Newsletter.objects.update(postal_address="")
    return issue


def test_what_blocks_can_be_overridden_with_a_reason(homeless, editor):
    with pytest.raises(LetterUnready):
        check_ready(homeless.pk)

    made = override(homeless, user=editor)

    check_ready(homeless.pk)
    assert "postal-address-missing" not in codes(homeless)
    assert preflight_report(homeless.pk).overrides == (made,)
    assert made.created_by == editor
    assert made.reason == "It is for colleagues only"
    assert made.text
    run = actions.send_issue(homeless.pk, audience=AudienceRule.EVERYONE, user=editor)
    assert IssueRun.objects.get(run=run).version.sha256 == made.sha256


def test_an_override_is_for_one_wording_only(homeless):
    override(homeless)

    newsletters.save_wording(
        homeless.pk,
        edition=homeless.edition,
        user=None,
        changes={"outro": "<p>Bye</p>"},
    )

    with pytest.raises(LetterUnready):
        check_ready(homeless.pk)


def test_an_empty_subject_may_pass_too(issue):
    Issue.objects.filter(pk=issue.pk).update(subject="")
    with pytest.raises(SubjectMissing):
        check_ready(issue.pk)

    override(issue, "subject-empty", field="subject")

    check_ready(issue.pk)


@pytest.mark.parametrize("reason", ["", "   ", "\0\n"])
def test_without_a_reason_nothing_passes(homeless, reason):
    with pytest.raises(OverrideRefused):
        override(homeless, reason=reason)

    assert not PreflightOverride.objects.exists()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("sender-missing", {"sender_address": "nobody"}),
        ("letter-broken", {"template": "nosuch"}),
        ("postal-address-missing", {}),  # not there
        ("nonsense", {}),
    ],
)
def test_what_no_letter_can_do_without_never_passes(issue, code, change):
    Newsletter.objects.update(**change)

    with pytest.raises((OverrideRefused, SenderMissing)):
        override(issue, code)

    assert not PreflightOverride.objects.exists()


def test_nobody_overrides_what_they_have_not_seen(homeless):
    with pytest.raises(LetterChanged):
        override(homeless, edition=homeless.edition - 1)


def test_twice_is_once_and_what_is_taken_back_blocks_again(homeless, editor):
    first, second = override(homeless), override(homeless, reason="Another")

    assert first == second

    actions.withdraw_override(first.pk, user=editor)
    assert "postal-address-missing" in codes(homeless)
    first.refresh_from_db()
    assert first.withdrawn_by == editor

    override(homeless, reason="After all")
    assert PreflightOverride.objects.count() == 2
    assert not any(each.blocking for each in problems(homeless.pk))


def test_pictures_of_other_sites_are_pointed_out(issue):
    page = (
        '<table><tr><td background="https://far.example/ground.png">{{ content }}'
        '<img src="https://near.example/a.png" alt="A"></td></tr></table>'
        '<a href="#">Unsubscribe</a>'
    )
    made = newsletters.import_letter(page, title="Far", keeps_words=True, user=None)
    Issue.objects.filter(pk=issue.pk).update(template=made.template.name)

    problem = only(issue, "picture-foreign")

    assert problem.level == Level.ADVICE
    assert "2" in problem.text
    assert "far.example, near.example" in problem.text
