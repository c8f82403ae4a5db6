"""Making and changing newsletters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import BadSettings
from gonets.newsletters.types import NewsletterSettings
from tests.support.factories import (
    make_issue,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

GOOD = NewsletterSettings(
    title="The Weekly",
    sender_name="The Harbour",
    sender_address="news@harbour.example",
    postal_address="1 Quay Street\nPort",
)


def test_a_newsletter_has_a_readership_of_its_own_for_good():
    first = actions.create_newsletter(GOOD)
    second = actions.create_newsletter(GOOD)
    key = first.readership.key
    assert key != second.readership.key

    actions.edit_newsletter(first.pk, replace(GOOD, title="The Daily"))

    first.refresh_from_db()
    assert (first.title, first.readership.key) == ("The Daily", key)


def test_editing_changes_the_sections():
    news, sport = make_section("News"), make_section("Sport")
    newsletter = make_newsletter(news)

    actions.edit_newsletter(newsletter.pk, replace(GOOD, section_ids=(sport.pk,)))

    assert list(newsletter.sections.all()) == [sport]


def test_texts_are_trimmed_and_addresses_spelled_as_written_to():
    newsletter = actions.create_newsletter(
        replace(GOOD, title="  Weekly ", sender_address=" Anna@HARBOUR.example ")
    )

    assert newsletter.title == "Weekly"
    assert newsletter.sender_address == "Anna@harbour.example"


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("title", " ", "fill this in"),
        ("postal_address", "", "fill this in"),
        ("title", "News\r\nBcc: x@example.com", "one line"),
        ("sender_name", "News\nBcc: x@example.com", "one line"),
        ("sender_address", "news", "not an e-mail address"),
        ("sender_address", "a@b.example\r\nBcc: x@example.com", "one line"),
        ("reply_to", "not an address", "not an e-mail address"),
        ("test_address", "@", "not an e-mail address"),
        ("title", "x" * 201, "201 characters"),
        ("selection", "random", "choose one"),
        ("language", "xx", "choose one"),
        ("selection_days", 0, "from 1 to"),
        ("selection_count", 1000, "from 1 to"),
    ],
)
def test_wrong_settings_are_named_by_field(field, value, complaint):
    with pytest.raises(BadSettings) as told:
        actions.create_newsletter(replace(GOOD, **{field: value}))

    assert complaint in told.value.problems[field]


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(BadSettings) as told:
        actions.create_newsletter(replace(GOOD, title="", sender_address="x"))

    assert set(told.value.problems) == {"title", "sender_address"}


def test_the_list_says_how_many_read_it_and_which_issues_there_are():
    newsletter = make_newsletter()
    make_subscriber("ann@example.com", newsletter.readership)
    make_subscriber("bob@example.com", newsletter.readership)
    sent, planned = make_issue(newsletter), make_issue(newsletter)
    actions.mark_released(sent.pk)
    actions.schedule_issue(planned.pk, at=clock.now() + timedelta(days=1), user=None)

    (row,) = queries.newsletter_rows()

    assert row.subscribers == 2
    assert (row.last_issue, row.next_issue, row.open_issues) == (sent, planned, 1)


def test_archived_newsletters_are_in_a_list_of_their_own():
    newsletter = make_newsletter()
    actions.archive_newsletter(newsletter.pk)

    assert queries.newsletter_rows() == []
    (row,) = queries.newsletter_rows(archived=True)
    assert row.newsletter == newsletter

    actions.unarchive_newsletter(newsletter.pk)
    assert queries.newsletter_rows(archived=True) == []
