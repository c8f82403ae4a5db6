"""A rehearsal from its start to its report, over real SMTP: what it finds."""

from __future__ import annotations

import pytest

from gonets.audience import actions as audience
from gonets.audience.models import Subscriber, Subscription
from gonets.audience.states import SubscriptionState
from gonets.content.models import Material
from gonets.delivery.actions import add_stop
from gonets.delivery.models import Delivery, Run, Stop
from gonets.delivery.ports import Recipient
from gonets.delivery.states import DeliveryStatus
from gonets.newsletters.models import Issue, IssueVersion, MaterialUse
from gonets.publishing import actions
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.models import IssueRun, Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal import reasons
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.rehearsal.reports import (
    is_about_letter_now,
    largest_letter_address,
    newest_rehearsal,
)
from gonets.publishing.rehearsal.states import (
    FindingKind,
    ForecastLimit,
    RehearsalStatus,
)
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import settle
from tests.publishing.rehearsal.findings import groups, leave, names, word
from tests.support.factories import make_issue, make_subscriber
from tests.support.ports import free_port

WITHHELD, UNFIT = FindingKind.WITHHELD, FindingKind.UNFIT
EMPTY, DOUBTFUL = FindingKind.EMPTY, FindingKind.DOUBTFUL


def test_every_letter_is_made_and_counted(issue, rehearse):
    state = rehearse(issue)

    assert (state.status, state.percent) == (RehearsalStatus.FINISHED, 100)
    assert (state.tally.audience, state.tally.made) == (3, 3)
    assert 0 < state.tally.smallest <= state.tally.sizes.median <= state.tally.largest
    assert state.tally.total_bytes >= 3 * state.tally.smallest
    assert largest_letter_address(state).endswith("@example.com")
    assert is_about_letter_now(state)


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
def test_letters_are_as_large_as_those_of_the_real_sending(
    issue, rehearse, relay, is_signed
):
    """The same person, the same wording: the sending makes the same letter again."""
    if is_signed:
        key = actions.make_signing_key("harbour.example", user=None)
        actions.switch_signing_on(key.pk)
    state = rehearse(issue)
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    letters = actual_letters(run)

    assert state.tally.total_bytes == sum(map(len, letters))
    assert state.tally.largest == max(map(len, letters))


def actual_letters(run):
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


def test_a_letter_that_cannot_be_made_is_named_and_the_others_go_on(issue, rehearse):
    Subscriber.objects.filter(name="Bob").update(name="Robert")
    # Fails for names of three letters: nothing can be divided by zero.
    word(issue, intro="<p>{{ 1 // (subscriber.name | length - 3) }}</p>")

    state = rehearse(issue)

    assert groups(state) == {(reasons.PERSONAL_PART, 2)}
    assert names(state, UNFIT) == {"ann", "eve"}
    assert (state.status, state.tally.made) == (RehearsalStatus.FINISHED, 1)


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


def test_a_mailbox_in_cyrillic_is_no_doubt_where_the_relay_takes_it(issue, newsletter):
    make_subscriber("пётр@почта.рф", newsletter.readership, name="Пётр")
    rehearsed = actions.start_rehearsal(issue.pk, user=None)
    facts = {"host": "relay.example", "offers": {"SMTPUTF8": "", "8BITMIME": ""}}
    Rehearsal.objects.filter(pk=rehearsed.pk).update(relay_facts=facts, people=4)

    carry_out_rehearsals()

    state = newest_rehearsal(issue.pk)
    assert groups(state, UNFIT) == set()
    assert state.tally.made == 4


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
