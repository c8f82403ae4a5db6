"""What an editor does about uncertain addresses of an issue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gonets.audience.actions import unsubscribe
from gonets.audience.models import Subscription
from gonets.delivery.models import Delivery, Relay, Run
from gonets.delivery.relay_logs.base import LogFinding
from gonets.delivery.states import DeliveryStatus, Resolution
from gonets.kernel import clock
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.actions import sending
from gonets.publishing.audiences import has_audience
from gonets.publishing.errors import (
    AlreadyRunning,
    RelayLogMissing,
    RelayLogUnreadable,
    StillRunning,
)
from gonets.publishing.models import IssueRun
from gonets.publishing.queries import audience_counts
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import recipients, settle

ACCEPTED, UNCERTAIN = DeliveryStatus.ACCEPTED, DeliveryStatus.UNCERTAIN


@pytest.fixture
def run(issue: Issue) -> Run:
    """Ended; whether Bob and Eve have the letter, nobody knows."""
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    settle(run, ann=ACCEPTED, bob=UNCERTAIN, eve=UNCERTAIN)
    return run


def uncertain(run: Run, name: str) -> Delivery:
    return Delivery.objects.get(run=run, recipient__startswith=f"{name}@")


def test_only_the_chosen_ones_get_it_again(issue, run):
    again = actions.send_uncertain_again(run.pk, [uncertain(run, "bob").pk], user=None)

    assert recipients(again) == {"bob"}
    assert IssueRun.objects.get(run=again).audience == AudienceRule.DECIDED
    assert uncertain(run, "eve").resolution == ""


def test_all_undecided_ones_can_be_meant_at_once(issue, run, editor):
    actions.count_as_accepted(run.pk, [uncertain(run, "eve").pk], user=editor)

    again = actions.send_uncertain_again(run.pk, None, user=editor)

    assert recipients(again) == {"bob"}
    assert uncertain(run, "bob").resolved_by == editor


def test_whoever_left_meanwhile_gets_nothing(issue, run):
    person = uncertain(run, "bob").person_ref
    unsubscribe(Subscription.objects.get(subscriber=person).pk)

    again = actions.send_uncertain_again(run.pk, None, user=None)

    assert recipients(again) == {"eve"}


def test_nothing_is_sent_again_before_the_end(issue, run):
    Run.objects.filter(pk=run.pk).update(status="paused")

    with pytest.raises(StillRunning):
        actions.send_uncertain_again(run.pk, None, user=None)
    assert uncertain(run, "bob").resolution == ""


def test_the_same_press_twice_makes_one_run(issue, run):
    presses = [
        actions.send_uncertain_again(run.pk, None, user=None, previous_run_id=run.pk)
        for _press in range(2)
    ]

    assert presses[0] == presses[1]
    assert Run.objects.count() == 2


def test_whom_another_editor_chooses_on_a_page_of_before_is_not_forgotten(issue, run):
    def press(name: str, *, newest: Run) -> Run:
        chosen = [uncertain(run, name).pk]
        return actions.send_uncertain_again(
            run.pk, chosen, user=None, previous_run_id=newest.pk
        )

    first = press("bob", newest=run)
    with pytest.raises(AlreadyRunning):
        press("eve", newest=run)
    actions.freeze_audience(first.pk)  # On a busy machine a press does not wait for it.
    settle(first, bob=ACCEPTED)
    second = press("eve", newest=first)

    assert (recipients(first), recipients(second)) == ({"bob"}, {"eve"})


def test_a_press_that_another_one_has_just_overtaken_gets_its_run(
    issue, run, monkeypatch
):
    def press() -> Run:
        return actions.send_uncertain_again(
            run.pk, None, user=None, previous_run_id=run.pk
        )

    def overtaken(issue_id: int, rule: AudienceRule) -> bool:
        monkeypatch.setattr(sending, "has_audience", has_audience)
        overtaking.append(press())
        return has_audience(issue_id, rule)

    overtaking: list[Run] = []
    monkeypatch.setattr(sending, "has_audience", overtaken)

    assert press() == overtaking[0]


def test_uncertain_ones_of_an_earlier_run_can_still_get_it(issue, run):
    eve = uncertain(run, "eve").pk
    actions.count_as_accepted(run.pk, [eve], user=None)
    bob = uncertain(run, "bob").pk
    again = actions.send_uncertain_again(run.pk, [bob], user=None)
    settle(again, bob=ACCEPTED)
    actions.undo_resolutions(run.pk, [eve], user=None)

    third = actions.send_uncertain_again(run.pk, None, user=None)

    assert recipients(third) == {"eve"}


def test_a_late_answer_counts_more_than_the_decision(issue, run):
    actions.count_as_accepted(run.pk, [uncertain(run, "eve").pk], user=None)
    bob = uncertain(run, "bob")
    Delivery.objects.filter(pk=bob.pk).update(resolution=Resolution.SEND_AGAIN)
    assert audience_counts(issue.pk).decided == 1

    settle(run, bob=ACCEPTED)

    counts = audience_counts(issue.pk)
    assert (counts.decided, counts.failed, counts.uncertain) == (0, 0, 0)


def test_what_was_sent_on_its_strength_stays_decided(issue, run):
    bob, eve = uncertain(run, "bob").pk, uncertain(run, "eve").pk
    actions.send_uncertain_again(run.pk, [bob], user=None)
    actions.count_as_accepted(run.pk, [eve], user=None)

    assert actions.undo_resolutions(run.pk, [bob, eve], user=None) == 1
    assert uncertain(run, "eve").resolution == ""


def log_of(tmp_path: Path, run: Run) -> str:
    """A log in which Bob's letter is, and Eve's is not."""
    bob = uncertain(run, "bob")
    Delivery.objects.filter(run=run).update(
        stage="dot", attempts=1, first_attempt_at=clock.now()
    )
    for one in Delivery.objects.filter(run=run):
        message_id = f"<{one.pk}@news.example>"
        Delivery.objects.filter(pk=one.pk).update(message_id=message_id)
    path = tmp_path / "mail.log"
    path.write_text(
        f"Nov 23 12:00:00 mx postfix/cleanup[2]: AB12CD: message-id=<{bob.pk}@news."
        "example>\nNov 23 12:00:01 mx postfix/smtp[3]: AB12CD: status=sent (250 Ok)\n"
    )
    return f"postfix:{path}"


@pytest.fixture
def real_relay(settings: Any, run: Run) -> Relay:
    relay = Relay.objects.create(name="settings", url="smtp://mail.example.com")
    Run.objects.filter(pk=run.pk).update(relay=relay)
    return relay


def test_the_relays_log_decides_what_it_knows(
    run, real_relay, settings, tmp_path, editor
):
    settings.GONETS_RELAY_LOG = log_of(tmp_path, run)

    found = actions.ask_log(run.pk, None, user=editor)

    assert found == {LogFinding.ACCEPTED: 1, LogFinding.UNKNOWN: 1}
    bob, eve = uncertain(run, "bob"), uncertain(run, "eve")
    assert (bob.resolution, bob.resolved_by) == (Resolution.COUNT_AS_ACCEPTED, editor)
    assert "status=sent" in bob.decisions.get().evidence
    assert (eve.resolution, eve.decisions.get().by) == ("", editor)


def test_a_relays_own_log_goes_before_the_environments(
    run, real_relay, settings, tmp_path
):
    settings.GONETS_RELAY_LOG = "postfix:/nowhere/at/all"
    actions.choose_relay_log(real_relay.pk, log_of(tmp_path, run))

    assert actions.ask_log(run.pk, None, user=None)[LogFinding.ACCEPTED] == 1


def test_without_a_log_nobody_is_asked(run, real_relay):
    with pytest.raises(RelayLogMissing):
        actions.ask_log(run.pk, None, user=None)


def test_the_mailbox_has_no_log(run, settings, tmp_path):
    settings.GONETS_RELAY_LOG = log_of(tmp_path, run)

    with pytest.raises(RelayLogMissing):
        actions.ask_log(run.pk, None, user=None)


def test_a_log_that_cannot_be_read_is_not_kept(run, real_relay, tmp_path):
    with pytest.raises(RelayLogUnreadable, match="no log file"):
        actions.choose_relay_log(real_relay.pk, f"postfix:{tmp_path}/mail.log")

    real_relay.refresh_from_db()
    assert real_relay.log == ""
