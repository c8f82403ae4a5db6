from __future__ import annotations

import pytest
from django.test import Client

from gonets.audience import actions, links
from gonets.audience.models import Subscriber
from gonets.web.subscribers.leaving import masked
from tests.support.factories import ON_PAPER, make_newsletter, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter():
    return make_newsletter(title="Weekly letter", language="en")


@pytest.fixture
def person(newsletter) -> Subscriber:
    return make_subscriber("ann@example.com", newsletter.readership)


@pytest.fixture
def address(newsletter, person) -> str:
    token = links.unsubscribe_token(
        readership_key=newsletter.readership.key, link_key=person.link_key
    )
    return f"/u/{token}/"


def state(person: Subscriber) -> str:
    return person.subscriptions.get().state


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("method", ["get", "head"])
def test_following_the_link_changes_nothing(stranger, address, person, method):
    for _ in range(3):
        response = getattr(stranger, method)(address)

    assert response.status_code == 200
    assert state(person) == "confirmed"


def test_the_page_asks_with_one_button_in_the_newsletters_language(
    stranger, address, newsletter
):
    newsletter.language = "ru"
    newsletter.save()

    page = stranger.get(address, headers={"accept-language": "en"}).content.decode()

    assert '<html lang="ru">' in page
    assert "Weekly letter" in page
    assert page.count("<button") == 1
    assert "ann@example.com" not in page


@pytest.mark.parametrize(
    "body",
    [
        {
            "data": "List-Unsubscribe=One-Click",
            "content_type": "application/x-www-form-urlencoded",
        },
        {"data": {"List-Unsubscribe": "One-Click"}},  # multipart/form-data
        {"data": "", "content_type": "application/x-www-form-urlencoded"},
    ],
    ids=["urlencoded", "multipart", "empty"],
)
def test_one_click_leaves_without_cookies_or_redirects(stranger, address, person, body):
    first = stranger.post(address, **body)
    second = stranger.post(address, **body)

    for response in (first, second):
        assert response.status_code == 200
        assert "Location" not in response.headers
        assert not response.cookies
    assert state(person) == "unsubscribed"


def test_the_button_leaves_and_the_page_offers_the_way_back(stranger, address, person):
    page = stranger.post(address, {"act": "leave"}, follow=True)
    assert state(person) == "unsubscribed"
    assert "You are unsubscribed" in page.content.decode()

    back = stranger.post(address, {"act": "return"}, follow=True)
    assert state(person) == "confirmed"
    assert "Unsubscribe?" in back.content.decode()
    assert not stranger.cookies


def test_a_blocked_reader_is_not_brought_back(stranger, address, person):
    stranger.post(address)
    actions.suppress(address=person.address, reason="complained")

    stranger.post(address, {"act": "return"})

    assert state(person) == "unsubscribed"


def test_the_page_is_kept_nowhere_and_tells_nobody_its_address(stranger, address):
    for response in (stranger.get(address), stranger.post(address)):
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert not response.cookies


def test_the_page_loads_nothing_from_elsewhere(stranger, address):
    page = stranger.get(address).content.decode()

    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


@pytest.mark.parametrize("damage", ["x", "", "weekly.abc.def", "ы.ы.ы", "a" * 5000])
def test_a_damaged_link_says_so(stranger, address, person, damage):
    for response in (stranger.get(f"/u/{damage}x/"), stranger.post(f"/u/{damage}x/")):
        assert response.status_code == 404
        assert "This link is damaged" in response.content.decode()
    assert state(person) == "confirmed"


def test_a_link_of_another_newsletter_leaves_only_that_one(stranger, address, person):
    other = make_newsletter(title="Daily letter")
    actions.subscribe(
        subscriber_id=person.pk,
        readership_id=other.readership_id,
        evidence=ON_PAPER,
    )

    stranger.post(address)

    states = dict(person.subscriptions.values_list("readership_id", "state"))
    assert states[other.readership_id] == "confirmed"


def test_a_preview_link_explains_itself_and_does_nothing(stranger, newsletter):
    token = links.inert_token(newsletter.readership.key)

    page = stranger.get(f"/u/{token}/")

    assert "This link is from a preview" in page.content.decode()
    assert stranger.post(f"/u/{token}/").status_code == 200


def test_a_deleted_reader_learns_that_nothing_comes(stranger, address, person):
    actions.erase_subscriber(person.pk)

    assert "address was deleted" in stranger.get(address).content.decode()
    assert stranger.post(address).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(stranger, address, method):
    assert getattr(stranger, method)(address).status_code == 405


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ann@example.com", "a…@example.com"), ("я@почта.рф", "я…@почта.рф")],
)
def test_an_address_is_shown_only_to_whoever_knows_it(address, shown):
    assert masked(address) == shown
