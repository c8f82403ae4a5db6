"""«View in browser»: the version that was sent, without anybody's data or a log-in."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from gonets.audience.links import (
    inert_token,
    parse_unsubscribe_token,
    unsubscribe_token,
)
from gonets.audience.models import Subscription
from gonets.audience.states import SubscriptionState
from gonets.delivery.states import RunStatus
from gonets.letters.storing import content_from_json, digest_of
from gonets.newsletters import actions as newsletters
from gonets.newsletters.browser_pages import page_address, preview_page_address
from gonets.newsletters.models import Issue, IssueVersion, Newsletter
from gonets.newsletters.queries import letter_content
from gonets.publishing import actions
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.states import AudienceRule
from tests.publishing.test_letters import bind, message, recipients_of
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(settings, db) -> Issue:
    settings.GONETS_CATCHER_PORT = 1025
    settings.GONETS_RELAY_URL = ""
    section = make_section("News")
    make_material("A new ferry", section=section)
    newsletter = make_newsletter(
        section,
        greeting='Dear {{ subscriber.name | default("friend") }}, '
        "{{ subscriber.address }}!",
    )
    make_subscriber("ann@example.com", newsletter.readership, name="Ann")
    return make_issue(newsletter)


def send(issue: Issue):
    return actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)


def sent_letter(run) -> str:
    letters = PublishedLetters()
    binding = bind(letters, run)[0]
    letter = letters.letter(run.letter_ref)
    envelope = letter.envelope_for(recipients_of(run)[0], binding)
    part = message(envelope.content).get_body(("html",))
    return part.get_content()


def path_in(html: str) -> str:
    public = re.escape(django_settings.GONETS_PUBLIC_URL.rstrip("/"))
    found = re.search(rf'href="{public}(/v/[^"]+)"', html)
    assert found is not None
    return found[1]


def test_the_page_shows_what_was_sent_without_anybodys_data(client, issue):
    sent = sent_letter(send(issue))

    answer = client.get(path_in(sent))

    page = answer.text
    assert answer.status_code == 200
    assert "A new ferry" in page
    assert "Dear friend, !" in page
    assert "It was sent to your address." in page
    for secret in ("Ann", "ann@", "example.com"):
        assert secret not in page


def test_the_page_is_the_letter_to_the_byte_but_for_its_reader(client, issue):
    sent = sent_letter(send(issue))
    page = client.get(path_in(sent)).text

    way_out = r"/u/[^\"]+"
    personal = re.sub(way_out, "WAY", sent.replace("\r\n", "\n").rstrip("\n"))
    everybodys = re.sub(way_out, "WAY", page.rstrip("\n"))
    personal = personal.replace("Dear Ann, ann@example.com!", "Dear friend, !")
    assert personal.replace("sent to ann@example.com.", "sent to your address.") == (
        everybodys
    )


def test_nobody_can_be_unsubscribed_from_the_page(client, issue):
    page = client.get(path_in(sent_letter(send(issue)))).text
    way_out = re.search(r'/u/([^/"]+)/', page)
    assert way_out is not None

    client.post(reverse("gonets:unsubscribe", args=[way_out[1]]), {"act": "leave"})

    assert parse_unsubscribe_token(way_out[1]).is_inert
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED
    explained = client.get(reverse("gonets:unsubscribe", args=[way_out[1]]))
    assert "your own letter" in explained.text


def test_the_page_has_a_policy_of_its_own_and_is_kept_out_of_search(client, issue):
    path = path_in(sent_letter(send(issue)))
    answer = client.get(path)

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    again = client.get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_issue_that_was_not_sent_has_no_page(client, issue):
    version = newsletters.freeze_version(issue.pk, user=None)
    newsletters.postpone_issue(issue.pk, user=None)
    address = content_from_json(version.content).browser_address

    answer = client.get(address.removeprefix(django_settings.GONETS_PUBLIC_URL))

    assert answer.status_code == 404
    assert "This letter is not here" in answer.text


def test_each_version_keeps_its_own_page(client, issue):
    run = send(issue)
    first = path_in(sent_letter(run))
    run.status = RunStatus.PAUSED
    run.save()
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk,
        edition=issue.edition,
        user=None,
        changes={"intro": "<p>Corrected</p>"},
    )
    actions.correct_and_resume(run.pk, user=None)
    run.refresh_from_db()
    second = path_in(sent_letter(run))

    assert first != second
    assert "Corrected" not in client.get(first).text
    assert "Corrected" in client.get(second).text


@pytest.mark.parametrize("token", ["x", "a.b", "preview.x", "é", "a" * 5_000, "%00"])
def test_an_unknown_address_is_explained(client, token):
    answer = client.get(f"/v/{token}/", headers={"Accept-Language": "ru"})

    assert answer.status_code == 404
    assert "Этого письма здесь нет" in answer.text


def test_a_preview_links_to_an_explanation(client, issue):
    content = letter_content(issue.pk)

    assert content.browser_address == preview_page_address()
    path = content.browser_address.removeprefix(django_settings.GONETS_PUBLIC_URL)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "from a preview" in answer.text


def test_an_owner_who_switches_it_off_closes_all_pages(client, issue):
    path = path_in(sent_letter(send(issue)))

    Newsletter.objects.update(has_browser_page=False)

    assert client.get(path).status_code == 404
    assert letter_content(issue.pk).browser_address == ""
    version = newsletters.freeze_version(issue.pk, user=None)
    assert (version.number, version.browser_key) == (2, None)


def test_where_a_version_is_seen_is_no_part_of_its_wording(issue):
    version = newsletters.freeze_version(issue.pk, user=None)

    again = newsletters.freeze_version(issue.pk, user=None)

    assert again.pk == version.pk
    assert version.sha256 == digest_of(letter_content(issue.pk))
    assert IssueVersion.objects.count() == 1


def test_a_post_is_refused(client, issue):
    assert client.post(path_in(sent_letter(send(issue)))).status_code == 405


def close(issue: Issue) -> None:
    Newsletter.objects.filter(pk=issue.newsletter_id).update(is_closed=True)


def way_out(issue: Issue) -> str:
    subscription = Subscription.objects.get(
        readership=issue.newsletter.readership, subscriber__address="ann@example.com"
    )
    return unsubscribe_token(
        readership_key=subscription.readership.key,
        link_key=subscription.subscriber.link_key,
    )


def test_closing_a_newsletter_closes_the_pages_of_earlier_letters(client, issue):
    send(issue)
    key = IssueVersion.objects.get().browser_key
    token = page_address(key).rstrip("/").rpartition("/")[2]
    before = client.get(reverse("gonets:browser-page", args=[token]))
    close(issue)

    assert before.status_code == 200
    assert client.get(reverse("gonets:browser-page", args=[token])).status_code == 404


def test_a_reader_of_a_closed_newsletter_finds_its_letters_by_the_own_link(
    client, issue
):
    close(issue)
    send(issue)
    own = reverse("gonets:unsubscribe", args=[way_out(issue)])
    there = reverse("gonets:readers-letter", args=[way_out(issue), issue.pk])

    listed = client.get(own).content.decode()
    letter = client.get(there)

    assert there in listed
    assert "A new ferry" in letter.content.decode()
    assert letter.headers["Cache-Control"] == "no-store"
    assert "noindex" in letter.headers["X-Robots-Tag"]
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    assert "ann@example.com" not in letter.content.decode()


@pytest.mark.parametrize("who", ["left", "inert", "other", "open", "unsent"])
def test_nobody_else_does(client, issue, who):
    close(issue)
    if who != "unsent":
        send(issue)
    token = way_out(issue)
    if who == "left":
        Subscription.objects.update(state=SubscriptionState.UNSUBSCRIBED)
    if who == "inert":
        token = inert_token(issue.newsletter.readership.key)
    if who == "open":
        Newsletter.objects.update(is_closed=False)
    if who == "other":
        other = make_newsletter(title="Other", language="en")
        person = make_subscriber("eve@example.com", other.readership)
        token = unsubscribe_token(
            readership_key=other.readership.key, link_key=person.link_key
        )

    there = reverse("gonets:readers-letter", args=[token, issue.pk])

    assert client.get(there).status_code == 404
    assert (
        "Letters so far"
        not in client.get(reverse("gonets:unsubscribe", args=[token])).content.decode()
    )


def test_into_a_closed_newsletter_nobody_lets_themselves_in(client, issue):
    close(issue)
    own = reverse("gonets:unsubscribe", args=[way_out(issue)])
    client.post(own, {"act": "leave"})

    page = client.get(own).content.decode()
    client.post(own, {"act": "return"})
    form = {
        "newsletter": issue.newsletter.readership.key,
        "address": "eve@example.com",
    }
    client.post(reverse("gonets:sign-up"), form)

    assert "Subscribe again" not in page
    assert Subscription.objects.get().state == SubscriptionState.UNSUBSCRIBED
    assert issue.newsletter.title not in client.get("/join/").content.decode()
