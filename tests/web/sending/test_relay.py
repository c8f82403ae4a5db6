"""The settings page: which mail server, and does it work?"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from gonets.delivery.models import Relay
from gonets.publishing.relays import relay_in_use
from tests.support.ports import free_port
from tests.support.postbox import Postbox

SERVER = {
    "way": "server",
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "desk@example.com",
    "password": "p@ss/w:rd %",
    "letters_per_second": "20",
    "connections": "3",
}


@pytest.fixture
def desk(administrator_client: Any, mailbox: None, settings: Any) -> Any:
    settings.GONETS_PUBLIC_URL = "https://news.example.com"
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return administrator_client


@pytest.fixture
def mailbox(settings: Any) -> None:
    settings.GONETS_CATCHER_PORT = 1025
    settings.GONETS_RELAY_URL = ""


def save(desk: Any, **values: str) -> Any:
    return desk.post(reverse("gonets:settings"), {**SERVER, **values})


def test_a_mail_server_is_kept_with_all_it_needs(desk):
    save(desk)

    relay = relay_in_use()
    assert relay.url == (
        "smtp+starttls://desk%40example.com:p%40ss%2Fw%3Ard%20%25@mail.example.com:587"
    )
    assert (relay.letters_per_second, relay.connections) == (20, 3)


def test_the_password_is_never_shown_and_kept_if_left_empty(desk):
    save(desk)

    page = desk.get(reverse("gonets:settings")).content.decode()
    save(desk, password="", port="465", security="tls")

    assert "p@ss" not in page
    assert "A password is kept" in page
    assert "p%40ss" in relay_in_use().url


def test_a_kept_password_goes_to_no_other_server(desk):
    save(desk)

    answer = save(desk, password="", host="thief.example.net")

    assert "enter the password" in answer.content.decode()
    assert "mail.example.com" in relay_in_use().url


def test_back_to_the_mailbox(desk):
    save(desk)

    save(desk, way="mailbox")

    assert relay_in_use().is_mailbox
    assert Relay.objects.filter(name="settings").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": ""}, "Enter the name of the mail server."),
        ({"security": "none"}, "unencrypted"),
        ({"port": "99999"}, "field-error"),
        ({"host": "mail.example.com\r\nRCPT TO:<x>"}, "field-error"),
        ({"letters_per_second": "-1"}, "field-error"),
    ],
    ids=["no host", "password in clear", "port", "injection", "rate"],
)
def test_what_is_wrong_is_said_at_its_field(desk, values, words):
    answer = save(desk, **values)

    assert words in answer.content.decode()
    assert relay_in_use().is_mailbox


def test_a_real_server_is_refused_while_readers_could_not_unsubscribe(desk, settings):
    settings.GONETS_PUBLIC_URL = "http://127.0.0.1:8000"

    answer = save(desk)

    assert "could not unsubscribe" in answer.content.decode()


def check(desk: Any, port: int) -> str:
    values = {
        **SERVER,
        "host": "127.0.0.1",
        "port": str(port),
        "security": "none",
        "user": "",
        "password": "",
    }
    answer = desk.post(reverse("gonets:settings-check"), values, HTTP_HX_REQUEST="true")
    return str(answer.content.decode())


def test_a_check_says_that_it_works(desk):
    with Postbox() as postbox:
        assert "takes letters" in check(desk, postbox.port)
        assert not postbox.letters


def test_a_check_explains_what_does_not(desk):
    assert "cannot be reached" in check(desk, free_port())


def test_editors_do_not_see_it(editor_client):
    assert editor_client.get(reverse("gonets:settings")).status_code == 403
