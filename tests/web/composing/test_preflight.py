"""Preflight on the pages: one list, buttons that lead there, reasons on record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gonets.newsletters.models import Entry, Issue, Newsletter
from gonets.publishing.actions import send_issue
from gonets.publishing.models import LinkLook, PreflightOverride
from gonets.publishing.preflight.looking import look_at_links
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import issue, mailbox, newsletter
from tests.support.website import website

__all__ = ["issue", "mailbox", "newsletter"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Client) -> Client:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


def url(name: str, issue: Issue, *more: object) -> str:
    return reverse(f"gonets:{name}", args=[issue.pk, *more])


def shown(desk: Client, name: str, issue: Issue) -> str:
    return desk.get(url(name, issue)).content.decode()


def texts(page: str) -> list[str]:
    found = re.findall(r'<p class="check-text">(.*?)</p>', page, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", text).strip() for text in found]


def override(desk: Client, issue: Issue, **changes: Any) -> Any:
    issue.refresh_from_db()
    values = {
        "code": "postal-address-missing",
        "field": "",
        "edition": issue.edition,
        "reason": "Only for colleagues",
        "page": "send",
    }
    return desk.post(url("issue-override", issue), {**values, **changes}, follow=True)


@pytest.fixture
def homeless(issue: Issue) -> Issue:
    Newsletter.objects.update(postal_address="")
    Entry.objects.update(address="https://town.ru/a/")
    return issue


def test_the_same_list_stands_beside_the_letter_and_on_the_page_of_sending(
    desk, homeless
):
    Issue.objects.filter(pk=homeless.pk).update(subject="WONDERFUL NEWS!!!")

    in_letter = texts(shown(desk, "issue-preview", homeless))

    assert len(in_letter) == 2
    assert texts(shown(desk, "issue-send", homeless)) == in_letter
    assert texts(shown(desk, "issue-checks", homeless)) == in_letter


def test_buttons_lead_to_the_place_from_either_page(desk, homeless):
    Issue.objects.filter(pk=homeless.pk).update(subject="WONDERFUL NEWS!!!")

    beside = shown(desk, "issue-preview", homeless)
    sending = shown(desk, "issue-send", homeless)

    settings = reverse("gonets:newsletter-edit", args=[homeless.newsletter_id])
    assert 'data-goes-to="subject"' in beside
    assert f'{url("issue-preview", homeless)}#field=subject"' in sending
    assert f'href="{settings}"' in beside
    assert f'href="{settings}"' in sending


def test_set_up_is_offered_to_those_only_who_may(desk, administrator, issue, settings):
    settings.GONETS_RELAY_URL = "smtps://relay.town.ru"
    settings.GONETS_PUBLIC_URL = "https://news.town.ru"
    signing = f'href="{reverse("gonets:signing")}" data-leaves'

    assert signing not in shown(desk, "issue-send", issue)

    desk.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    assert signing in shown(desk, "issue-send", issue)


def test_what_blocks_keeps_the_button_shut_until_somebody_says_why(desk, homeless):
    shut = 'id="send-button" disabled'
    assert shut in shown(desk, "issue-send", homeless)

    page = override(desk, homeless).content.decode()

    assert shut not in page
    assert "Only for colleagues" in page
    assert PreflightOverride.objects.get().created_by.username == "editor"
    sent = desk.post(url("issue-send", homeless), {"edition": homeless.edition})
    assert sent.headers["Location"] == url("issue-progress", homeless)


def test_the_account_shows_what_a_version_was_sent_in_spite_of(desk, homeless, editor):
    override(desk, homeless)
    send_issue(homeless.pk, audience=AudienceRule.EVERYONE, user=editor)

    page = shown(desk, "issue-account", homeless)

    assert "Only for colleagues" in page
    assert "no postal address" in page


def test_an_override_can_be_taken_back(desk, homeless):
    override(desk, homeless)
    made = PreflightOverride.objects.get()

    page = desk.post(
        url("override-withdraw", homeless, made.pk), {"page": "send"}, follow=True
    ).content.decode()

    assert 'id="send-button" disabled' in page
    made.refresh_from_db()
    assert made.withdrawn_by.username == "editor"


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "  "},
        {"reason": ""},
        {"code": "sender-missing"},
        {"code": "x" * 1000, "field": "\0"},
        {"edition": "0"},
        {"edition": "²"},
        {"edition": "9" * 40},
    ],
)
def test_nonsense_overrides_nothing_and_says_so(desk, homeless, changes):
    page = override(desk, homeless, **changes).content.decode()

    assert not PreflightOverride.objects.exists()
    assert re.search(r'class="notice" data-tone="(bad|warn)"', page)


@pytest.mark.parametrize("number", [1, 10**17, 10**30])
def test_an_override_of_another_issue_cannot_be_taken_back(desk, issue, number):
    gone = desk.post(f"/issues/{issue.pk}/override/{number}/withdraw/")

    assert gone.status_code == 404


def test_a_get_changes_nothing(desk, homeless):
    assert desk.get(url("issue-override", homeless)).status_code == 405
    desk.get(url("issue-looks", homeless))
    desk.get(url("issue-preview", homeless))
    assert not LinkLook.objects.exists()


def test_looks_are_asked_for_by_the_page_and_shown_as_they_come(desk, issue):
    with website() as site:
        Entry.objects.update(address=site.address("/gone"))
        page = shown(desk, "issue-preview", issue)
        assert f'hx-post="{url("issue-looks", issue)}' in page

        asked = desk.post(url("issue-looks", issue) + "?waits=yes").content.decode()
        look_at_links(guard=site.guard)
        done = desk.get(url("issue-looks", issue) + "?waits=yes")

    assert "not being checked" in asked  # No worker runs in this test.
    assert "looks-done" in done.headers["HX-Trigger"]
    assert "1 link checked" in done.content.decode()
    assert "the page does not exist, 404" in shown(desk, "issue-checks", issue)


@pytest.mark.thorough
def test_forty_dead_links_are_folded(desk, issue):
    with website() as site:
        links = "".join(
            f'<p><a href="{site.address(f"/{n}")}">No {n}</a></p>' for n in range(40)
        )
        Issue.objects.filter(pk=issue.pk).update(intro=links)
        Entry.objects.all().delete()
        desk.post(url("issue-looks", issue))
        look_at_links(guard=site.guard)

    assert "38 more like this" in shown(desk, "issue-checks", issue)


def test_ten_thousand_slips_make_no_endless_page(desk, issue):
    link = '<a href="https://town.ru/">here</a> '
    Issue.objects.filter(pk=issue.pk).update(intro=f"<p>{link * 5_000}</p>")

    page = shown(desk, "issue-checks", issue)

    assert "4998 more like this" in page
    assert page.count("<li") < 120


def test_a_broken_sender_is_told_and_not_a_broken_page(desk, issue):
    Newsletter.objects.update(sender_address="nobody")

    assert "has no sender" in shown(desk, "issue-preview", issue)
    assert "has no sender" in shown(desk, "issue-send", issue)
    assert desk.post(url("issue-looks", issue)).status_code == 204


def test_what_strangers_wrote_is_only_text(desk, issue):
    Issue.objects.filter(pk=issue.pk).update(
        subject="Re: <script>alert(1)</script>",
        intro='<p><a href="https://bit.ly/%22%3E%3Cscript%3E">&lt;script&gt;</a></p>',
    )

    page = shown(desk, "issue-checks", issue)

    assert "<script>" not in page


def test_strangers_see_nothing(client, issue):
    for name in ("issue-checks", "issue-looks"):
        assert client.get(url(name, issue)).status_code == 302
    assert client.post(url("issue-override", issue)).status_code == 302
