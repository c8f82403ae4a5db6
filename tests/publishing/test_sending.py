"""One press or fifty: an issue goes out once, to everyone it should."""

from __future__ import annotations

import pytest

from gonets.delivery import disk
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue, IssueVersion, MaterialUse
from gonets.newsletters.states import IssueState
from gonets.publishing import actions, errors
from gonets.publishing.actions import sending
from gonets.publishing.models import IssueRun
from gonets.publishing.queries import audience_counts
from gonets.publishing.states import AudienceRule
from gonets.publishing.tasks import freeze_pending_runs
from tests.publishing.conftest import recipients, settle
from tests.support.factories import make_subscriber

ACCEPTED, REFUSED = DeliveryStatus.ACCEPTED, DeliveryStatus.REFUSED
UNCERTAIN = DeliveryStatus.UNCERTAIN


def send(
    issue: Issue, rule: AudienceRule = AudienceRule.EVERYONE, after: Run | None = None
) -> Run:
    return actions.send_issue(
        issue.pk, audience=rule, user=None, previous_run_id=after.pk if after else None
    )


def test_sending_freezes_the_wording_and_the_audience_and_starts(issue):
    run = send(issue)

    assert run.status == RunStatus.RUNNING
    assert recipients(run) == {"ann", "bob", "eve"}
    issue.refresh_from_db()
    assert issue.state == IssueState.RELEASED
    assert IssueVersion.objects.get(issue=issue).content["subject"] == issue.subject
    assert MaterialUse.objects.filter(issue=issue).count() == 1


def test_a_second_press_returns_the_same_run(issue):
    first = send(issue)

    assert send(issue) == first
    assert Run.objects.count() == 1


def test_a_press_that_comes_after_a_small_run_has_ended_starts_no_other(issue):
    first = send(issue)
    settle(first, ann=ACCEPTED, bob=ACCEPTED, eve=ACCEPTED)

    assert send(issue) == first
    assert first.status == RunStatus.FINISHED


def test_a_later_subscriber_is_not_put_into_a_frozen_audience(issue, newsletter):
    run = send(issue)

    make_subscriber("zoe@example.com", newsletter.readership)
    freeze_pending_runs()

    assert recipients(run) == {"ann", "bob", "eve"}


def test_a_large_audience_is_frozen_by_the_worker(issue, monkeypatch):
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)

    run = send(issue)
    before = run.status
    freeze_pending_runs()

    run.refresh_from_db()
    assert (before, run.status) == (RunStatus.PREPARING, RunStatus.RUNNING)
    assert recipients(run) == {"ann", "bob", "eve"}


def test_freezing_goes_on_where_a_killed_server_left_it(issue, monkeypatch):
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)
    run = send(issue)
    actions.freeze_piece(run.pk, size=1)
    assert len(recipients(run)) == 1

    freeze_pending_runs()
    freeze_pending_runs()

    run.refresh_from_db()
    assert Delivery.objects.filter(run=run).count() == run.audience_size == 3
    assert run.status == RunStatus.RUNNING


def test_a_pause_while_the_audience_is_frozen_lets_nothing_leave(issue, monkeypatch):
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)
    run = send(issue)

    actions.pause_issue_run(run.pk)
    freeze_pending_runs()

    run.refresh_from_db()
    assert run.status == RunStatus.PAUSED
    actions.continue_run(run.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING


def test_cancelling_while_the_audience_is_frozen_ends_the_run(issue, monkeypatch):
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)
    run = send(issue)

    actions.cancel_issue_rest(run.pk)
    freeze_pending_runs()

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED


def test_an_issue_without_a_subject_is_refused(issue):
    Issue.objects.filter(pk=issue.pk).update(subject="  ")

    with pytest.raises(errors.SubjectMissing):
        send(issue)

    assert not Run.objects.exists()


def test_a_newsletter_without_subscribers_is_refused(newsletter):
    issue = newsletters.prepare_issue(newsletter.pk, user=None)

    with pytest.raises(errors.NobodyToSendTo):
        send(issue)

    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


def test_a_letter_that_preflight_blocks_is_refused(issue):
    Issue.objects.filter(pk=issue.pk).update(subject="{{ subscriber.secret( }}")

    with pytest.raises(errors.LetterUnready):
        send(issue)


def test_a_real_relay_is_refused_while_readers_could_not_unsubscribe(issue, settings):
    settings.GONETS_RELAY_URL = "smtps://mail.example.com"
    settings.GONETS_PUBLIC_URL = "http://127.0.0.1:8000"

    with pytest.raises(errors.PublicAddressUnfit):
        send(issue)


def test_without_a_mailbox_and_a_relay_nothing_is_sent(issue, settings):
    settings.GONETS_CATCHER_PORT = None

    with pytest.raises(errors.RelayMissing):
        send(issue)


def test_wording_that_the_editor_has_not_seen_is_not_sent(issue):
    seen = issue.edition
    newsletters.postpone_issue(issue.pk, user=None)

    with pytest.raises(errors.LetterChanged):
        actions.send_issue(
            issue.pk, audience=AudienceRule.EVERYONE, user=None, edition=seen
        )


def test_sending_again_goes_to_exactly_those_who_were_chosen(issue, newsletter):
    first = send(issue)
    settle(first, ann=ACCEPTED, bob=REFUSED, eve=UNCERTAIN)
    make_subscriber("zoe@example.com", newsletter.readership)

    counts = audience_counts(issue.pk)
    assert (counts.everyone, counts.newcomers) == (4, 1)
    assert (counts.failed, counts.uncertain) == (1, 1)

    newcomers = send(issue, AudienceRule.NEWCOMERS, after=first)
    assert recipients(newcomers) == {"zoe"}
    settle(newcomers, zoe=REFUSED)
    failed = send(issue, AudienceRule.FAILED, after=newcomers)
    assert recipients(failed) == {"bob", "zoe"}
    settle(failed, bob=ACCEPTED, zoe=REFUSED)
    both = send(issue, AudienceRule.FAILED_AND_UNCERTAIN, after=failed)
    assert recipients(both) == {"eve", "zoe"}


def test_what_a_person_decided_about_an_uncertain_one_counts(issue, editor):
    run = send(issue)
    settle(run, ann=UNCERTAIN, bob=UNCERTAIN, eve=ACCEPTED)
    Delivery.objects.filter(run=run, recipient__startswith="ann").update(
        resolution="send_again"
    )
    Delivery.objects.filter(run=run, recipient__startswith="bob").update(
        resolution="count_as_accepted"
    )

    counts = audience_counts(issue.pk)

    assert (counts.failed, counts.uncertain) == (1, 0)


def test_another_audience_does_not_start_while_a_run_is_under_way(issue):
    run = send(issue)

    with pytest.raises(errors.AlreadyRunning) as refusal:
        send(issue, AudienceRule.NEWCOMERS, after=run)

    assert refusal.value.run_id == run.pk


def test_materials_are_free_again_only_if_nobody_was_reached(
    issue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = send(issue)
        settle(run, ann=REFUSED, bob=REFUSED, eve=REFUSED)

    assert not MaterialUse.objects.filter(issue=issue).exists()
    with django_capture_on_commit_callbacks(execute=True):
        again = send(issue, AudienceRule.EVERYONE, after=run)
        settle(again, ann=REFUSED, bob=UNCERTAIN, eve=REFUSED)
    assert MaterialUse.objects.filter(issue=issue).exists()


def test_a_correction_reaches_only_those_who_are_still_waiting(
    issue, django_capture_on_commit_callbacks
):
    run = send(issue)
    settle(run, ann=ACCEPTED)
    actions.pause_issue_run(run.pk)
    first = IssueRun.objects.get(run=run).version

    with pytest.raises(errors.WordingUnchanged):
        actions.correct_and_resume(run.pk, user=None)
    newsletters.save_wording(
        issue.pk,
        edition=Issue.objects.get(pk=issue.pk).edition,
        user=None,
        changes={"subject": "The ferry leaves at nine"},
    )
    actions.correct_and_resume(run.pk, user=None)

    run.refresh_from_db()
    version = IssueRun.objects.get(run=run).version
    assert version.number == first.number + 1
    assert run.letter_ref.startswith(f"{version.pk}-")
    assert run.status == RunStatus.RUNNING


def test_a_running_letter_cannot_be_corrected(issue):
    run = send(issue)
    Issue.objects.filter(pk=issue.pk).update(subject="Another")

    with pytest.raises(errors.NotPaused):
        actions.correct_and_resume(run.pk, user=None)


def test_a_run_is_acknowledged_only_at_its_end(issue):
    run = send(issue)

    with pytest.raises(errors.StillRunning):
        actions.acknowledge_run(run.pk)
    settle(run, ann=ACCEPTED, bob=ACCEPTED, eve=ACCEPTED)
    actions.acknowledge_run(run.pk)
    actions.acknowledge_run(run.pk)

    assert IssueRun.objects.get(run=run).acknowledged_at is not None


def test_nothing_is_begun_without_room_for_its_account(issue, monkeypatch, tmp_path):
    monkeypatch.setattr(disk, "LEAST_ROOM", disk.LeastRoom(size=2**62, share=2.0))
    monkeypatch.setattr(sending, "database_folders", lambda: [tmp_path])

    with pytest.raises(errors.DiskFull, match="almost full"):
        send(issue)
    assert not Run.objects.exists()
