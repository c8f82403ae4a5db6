"""Test letters go through the real relay and change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from django.utils import translation

from gonets.audience.links import parse_unsubscribe_token
from gonets.delivery.models import Delivery, Run
from gonets.newsletters.models import Issue, IssueVersion
from gonets.publishing import actions
from gonets.publishing.contents import content_now
from gonets.publishing.errors import TestLetterFailed
from gonets.publishing.letters import letter_of
from gonets.publishing.previews import inert_envelope
from gonets.publishing.queries import last_test_addresses
from tests.support.ports import free_port
from tests.support.postbox import Postbox


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    with Postbox(refused=frozenset({"nobody@example.com"})) as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        yield postbox


def test_it_arrives_marked_and_its_way_out_does_nothing(issue, postbox, editor):
    answers = actions.send_test_letter(issue.pk, [" Me@Example.com "], user=editor)

    assert [answer.is_accepted for answer in answers] == [True]
    letter = postbox.letters[0].message
    assert letter["Subject"] == f"[Test] {issue.subject}"
    token = letter["List-Unsubscribe"].strip("<>").rstrip("/").rpartition("/")[2]
    assert parse_unsubscribe_token(token).is_inert


def test_it_changes_nothing(issue, postbox, editor):
    before = Issue.objects.values().get(pk=issue.pk)

    actions.send_test_letter(issue.pk, ["me@example.com"], user=editor)

    assert Issue.objects.values().get(pk=issue.pk) == before
    assert not IssueVersion.objects.exists()
    assert not Run.objects.exists()
    assert not Delivery.objects.exists()


def test_the_relays_refusal_is_told(issue, postbox):
    answers = actions.send_test_letter(
        issue.pk, ["nobody@example.com", "me@example.com"], user=None
    )

    assert [answer.is_accepted for answer in answers] == [False, True]
    assert "No such person" in answers[0].answer


def test_a_dead_relay_is_explained(issue, settings):
    settings.GONETS_CATCHER_PORT = free_port()

    with translation.override("ru"), pytest.raises(TestLetterFailed) as failure:
        actions.send_test_letter(issue.pk, ["me@example.com"], user=None)

    assert "Почтовый сервер недоступен." in str(failure.value)
    assert "никто не отвечает" in str(failure.value)


@pytest.mark.parametrize(
    "addresses",
    [[], ["not an address"], [f"a{n}@example.com" for n in range(11)]],
    ids=["none", "bad", "too many"],
)
def test_wrong_addresses_are_named(issue, postbox, addresses):
    with pytest.raises(TestLetterFailed):
        actions.send_test_letter(issue.pk, addresses, user=None)

    assert not postbox.letters


def test_an_editors_last_addresses_are_remembered(
    issue, postbox, editor, administrator
):
    two = ["me@example.com", "boss@example.com"]
    actions.send_test_letter(issue.pk, two, user=editor)
    actions.send_test_letter(issue.pk, ["me@example.com"], user=None)

    assert last_test_addresses(editor) == "me@example.com, boss@example.com"
    assert last_test_addresses(administrator) == ""
    assert postbox.recipients() == [*two, "me@example.com"]


def test_a_test_letter_is_made_by_the_code_that_sends(issue, postbox, editor):
    actions.send_test_letter(issue.pk, ["me@example.com"], user=editor)

    got = postbox.letters[0].content
    content = content_now(issue.pk)
    letter = letter_of(
        replace(content, subject=f"[Test] {content.subject}"),
        issue.newsletter.readership,
        signer=None,
    )
    date = parsedate_to_datetime(str(postbox.letters[0].message["Date"]))
    sent_at = date.replace(microsecond=0)
    made = inert_envelope(
        letter, address="me@example.com", known={"name": ""}, date=sent_at
    )
    mine, theirs = (
        re.sub(rb"Message-ID: [^\r]*", b"", each) for each in (made.content, got)
    )
    assert mine == theirs
