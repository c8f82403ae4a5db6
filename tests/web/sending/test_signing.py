"""The page of the signing keys, from no key to letters that are signed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from gonets.publishing import actions
from gonets.publishing.models import RelaySignedDomain, SigningKey

DOMAIN = "harbour.example"


@pytest.fixture
def desk(administrator_client: Any, mailbox: None, issue: Any) -> Any:
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return administrator_client


@pytest.fixture
def key(issue: Any) -> SigningKey:
    return actions.make_signing_key(DOMAIN, user=None)


def page(desk: Any) -> str:
    return desk.get(reverse("gonets:signing")).content.decode()


def press(desk: Any, name: str, *args: int, **values: str) -> Any:
    return desk.post(reverse(f"gonets:signing-{name}", args=args), values)


def told(answer: Any) -> str:
    return " ".join(str(each) for each in get_messages(answer.wsgi_request))


def test_a_domain_without_a_key_can_get_one(desk):
    assert "Letters are not signed" in page(desk)

    press(desk, "make", domain=DOMAIN)

    key = SigningKey.objects.get()
    shown = page(desk)
    assert (key.domain, key.is_in_use) == (DOMAIN, False)
    assert key.created_by is not None
    assert key.record_name in shown
    assert key.record_value.replace("+", "&#x2B;") in shown.replace("+", "&#x2B;")
    assert "Letters are not signed" in shown


def test_two_presses_make_one_key(desk):
    press(desk, "make", domain=DOMAIN)

    answer = press(desk, "make", domain=DOMAIN)

    assert SigningKey.objects.count() == 1
    assert "not in use" in told(answer)


def test_a_key_is_made_only_for_domains_of_senders(desk):
    assert press(desk, "make", domain="thief.example").status_code == 404
    assert press(desk, "make").status_code == 404


def test_the_private_key_is_never_shown(desk, key):
    assert key.sealed_private_key not in page(desk)


def test_the_record_fits_into_the_strings_of_a_zone_file(key):
    strings = key.record_line.split('"')[1::2]

    assert "".join(strings) == key.record_value
    assert max(map(len, strings)) <= 255


def test_signing_is_switched_on_when_dns_has_the_record(desk, key, dns_server):
    dns_server.publish(key.record_name, key.record_value)

    press(desk, "on", key.pk)

    key.refresh_from_db()
    assert key.is_in_use
    assert "Letters are signed" in page(desk)


def test_without_the_record_it_asks_before_it_switches_on(desk, key, dns_server):
    answer = press(desk, "on", key.pk)

    key.refresh_from_db()
    assert not key.is_in_use
    assert "Switch on all the same" in answer.content.decode()

    press(desk, "on", key.pk, anyway="yes")

    key.refresh_from_db()
    assert key.is_in_use


def test_where_dns_is_silent_it_asks_too(desk, key, dns_server):
    dns_server.is_broken = True

    answer = press(desk, "on", key.pk)

    assert "DNS did not answer" in answer.content.decode()
    assert "Switch on all the same" in answer.content.decode()


def test_a_check_says_what_dns_has(desk, key, dns_server):
    assert "was not found" in told(press(desk, "check", key.pk))

    dns_server.publish(key.record_name, "v=DKIM1; p=AAAA")
    assert "another value" in told(press(desk, "check", key.pk))

    dns_server.publish(key.record_name, key.record_value)
    assert "was found" in told(press(desk, "check", key.pk))


def test_a_key_is_switched_off_and_deleted_after_a_question(desk, key):
    actions.switch_signing_on(key.pk)

    refused = press(desk, "delete", key.pk)
    assert "Switch signing off first" in told(refused)
    press(desk, "off", key.pk)
    question = desk.get(reverse("gonets:signing-delete", args=[key.pk]))
    assert "cannot be undone" in question.content.decode()
    assert SigningKey.objects.exists()

    press(desk, "delete", key.pk)

    assert not SigningKey.objects.exists()


def test_the_mail_server_may_sign_instead(desk):
    press(desk, "relay", domain=DOMAIN, signs="yes")
    assert "The mail server signs" in page(desk)
    assert RelaySignedDomain.objects.get().domain == DOMAIN

    press(desk, "relay", domain=DOMAIN)
    assert "Letters are not signed" in page(desk)


@pytest.mark.parametrize("name", ["check", "on", "off", "delete"])
def test_a_key_that_is_gone_is_not_found(desk, name):
    assert press(desk, name, 404).status_code == 404


@pytest.mark.parametrize("name", ["make", "relay"])
def test_looking_changes_nothing(desk, name):
    assert desk.get(reverse(f"gonets:signing-{name}")).status_code == 405


def test_editors_do_not_see_it(editor_client, key):
    assert editor_client.get(reverse("gonets:signing")).status_code == 403
    assert press(editor_client, "on", key.pk).status_code == 403
    assert press(editor_client, "delete", key.pk).status_code == 403
