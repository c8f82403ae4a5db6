"""The list of newsletters, and their settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from gonets.content.models import Source
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.models import Issue, Newsletter
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

LIST = "/"
SELECTED = "/newsletters/selected/"


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


def settings_of(**changes: Any) -> dict[str, Any]:
    return {
        "title": "The Weekly",
        "language": "en",
        "selection": "since_last_issue",
        "sender_name": "The Harbour",
        "sender_address": "news@harbour.example",
        "postal_address": "1 Quay Street",
        **changes,
    }


def test_strangers_are_sent_to_the_log_in(client):
    assert client.get(LIST).status_code == 302


def test_an_empty_desk_leads_to_the_first_newsletter(desk):
    page = desk.get(LIST).content.decode()

    assert "Make the first newsletter" in page
    assert reverse("gonets:newsletter-create") in page


def test_the_list_shows_how_many_read_each(desk):
    newsletter = make_newsletter(title="The Weekly")
    make_subscriber("ann@example.com", newsletter.readership)

    page = desk.get(LIST).content.decode()

    assert "The Weekly" in page
    assert '<td class="is-number" data-label="Subscribers">1</td>' in page


def test_the_captions_are_the_manuals_in_russian(editor_client):
    make_newsletter()

    page = editor_client.get(LIST, HTTP_ACCEPT_LANGUAGE="ru").content.decode()

    assert "<h1>Рассылки</h1>" in page
    assert "<span>Разослать список</span>" in page


def test_preparing_makes_a_draft_and_opens_its_materials(desk, editor):
    news = make_section("News")
    make_material("A ferry", section=news)
    newsletter = make_newsletter(news)

    answer = desk.post(SELECTED, {"selected": newsletter.pk, "act": "prepare"})

    issue = Issue.objects.get()
    assert answer.url == reverse("gonets:issue-materials", args=[issue.pk])
    assert issue.created_by == editor
    assert issue.entries.count() == 1


def test_enter_on_a_row_prepares_as_the_first_button_does(desk):
    newsletter = make_newsletter()

    desk.post(SELECTED, {"selected": newsletter.pk})

    assert Issue.objects.count() == 1


def test_a_draft_that_is_there_is_offered_first(desk):
    newsletter = make_newsletter()
    draft = make_issue(newsletter)

    answer = desk.post(SELECTED, {"selected": newsletter.pk, "act": "prepare"})
    page = desk.get(answer.url).content.decode()

    assert Issue.objects.count() == 1
    assert reverse("gonets:issue-open", args=[draft.pk]) in page
    address = reverse("gonets:issue-prepare", args=[newsletter.pk])
    desk.post(address, {"another": "yes"})
    assert Issue.objects.count() == 2


def test_nothing_selected_changes_nothing(desk):
    make_newsletter()

    for selected in ("", "x", "-1", "9" * 30, "²"):
        answer = desk.post(SELECTED, {"selected": selected, "act": "archive"})
        assert answer.url == LIST

    assert Newsletter.objects.filter(archived_at=None).exists()


def test_the_archive_keeps_a_newsletter_that_can_come_back(desk):
    newsletter = make_newsletter(title="Old news")

    desk.post(SELECTED, {"selected": newsletter.pk, "act": "archive"})
    page = desk.get(LIST, follow=True).content.decode()
    assert "Archive: 1 newsletter" in page

    assert "Old news" in desk.get("/newsletters/archive/").content.decode()
    desk.post(reverse("gonets:newsletter-unarchive", args=[newsletter.pk]))
    newsletter.refresh_from_db()
    assert newsletter.archived_at is None


def test_an_archived_newsletter_cannot_be_prepared(desk):
    newsletter = make_newsletter(title="Old news")
    actions.archive_newsletter(newsletter.pk)

    address = reverse("gonets:issue-prepare", args=[newsletter.pk])
    answer = desk.post(address, follow=True)

    assert "is in the archive" in answer.content.decode()
    assert not Issue.objects.exists()


def test_a_newsletter_is_made_with_its_sections(desk):
    news = make_section("News")

    answer = desk.post("/newsletters/new/", settings_of(section_ids=[news.pk]))

    newsletter = Newsletter.objects.get()
    assert answer.url == f"/?selected={newsletter.pk}"
    assert list(newsletter.sections.all()) == [news]


def test_no_sections_is_allowed_with_a_warning(desk):
    answer = desk.post("/newsletters/new/", settings_of(), follow=True)

    assert "No sections are chosen" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"title": ""}, "This field is required"),
        ({"title": "A\r\nBcc: everyone@example.com"}, "This must be one line"),
        ({"sender_name": "A\nB"}, "This must be one line"),
        ({"sender_address": "nobody"}, "is not an e-mail address"),
        ({"sender_address": "a@b.example\nBcc: c@d.example"}, "This must be one line"),
        ({"reply_to": "nobody@"}, "is not an e-mail address"),
        ({"selection_days": "0"}, "greater than or equal to 1"),
        ({"selection_days": "1000"}, "less than or equal to"),
        ({"section_ids": ["999"]}, "999 is not one of the available choices"),
        ({"section_ids": ["9" * 30]}, "is not one of the available choices"),
        ({"selection": "magic"}, "magic is not one of the available choices"),
        ({"title": "x" * 300}, "This is too long"),
    ],
)
def test_wrong_settings_are_explained_and_nothing_typed_is_lost(
    desk, changes, complaint
):
    filled = settings_of(description="All about ferries", **changes)
    page = desk.post("/newsletters/new/", filled).content.decode()

    assert complaint in page
    assert "All about ferries" in page
    assert not Newsletter.objects.exists()


def test_settings_are_shown_as_they_are_and_saved(desk):
    news = make_section("News")
    newsletter = make_newsletter(news, title="The Weekly")
    address = reverse("gonets:newsletter-edit", args=[newsletter.pk])

    page = desk.get(address).content.decode()
    assert 'value="The Weekly"' in page
    assert f'name="section_ids" value="{news.pk}" checked' in page

    desk.post(address, settings_of(title="The Daily", selection="newest"))
    newsletter.refresh_from_db()
    assert (newsletter.title, newsletter.selection) == ("The Daily", "newest")
    assert not newsletter.sections.exists()


def test_html_in_names_is_shown_as_text(desk):
    make_newsletter(title="<script>alert(1)</script>")

    page = desk.get(LIST).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture
def club(db: None) -> Source:
    return Source.objects.create(
        kind="ghost", name="Club", takes_private=True, created_at=clock.now()
    )


def closed(newsletter: Newsletter) -> tuple[bool, list[str]]:
    newsletter.refresh_from_db()
    names = newsletter.private_sources.values_list("name", flat=True)
    return newsletter.is_closed, list(names)


def test_an_administrator_closes_a_newsletter_and_lets_a_source_in(
    administrator_client, club
):
    newsletter = make_newsletter()
    edit = reverse("gonets:newsletter-edit", args=[newsletter.pk])

    chosen = settings_of(is_closed="on", private_source_ids=[club.pk])
    administrator_client.post(edit, chosen)
    page = administrator_client.get(edit).content.decode()

    assert closed(newsletter) == (True, ["Club"])
    assert "/join/" not in page


def test_an_editor_sees_that_and_cannot_change_it(desk, club):
    newsletter = make_newsletter()
    edit = reverse("gonets:newsletter-edit", args=[newsletter.pk])

    desk.post(edit, settings_of(is_closed="on", private_source_ids=[club.pk]))
    tried_to_close = closed(newsletter)
    Newsletter.objects.update(is_closed=True)
    newsletter.private_sources.set([club])
    desk.post(edit, settings_of(title="Another name"))

    assert tried_to_close == (False, [])
    assert closed(newsletter) == (True, ["Club"])
    assert newsletter.title == "Another name"
    assert "Only an administrator" in desk.get(edit).content.decode()


def test_a_source_that_lets_nothing_private_in_any_more_is_not_offered(
    administrator_client, club
):
    newsletter = make_newsletter()
    newsletter.private_sources.set([club])
    Source.objects.update(takes_private=False)
    edit = reverse("gonets:newsletter-edit", args=[newsletter.pk])

    page = administrator_client.get(edit).content.decode()
    answer = administrator_client.post(edit, settings_of(is_closed="on"))

    assert "Private materials may come from" not in page
    assert answer.status_code == 302
    assert closed(newsletter) == (True, [])


def test_the_settings_name_the_address_where_readers_subscribe(desk):
    newsletter = make_newsletter()
    key = newsletter.readership.key

    page = desk.get(reverse("gonets:newsletter-edit", args=[newsletter.pk]))

    assert f"/join/?newsletter={key}" in page.content.decode()
