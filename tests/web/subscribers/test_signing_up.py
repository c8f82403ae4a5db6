"""Joining by a form: from a page that a cache keeps to a consent on record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.test import Client, RequestFactory

from gonets.audience import actions
from gonets.audience.models import Consent, SignUp, Subscriber, Subscription
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.publishing.models import ConfirmationLetter
from gonets.publishing.tasks import send_notices
from gonets.web.sign_up_forms import FormWords, form_context, origin_of, signed_origin
from tests.support.factories import make_newsletter, make_subscriber
from tests.support.postbox import Postbox

pytestmark = pytest.mark.django_db

PAGE = "https://paper.example/culture/?a=1&b=<2>"


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def newsletter() -> Any:
    return make_newsletter(title="Weekly <letter>", language="en")


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox() as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        yield postbox


def form_of(*offered: Any, **words: Any) -> dict[str, Any]:
    """Return what the form of these on a page of the site sends."""
    shown = form_context(offered, FormWords(**words), page=PAGE, key="1")
    keys = [each.readership.key for each in offered]
    return {"origin": shown["origin"], "newsletter": keys}


def confirmation_address(postbox: Postbox) -> str:
    send_notices()
    (address,) = re.findall(r"https?://\S+(/j/\S+/)", postbox.letters[-1].part("plain"))
    return str(address)


def test_from_the_form_over_the_mailbox_to_a_consent_on_record(
    stranger, newsletter, postbox
):
    form = form_of(newsletter, consent="Every Friday, no adverts")
    asked = stranger.post("/join/", {**form, "address": "ann@example.com"}, follow=True)
    address = confirmation_address(postbox)
    looked = stranger.get(address)
    before = Subscription.objects.get().state
    confirmed = stranger.post(address, follow=True)

    assert "mailbox" in asked.content.decode()
    assert (
        PAGE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        in asked.content.decode()
    )
    assert before == "pending"
    assert looked.content.decode().count("<button") == 1
    assert "ann@example.com" not in looked.content.decode()
    assert "You are subscribed" in confirmed.content.decode()
    consent = Consent.objects.get()
    assert PAGE in consent.evidence
    assert "Every Friday, no adverts" in consent.evidence
    for answer in (asked, looked, confirmed):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies
        assert "<script" not in answer.content.decode()
        assert "style=" not in answer.content.decode()


def test_the_letter_has_nothing_that_a_stranger_typed(stranger, newsletter, postbox):
    stranger.post(
        "/join/",
        {**form_of(newsletter), "address": "ann@example.com", "name": "BUY WATCHES"},
    )
    send_notices()

    letter = postbox.letters[0]
    assert letter.recipient == "ann@example.com"
    assert letter.message["Subject"] == "Please confirm: Weekly <letter>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "Weekly &lt;letter&gt;" in letter.part("html")
    assert "WATCHES" not in letter.part("plain") + letter.part("html")


def test_the_letter_speaks_the_language_of_the_page(stranger, newsletter, postbox):
    form = form_of(newsletter)
    origin = origin_of(form["origin"])
    form["origin"] = signed_origin(type(origin)(page=PAGE, language="ru"))
    asked = stranger.post("/join/", {**form, "address": "ann@example.com"}, follow=True)
    send_notices()

    assert '<html lang="ru">' in asked.content.decode()
    assert postbox.letters[0].message["Subject"].startswith("Подтвердите")


def test_who_is_subscribed_is_told_to_nobody_but_them(stranger, newsletter, postbox):
    make_subscriber("ann@example.com", newsletter.readership)
    form = form_of(newsletter)
    known = stranger.post("/join/", {**form, "address": "ann@example.com"})
    unknown = stranger.post("/join/", {**form, "address": "bob@example.com"})
    blocked = "eve@example.com"
    actions.suppress(address=blocked, reason="")
    silent = stranger.post("/join/", {**form, "address": blocked})
    send_notices()

    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.headers["Location"] == silent.headers["Location"]
    letters = {each.recipient: each for each in postbox.letters}
    assert set(letters) == {"ann@example.com", "bob@example.com"}
    assert "already" in letters["ann@example.com"].message["Subject"]
    assert "/u/" in letters["ann@example.com"].part("plain")


@pytest.mark.parametrize(
    "address", ["", "ann", "ann@example", "a@b.example\nBcc: x@y.example", "<b>@x.y"]
)
def test_a_bad_address_is_said_and_shown_again(stranger, newsletter, address):
    answer = stranger.post("/join/", {**form_of(newsletter), "address": address})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert "<b>@" not in page
    assert SignUp.objects.count() == 0


def test_after_a_bad_address_the_words_of_the_page_are_still_the_evidence(
    stranger, newsletter
):
    form = form_of(newsletter, consent="Every Friday")
    page = stranger.post("/join/", {**form, "address": "ann"}).content.decode()
    origin = re.search(r'name="origin" value="([^"]+)"', page).group(1)
    stranger.post("/join/", {**form, "origin": origin, "address": "ann@example.com"})

    assert "Every Friday" in SignUp.objects.get().words
    assert SignUp.objects.get().page == PAGE


def test_a_program_that_fills_in_everything_gets_nowhere(stranger, newsletter):
    form = {**form_of(newsletter), "address": "ann@example.com"}
    trapped = stranger.post("/join/", {**form, "homepage": "https://spam.example"})

    assert SignUp.objects.count() == 0
    assert 'value="ann@example.com"' in trapped.content.decode()  # once more, please


def test_a_form_without_our_signature_still_works_and_its_page_is_not_believed(
    stranger, newsletter
):
    plain = {"newsletter": newsletter.readership.key, "address": "ann@example.com"}
    stranger.post("/join/", plain, headers={"referer": "https://evil.example/phish"})
    other = {**plain, "address": "bob@example.com", "origin": "forged.token"}
    stranger.post("/join/", other, headers={"referer": "http://testserver/plain"})

    pages = SignUp.objects.order_by("pk").values_list("page", flat=True)
    assert list(pages) == ["", "http://testserver/plain"]


def test_several_newsletters_need_a_choice_and_nothing_is_chosen_for_anybody(
    stranger, newsletter
):
    other = make_newsletter(title="Daily", language="en")
    page = stranger.get("/join/").content.decode()
    none = stranger.post("/join/", {"address": "ann@example.com"})
    both = form_of(newsletter, other)
    stranger.post("/join/", {**both, "address": "ann@example.com"})

    assert page.count('type="checkbox"') == 2
    assert "checked" not in page
    assert "Choose at least one" in none.content.decode()
    assert Subscription.objects.count() == 2


def test_an_archived_newsletter_cannot_be_joined_not_even_by_an_old_form(
    stranger, newsletter
):
    form = {**form_of(newsletter), "address": "ann@example.com"}
    newsletters.archive_newsletter(newsletter.pk)

    stranger.post("/join/", form)

    assert Subscriber.objects.count() == 0
    assert "no newsletter" in stranger.get("/join/").content.decode()


def test_what_was_archived_before_the_answer_subscribes_nobody(
    stranger, newsletter, postbox
):
    stranger.post("/join/", {**form_of(newsletter), "address": "ann@example.com"})
    address = confirmation_address(postbox)
    newsletters.archive_newsletter(newsletter.pk)

    answer = stranger.post(address, follow=True)

    assert "no new readers" in answer.content.decode()
    assert Subscription.objects.get().state == "pending"


def test_the_link_is_open_for_seven_days_and_a_damaged_one_explains_itself(
    stranger, newsletter, postbox
):
    stranger.post("/join/", {**form_of(newsletter), "address": "ann@example.com"})
    address = confirmation_address(postbox)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        late = stranger.post(address)

    assert late.status_code == 404
    assert stranger.get(address[:-4] + "/").status_code == 404
    assert stranger.get("/j/a.b.c/").status_code == 404
    assert Subscription.objects.get().state == "pending"


def test_an_old_link_does_not_bring_back_whoever_left(stranger, newsletter, postbox):
    stranger.post("/join/", {**form_of(newsletter), "address": "ann@example.com"})
    address = confirmation_address(postbox)
    stranger.post(address)
    actions.unsubscribe(Subscription.objects.get().pk)

    looked = stranger.get(address)

    assert "have left since" in looked.content.decode()
    assert Subscription.objects.get().state == "unsubscribed"


def test_too_many_from_one_place_are_told_to_come_back(stranger, newsletter):
    form = form_of(newsletter)
    for number in range(20):
        stranger.post(
            "/join/",
            {**form, "address": f"p{number}@example.com"},
            REMOTE_ADDR="93.184.216.34",
        )
    answer = stranger.post(
        "/join/", {**form, "address": "q@example.com"}, REMOTE_ADDR="93.184.216.34"
    )

    assert answer.status_code == 429
    assert 'value="q@example.com"' in answer.content.decode()


def test_a_letter_waits_while_the_mail_server_is_away(stranger, newsletter, settings):
    settings.GONETS_CATCHER_PORT = 9  # nobody listens there
    stranger.post("/join/", {**form_of(newsletter), "address": "ann@example.com"})

    send_notices()

    letter = ConfirmationLetter.objects.get()
    assert (letter.state, letter.attempts) == ("pending", 1)
    assert letter.next_try_at > clock.now()


def test_no_letter_leaves_with_a_link_that_readers_cannot_open(
    stranger, newsletter, settings
):
    settings.GONETS_RELAY_URL = "smtp://mail.example.com"
    settings.GONETS_PUBLIC_URL = "http://localhost:8000"
    stranger.post("/join/", {**form_of(newsletter), "address": "ann@example.com"})

    send_notices()

    letter = ConfirmationLetter.objects.get()
    assert letter.state == "pending"
    assert letter.answer


def test_a_form_that_somebody_tampered_with_says_nothing():
    for token in ("", "x", "a.b", "é.ü", "." * 50, "\ud800"):
        assert origin_of(token) is None


def test_the_form_is_the_same_for_everybody_so_a_cache_may_keep_it(newsletter):
    first = form_context([newsletter], FormWords(), page=PAGE, key="1")
    again = form_context([newsletter], FormWords(), page=PAGE, key="1")

    assert first == again


def test_the_tag_puts_the_form_into_any_template(newsletter):
    request = RequestFactory().get("/about/?token=secret")
    request.user = AnonymousUser()
    template = Template(
        "{% load gonets_sign_up %}{% newsletter_signup heading=heading %}"
    )
    shown = template.render(RequestContext(request, {"heading": "Our <letters>"}))

    assert "Our &lt;letters&gt;" in shown
    assert 'action="/join/"' in shown
    assert "csrfmiddlewaretoken" not in shown
    origin = re.search(r'name="origin" value="([^"]+)"', shown).group(1)
    assert origin_of(origin).page == "http://testserver/about/"
