"""A rehearsal's life: begun once, stopped, killed, taken up again, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.audience import actions as audience
from gonets.audience.models import Subscriber, Subscription
from gonets.audience.states import SubscriptionState
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.queries import letter_content
from gonets.publishing import actions
from gonets.publishing.actions import rehearsals
from gonets.publishing.errors import NobodyToSendTo, RehearsalRefused
from gonets.publishing.models import Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal import carrying, reasons
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.rehearsal.portions import PORTION
from gonets.publishing.rehearsal.reports import (
    newest_rehearsal,
)
from gonets.publishing.rehearsal.states import FindingKind, RehearsalStatus
from gonets.publishing.states import AudienceRule
from gonets.publishing.tasks import forget_old_rehearsals, rehearsals_wait
from tests.publishing.rehearsal.findings import groups, leave, names
from tests.support.factories import make_issue, make_subscriber

WITHHELD = FindingKind.WITHHELD


def test_fifty_presses_hold_one_rehearsal(issue):
    started = {actions.start_rehearsal(issue.pk, user=None).pk for _ in range(50)}

    assert len(started) == 1


def test_two_presses_at_the_same_moment_hold_one_rehearsal(issue, monkeypatch):
    """The other press is between our look and our writing."""
    others = []

    def compile_letter(content):
        monkeypatch.undo()
        others.append(actions.start_rehearsal(issue.pk, user=None))

    monkeypatch.setattr(rehearsals, "compile_letter", compile_letter)

    ours = actions.start_rehearsal(issue.pk, user=None)

    assert [ours] == others
    assert Rehearsal.objects.count() == 1


def test_a_second_rehearsal_takes_the_place_of_the_first(issue, rehearse):
    first, second = rehearse(issue), rehearse(issue)

    forget_old_rehearsals()

    assert first.rehearsal_id != second.rehearsal_id
    assert [each.pk for each in Rehearsal.objects.all()] == [second.rehearsal_id]


def test_a_deleted_issue_takes_its_rehearsal_along(issue, newsletter, rehearse):
    leave(
        make_subscriber("left@example.com", newsletter.readership),
        issue.newsletter.readership,
    )
    rehearse(issue)

    newsletters.delete_draft(issue.pk)
    forget_old_rehearsals()

    assert not Rehearsal.objects.exists()
    assert not RehearsalFinding.objects.exists()


def test_an_erased_person_disappears_from_the_report(issue, newsletter, rehearse):
    person = make_subscriber("left@example.com", newsletter.readership)
    leave(person, newsletter.readership)
    state = rehearse(issue)
    assert names(state, WITHHELD) == {"left"}

    audience.erase_subscriber(person.pk)

    assert not names(state, WITHHELD)
    assert groups(state, WITHHELD) == {(reasons.UNSUBSCRIBED, 1)}


@pytest.mark.django_db(transaction=True)
def test_somebody_erased_at_this_very_moment_is_not_kept_by_name(
    issue, newsletter, monkeypatch
):
    """On a database that looks at foreign keys only when it commits, too."""
    people = [
        make_subscriber(f"{name}@example.com", newsletter.readership)
        for name in ("left", "gone")
    ]
    for person in people:
        leave(person, newsletter.readership)

    def keep(held, progress, findings):
        audience.erase_subscriber(people[1].pk)
        return rehearsals.keep_rehearsed(held, progress, findings)

    monkeypatch.setattr(carrying, "keep_rehearsed", keep)
    actions.start_rehearsal(issue.pk, user=None)
    carry_out_rehearsals()

    state = newest_rehearsal(issue.pk)
    assert groups(state, WITHHELD) == {(reasons.UNSUBSCRIBED, 2)}
    assert names(state, WITHHELD) == {"left"}


def test_an_issue_that_was_sent_is_not_rehearsed(issue):
    actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    with pytest.raises(RehearsalRefused):
        actions.start_rehearsal(issue.pk, user=None)


def test_without_an_audience_there_is_nothing_to_rehearse(newsletter):
    with pytest.raises(NobodyToSendTo):
        actions.start_rehearsal(make_issue(newsletter).pk, user=None)


def test_a_letter_that_nobody_could_get_is_refused_at_once(issue):
    Issue.objects.filter(pk=issue.pk).update(intro="<p>{{ subscriber. }}</p>")

    with pytest.raises(RehearsalRefused):
        actions.start_rehearsal(issue.pk, user=None)


def test_a_signing_key_that_cannot_be_read_is_named_at_once(issue, settings):
    key = actions.make_signing_key("harbour.example", user=None)
    actions.switch_signing_on(key.pk)
    settings.SECRET_KEY = "another one"

    with pytest.raises(RehearsalRefused, match="cannot be read"):
        actions.start_rehearsal(issue.pk, user=None)


def test_what_is_found_is_written_in_small_pieces(issue, newsletter, monkeypatch):
    """SQLite has one writer: nobody else may wait for a long list of names."""
    now = clock.now()
    people = Subscriber.objects.bulk_create(
        Subscriber(
            address=f"left{n}@example.com",
            address_key=f"left{n}@example.com",
            created_at=now,
            changed_at=now,
        )
        for n in range(400)
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=person,
            readership=newsletter.readership,
            state=SubscriptionState.UNSUBSCRIBED,
            created_at=now,
        )
        for person in people
    )
    pieces = []

    def keep(held, progress, findings):
        pieces.append(len(findings))
        return rehearsals.keep_rehearsed(held, progress, findings)

    monkeypatch.setattr(carrying, "keep_rehearsed", keep)
    monkeypatch.setattr(carrying, "KEEP_EVERY", 3600)
    actions.start_rehearsal(issue.pk, user=None)
    carry_out_rehearsals()

    assert sum(pieces) == RehearsalFinding.objects.count() == 400
    assert max(pieces) <= carrying.MOST_UNKEPT + PORTION


def test_it_rests_while_another_issue_is_being_sent(issue, newsletter, monkeypatch):
    rests = []
    monkeypatch.setattr(carrying.time, "sleep", rests.append)
    actions.start_rehearsal(issue.pk, user=None)
    carry_out_rehearsals()
    alone, rests[:] = list(rests), []

    other = make_issue(newsletter)
    actions.send_issue(other.pk, audience=AudienceRule.EVERYONE, user=None)
    actions.start_rehearsal(issue.pk, user=None)
    carry_out_rehearsals()

    assert not any(alone)
    assert all(rest > 0 for rest in rests)


def test_it_is_stopped_between_two_portions(issue, monkeypatch):
    monkeypatch.setattr("gonets.publishing.rehearsal.portions.PORTION", 1)
    monkeypatch.setattr(carrying, "KEEP_EVERY", 0)
    rehearsal = actions.start_rehearsal(issue.pk, user=None)
    asked = []

    def stop_after_two():
        asked.append(None)
        if len(asked) == 3:
            assert actions.stop_rehearsal(rehearsal.pk)
        return False

    carry_out_rehearsals(stop_after_two)

    state = newest_rehearsal(issue.pk)
    assert state.status == RehearsalStatus.STOPPED
    assert state.forecast is None  # It would be about some of the letters only.
    assert 0 < state.tally.made < 3
    assert not actions.stop_rehearsal(rehearsal.pk)


def test_a_restarted_worker_goes_on_where_it_stopped(issue, monkeypatch):
    monkeypatch.setattr("gonets.publishing.rehearsal.portions.PORTION", 1)
    actions.start_rehearsal(issue.pk, user=None)
    asked = []

    def end_after_one():
        asked.append(None)
        return len(asked) > 2

    carry_out_rehearsals(end_after_one)
    halfway = newest_rehearsal(issue.pk)
    carry_out_rehearsals()
    whole = newest_rehearsal(issue.pk)

    assert halfway.status == RehearsalStatus.WAITING
    assert 0 < halfway.tally.made < 3
    assert halfway.letters_per_second
    assert (whole.status, whole.tally.made) == (RehearsalStatus.FINISHED, 3)
    assert Rehearsal.objects.get().tries == 1


def test_a_silent_worker_loses_the_rehearsal_and_writes_no_more(issue):
    actions.start_rehearsal(issue.pk, user=None)
    dead = rehearsals.claim_rehearsal(holder="dead")
    assert not rehearsals_wait()
    Rehearsal.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    carry_out_rehearsals()

    assert newest_rehearsal(issue.pk).status == RehearsalStatus.FINISHED
    assert not rehearsals.end_rehearsal(dead)


def test_one_that_never_gets_to_its_end_is_given_up(issue):
    actions.start_rehearsal(issue.pk, user=None)
    for _ in range(rehearsals.MOST_TRIES):
        assert rehearsals.claim_rehearsal(holder="dies")
        Rehearsal.objects.update(lease_until=clock.now() - timedelta(seconds=1))

    carry_out_rehearsals()

    state = newest_rehearsal(issue.pk)
    assert state.status == RehearsalStatus.FAILED
    assert state.failure == rehearsals.BROKE_OFF
    assert not rehearsals_wait()


def test_one_that_gets_on_is_never_given_up(issue, monkeypatch):
    monkeypatch.setattr("gonets.publishing.rehearsal.portions.PORTION", 1)
    actions.start_rehearsal(issue.pk, user=None)
    Rehearsal.objects.update(tries=rehearsals.MOST_TRIES - 1)

    asked = []

    def end_after_one():
        asked.append(None)
        return len(asked) > 2

    carry_out_rehearsals(end_after_one)

    assert Rehearsal.objects.get().tries == 0


def test_the_letter_rehearsed_is_the_one_that_was_saved(issue):
    rehearsal = actions.start_rehearsal(issue.pk, user=None)

    assert rehearsal.content["subject"] == letter_content(issue.pk).subject
