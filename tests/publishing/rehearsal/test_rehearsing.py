"""A rehearsal from its start to its report, over real SMTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.audience import actions as audience
from gonets.audience.models import Subscriber, Subscription
from gonets.audience.states import SubscriptionState
from gonets.content.models import Material
from gonets.delivery.actions import add_stop
from gonets.delivery.models import Delivery, Run, Stop
from gonets.delivery.states import DeliveryStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue, IssueVersion, MaterialUse
from gonets.newsletters.queries import letter_content
from gonets.publishing import actions
from gonets.publishing.actions import rehearsals
from gonets.publishing.errors import NobodyToSendTo, RehearsalRefused
from gonets.publishing.models import IssueRun, Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal import carrying, reasons
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.rehearsal.portions import PORTION
from gonets.publishing.rehearsal.reports import (
    finding_groups,
    is_about_letter_now,
    largest_letter_address,
    newest_rehearsal,
)
from gonets.publishing.states import (
    AudienceRule,
    FindingKind,
    ForecastLimit,
    RehearsalStatus,
)
from gonets.publishing.tasks import forget_old_rehearsals, rehearsals_wait
from tests.publishing.conftest import settle
from tests.support.factories import make_issue, make_subscriber
from tests.support.ports import free_port

WITHHELD, UNFIT = FindingKind.WITHHELD, FindingKind.UNFIT
EMPTY, DOUBTFUL = FindingKind.EMPTY, FindingKind.DOUBTFUL


def groups(state, *kinds):
    return {
        (group.reason, group.count)
        for group in finding_groups(state)
        if not kinds or group.kind in kinds
    }


def names(state, kind):
    found = [group.first for group in finding_groups(state) if group.kind == kind]
    return {each.address.partition("@")[0] for first in found for each in first}


def word(issue, **changes):
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes=changes
    )


def test_every_letter_is_made_and_counted(issue, rehearse):
    state = rehearse(issue)

    assert (state.status, state.percent) == (RehearsalStatus.FINISHED, 100)
    assert (state.tally.audience, state.tally.made) == (3, 3)
    assert 0 < state.tally.smallest <= state.tally.sizes.median <= state.tally.largest
    assert state.tally.total_bytes >= 3 * state.tally.smallest
    assert largest_letter_address(state).endswith("@example.com")
    assert is_about_letter_now(state)


def test_letters_are_as_large_as_those_of_the_real_sending(issue, rehearse, relay):
    """The same person, the same wording: the sending makes the same letter again."""
    state = rehearse(issue)
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    letters = actual_letters(run)

    assert state.tally.total_bytes == sum(map(len, letters))
    assert state.tally.largest == max(map(len, letters))


def actual_letters(run):
    from gonets.delivery.ports import Recipient  # noqa: PLC0415
    from gonets.publishing.letters import PublishedLetters  # noqa: PLC0415

    recipients = [
        Recipient(
            delivery_id=each.pk,
            address=each.recipient,
            address_key=each.address_key,
            person_ref=each.person_ref,
        )
        for each in Delivery.objects.filter(run=run)
    ]
    source = PublishedLetters()
    bindings = source.bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=recipients
    )
    letter = source.letter(run.letter_ref)
    return [
        letter.envelope_for(recipient, binding).content
        for recipient, binding in zip(recipients, bindings, strict=True)
    ]


def test_it_changes_nothing_of_the_issue(issue, rehearse):
    before = Issue.objects.values().get(pk=issue.pk)
    people = list(Subscription.objects.values().order_by("pk"))

    rehearse(issue)

    assert Issue.objects.values().get(pk=issue.pk) == before
    assert list(Subscription.objects.values().order_by("pk")) == people
    for model in (IssueVersion, IssueRun, Run, Delivery, Stop, MaterialUse):
        assert not model.objects.exists()
    assert Material.objects.count() == 1


def test_whoever_gets_no_letter_is_named_with_the_reason(issue, newsletter, rehearse):
    readership = newsletter.readership
    leave(make_subscriber("left@example.com", readership), readership)
    make_subscriber("blocked@example.com", readership)
    audience.suppress(address="blocked@example.com", reason="complained")
    late = make_subscriber("late@example.com", readership)
    Subscription.objects.filter(subscriber=late).update(state=SubscriptionState.PENDING)
    make_subscriber("halted@example.com", readership)
    add_stop(scope=readership.key, address_key="halted@example.com")

    state = rehearse(issue)

    assert groups(state, WITHHELD) == {
        (reasons.UNSUBSCRIBED, 1),
        (reasons.BLOCKED, 1),
        (reasons.NOT_CONFIRMED, 1),
        (reasons.STOPPED, 1),
    }
    assert names(state, WITHHELD) == {"left", "blocked", "late", "halted"}
    assert (state.tally.audience, state.tally.made) == (4, 3)
    blocked = RehearsalFinding.objects.get(reason=reasons.BLOCKED)
    assert blocked.detail == "complained"


def leave(person, readership):
    theirs = Subscription.objects.get(subscriber=person, readership=readership)
    audience.unsubscribe(theirs.pk)


def test_a_letter_that_cannot_be_made_is_named_and_the_others_go_on(issue, rehearse):
    Subscriber.objects.filter(name="Bob").update(address="bob@exa\nmple.com")
    word(issue, intro="<p>{{ 1 // (subscriber.name | length - 3) }}</p>")

    state = rehearse(issue)

    # Each of the three has a name of three letters, so nobody can be divided by it.
    assert state.tally.made == 0
    assert groups(state, UNFIT) == {(reasons.PERSONAL_PART, 3)}


def test_letters_beyond_the_relay_are_named(issue, newsletter):
    make_subscriber("пётр@почта.рф", newsletter.readership, name="Пётр")
    rehearsed = actions.start_rehearsal(issue.pk, user=None)
    facts = {"host": "relay.example", "offers": {"SIZE": "5000"}}
    Rehearsal.objects.filter(pk=rehearsed.pk).update(relay_facts=facts, people=4)

    carry_out_rehearsals()

    state = newest_rehearsal(issue.pk)
    assert groups(state, UNFIT) == {(reasons.BEYOND_RELAY, 3), (reasons.NOT_LATIN, 1)}
    assert names(state, UNFIT) == {"ann", "bob", "eve", "пётр"}
    assert state.tally.made == 0


def test_empty_personal_parts_are_counted(issue, newsletter, rehearse):
    make_subscriber("nameless@example.com", newsletter.readership)
    word(
        issue,
        intro="<p>Dear {{ subscriber.name }}, {{ subscriber.name | default('you') }}"
        "{% if subscriber.name %}!{% endif %}</p>",
    )

    state = rehearse(issue)

    assert groups(state, EMPTY) == {("{{ subscriber.name }}", 1)}
    assert names(state, EMPTY) == {"nameless"}


def test_addresses_that_look_undeliverable_are_named(issue, newsletter, rehearse):
    make_subscriber("slip@gmial.com", newsletter.readership)
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    settle(run, eve=DeliveryStatus.REFUSED)
    Delivery.objects.filter(recipient="eve@example.com").update(
        code=550, answer="No such user"
    )

    state = rehearse(make_issue(newsletter))

    assert groups(state, DOUBTFUL) == {
        (reasons.MISSPELT, 1),
        (reasons.REFUSED_BEFORE, 1),
    }
    refused = RehearsalFinding.objects.get(reason=reasons.REFUSED_BEFORE)
    assert (refused.address, refused.detail) == ("eve@example.com", "550 No such user")
    assert state.tally.made == 4


def test_the_forecast_heeds_the_relays_limit(issue, rehearse, settings):
    settings.GONETS_RELAY_RATE = 0.5

    state = rehearse(issue)

    assert state.forecast.limit == ForecastLimit.RATE
    assert state.forecast.seconds == pytest.approx(6)


def test_a_dead_relay_does_not_hinder_the_rehearsal(issue, rehearse, settings):
    settings.GONETS_RELAY_URL = f"smtp://127.0.0.1:{free_port()}"

    state = rehearse(issue)

    assert state.tally.made == 3
    assert state.relay.cause == "unreachable"


def test_a_letter_changed_since_is_noticed(issue, rehearse):
    state = rehearse(issue)

    word(issue, subject="Another subject")

    assert not is_about_letter_now(state)
    assert state.edition < Issue.objects.get(pk=issue.pk).edition


def test_what_is_changed_meanwhile_is_not_mixed_in(issue, rehearse):
    actions.start_rehearsal(issue.pk, user=None)
    word(issue, intro="<p>" + "long " * 5_000 + "</p>")
    carry_out_rehearsals()

    state = newest_rehearsal(issue.pk)

    assert state.tally.largest < 20_000


def test_fifty_presses_hold_one_rehearsal(issue):
    started = {actions.start_rehearsal(issue.pk, user=None).pk for _ in range(50)}

    assert len(started) == 1


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
