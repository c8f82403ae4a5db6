"""The settings pages: which mail servers, how much, and do they work?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from gonets.delivery import actions as delivery
from gonets.delivery.models import DomainLimit, Relay
from gonets.kernel import clock
from gonets.publishing import actions
from gonets.publishing.relays import letters_stay_here, relay_list, relays_in_use
from tests.support.ports import free_port
from tests.support.postbox import Postbox

SERVER = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "desk@example.com",
    "password": "p@ss/w:rd %",
    "name": "",
    "weight": "2",
    "letters_per_second": "20",
    "connections": "3",
    "letters_per_connection": "50",
    "idle_seconds": "5",
}
LIMIT = {
    "name": "Gmail",
    "domains": "gmail.com, GoogleMail.com\n@почта.рф",
    "letters_per_second": "2.5",
    "letters_at_once": "3",
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


def add(desk: Any, **values: str) -> Any:
    return desk.post(reverse("gonets:relay-create"), {**SERVER, **values})


def change(desk: Any, **values: str) -> Any:
    relay = relay_list().get()
    return desk.post(reverse("gonets:relay-edit", args=[relay.pk]), SERVER | values)


def page(desk: Any) -> str:
    return str(desk.get(reverse("gonets:settings")).content.decode())


def test_without_a_mail_server_the_page_says_how_to_begin(desk):
    assert "No mail server yet" in page(desk)
    assert "No limits are set." in page(desk)


def test_a_mail_server_is_kept_with_all_it_needs(desk):
    add(desk)

    relay = relay_list().get()
    assert relay.url == (
        "smtp+starttls://desk%40example.com:p%40ss%2Fw%3Ard%20%25@mail.example.com:587"
    )
    assert (relay.name, relay.weight, relay.is_enabled) == ("mail.example.com", 2, True)
    assert (relay.letters_per_second, relay.connections) == (20, 3)
    assert (relay.letters_per_connection, relay.idle_seconds) == (50, 5)


def test_an_access_token_is_kept_however_long_and_not_taken_for_a_password(desk):
    token = "ya29." + "x" * 2500
    add(desk, auth="xoauth2", password=token)

    kept = relay_list().get().url
    change(desk, auth="xoauth2", password="")
    unchanged = relay_list().get().url
    refused = change(desk, auth="", password="").content.decode()

    assert kept.endswith(f":{token}@mail.example.com:587?auth=xoauth2")
    assert unchanged == kept
    assert "enter the password" in refused
    assert "access token" in page(desk)
    assert token not in page(desk)


def test_a_token_without_a_user_is_no_log_in(desk):
    answer = add(desk, auth="xoauth2", user="", password="token")

    assert "XOAUTH2 needs a user name" in answer.content.decode()
    assert not relay_list().exists()


def test_what_is_left_empty_is_as_usual(desk):
    empty = (
        "weight",
        "letters_per_second",
        "connections",
        "letters_per_connection",
        "idle_seconds",
    )
    add(desk, **dict.fromkeys(empty, ""))

    relay = relay_list().get()
    assert (relay.weight, relay.letters_per_second, relay.connections) == (1, None, 4)
    assert (relay.letters_per_connection, relay.idle_seconds) == (1000, 20)


def test_a_trouble_is_said_in_the_language_of_whoever_reads_it(desk):
    add(desk)
    relay_list().update(trouble="its certificate has expired")

    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    assert "срок действия его сертификата истёк" in page(desk)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("lmtp://127.0.0.1", "127.0.0.1:24 · LMTP"),
        ("lmtp+unix:///run/dovecot/lmtp", "/run/dovecot/lmtp · LMTP"),
    ],
)
def test_lmtp_named_by_the_configuration_is_shown_as_such(desk, settings, url, shown):
    settings.GONETS_RELAY_URL = url
    actions.keep_environment_relay()

    assert shown in page(desk)


def test_the_list_shows_shares_spares_and_troubles(desk):
    add(desk, weight="3")
    add(desk, weight="1", host="second.example.com")
    add(desk, weight="0", host="spare.example.com")
    Relay.objects.filter(name="second.example.com").update(
        trouble="535 5.7.8 no", slowed=json.dumps({"Gmail": 2.5, "": 10})
    )

    words = page(desk)

    for one in (
        "75% of the letters",
        "Spare: steps in",
        "Takes no letters",
        "535 5.7.8 no",
        "Gmail: slowed to 2.50 a second",
        "slowed to 10 a second",
        "Letters go to the subscribers.",
    ):
        assert one in words


def test_the_password_is_never_shown_and_kept_if_left_empty(desk):
    add(desk)
    relay = relay_list().get()

    form = desk.get(reverse("gonets:relay-edit", args=[relay.pk])).content.decode()
    change(desk, password="", port="465", security="tls")

    assert "p@ss" not in form + page(desk)
    assert "A password is kept" in form
    relay.refresh_from_db()
    assert relay.url.startswith("smtps://desk%40example.com:p%40ss")


def test_a_kept_password_goes_to_no_other_server(desk):
    add(desk)

    answer = change(desk, password="", host="thief.example.net")

    assert "enter the password" in answer.content.decode()
    assert "mail.example.com" in relay_list().get().url


def test_letters_can_be_kept_in_the_mailbox_and_let_out_again(desk):
    add(desk)

    desk.post(reverse("gonets:settings-mailbox"), {"to": "mailbox"})
    assert letters_stay_here()
    assert "stay in the built-in mailbox" in page(desk)
    desk.post(reverse("gonets:settings-mailbox"), {"to": "relays"})
    assert not letters_stay_here()


def test_a_server_is_switched_off_and_on(desk):
    add(desk)
    switch = reverse("gonets:relay-switch", args=[relay_list().get().pk])

    desk.post(switch, {"to": "off"})
    assert letters_stay_here()
    assert "Switched off" in page(desk)
    desk.post(switch, {"to": "on"})
    assert not letters_stay_here()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"host": ""}, "Enter the name of the mail server."),
        ({"security": "none"}, "unencrypted"),
        ({"port": "99999"}, "field-error"),
        ({"host": "mail.example.com\r\nRCPT TO:<x>"}, "field-error"),
        ({"letters_per_second": "-1"}, "field-error"),
        ({"weight": "-1"}, "field-error"),
        ({"idle_seconds": "0"}, "field-error"),
    ],
    ids=["no host", "password in clear", "port", "injection", "rate", "share", "idle"],
)
def test_what_is_wrong_is_said_at_its_field(desk, values, words):
    answer = add(desk, **values)

    assert words in answer.content.decode()
    assert letters_stay_here()


def test_a_name_that_is_taken_is_said_at_the_name(desk):
    add(desk, name="Main")

    answer = add(desk, name="Main")

    assert "is taken" in answer.content.decode()
    assert relay_list().count() == 1


def test_a_real_server_is_refused_while_readers_could_not_unsubscribe(desk, settings):
    settings.GONETS_PUBLIC_URL = "http://127.0.0.1:8000"

    answer = add(desk)

    assert "could not unsubscribe" in answer.content.decode()


def test_removing_asks_with_the_count_of_letters_that_wait(desk):
    add(desk)
    relay = relay_list().get()
    run = delivery.open_run(
        origin_key="issue:1",
        letter_ref="first",
        stop_scope="news",
        relay=None,
        now=clock.now(),
    )
    people = [
        delivery.NewRecipient(address=f"{n}@x", address_key=f"{n}@x") for n in "abc"
    ]
    delivery.add_recipients(run.pk, people)
    remove = reverse("gonets:relay-remove", args=[relay.pk])

    question = desk.get(remove).content.decode()
    assert "3 letters of unfinished sendings are still waiting." in question
    assert "they wait until there is one" in question
    assert relay_list().exists()
    desk.post(remove)
    assert not relay_list().exists()


def test_the_configurations_server_is_shown_but_written_elsewhere(desk, settings):
    settings.GONETS_RELAY_URL = "smtps://me:topsecret@relay.example.com"
    actions.keep_environment_relay()
    relay = relay_list().get()

    form = desk.get(reverse("gonets:relay-edit", args=[relay.pk])).content.decode()
    change(desk, weight="5", host="other.example.com")

    assert "GONETS_RELAY_URL" in page(desk)
    assert "topsecret" not in form + page(desk)
    assert 'name="host"' not in form
    relay.refresh_from_db()
    assert (relay.weight, relay.url) == (5, settings.GONETS_RELAY_URL)
    remove = reverse("gonets:relay-remove", args=[relay.pk])
    assert desk.post(remove).status_code == 404


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


def test_a_server_of_the_list_is_checked_as_it_is_kept(desk):
    with Postbox() as postbox:
        add(
            desk,
            host="127.0.0.1",
            port=str(postbox.port),
            security="none",
            user="",
            password="",
        )
        url = reverse("gonets:relay-check", args=[relay_list().get().pk])
        assert (
            "takes letters" in desk.post(url, HTTP_HX_REQUEST="true").content.decode()
        )
        assert "takes letters" in desk.post(url).content.decode()


def test_a_limit_is_kept_changed_and_removed(desk):
    desk.post(reverse("gonets:limit-create"), LIMIT)

    limit = DomainLimit.objects.get()
    assert limit.domains == "gmail.com googlemail.com xn--80a1acny.xn--p1ai"
    assert (limit.letters_per_second, limit.letters_at_once) == (2.5, 3)
    edit = reverse("gonets:limit-edit", args=[limit.pk])
    assert "googlemail.com" in desk.get(edit).content.decode()
    desk.post(edit, LIMIT | {"letters_per_second": ""})
    limit.refresh_from_db()
    assert limit.letters_per_second is None
    assert "Gmail" in page(desk)
    desk.post(reverse("gonets:limit-remove", args=[limit.pk]))
    assert not DomainLimit.objects.exists()


def test_a_known_provider_brings_its_domains(desk):
    form = desk.get(reverse("gonets:limit-create"), {"provider": "Mail.ru"})

    assert "bk.ru inbox.ru" in form.content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"domains": "not a domain!"},
        {"domains": "*.example.com"},
        {"domains": ""},
        {"name": ""},
        {"letters_at_once": "0"},
        {"letters_per_second": "nan"},
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_at_its_field(desk, values):
    answer = desk.post(reverse("gonets:limit-create"), LIMIT | values)

    assert "field-error" in answer.content.decode()
    assert not DomainLimit.objects.exists()


def test_a_limit_of_the_same_name_is_refused(desk):
    desk.post(reverse("gonets:limit-create"), LIMIT)

    answer = desk.post(reverse("gonets:limit-create"), LIMIT)

    assert "is taken" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "settings",
        "relay-create",
        "relay-edit",
        "relay-remove",
        "relay-check",
        "relay-switch",
        "settings-check",
        "settings-mailbox",
        "limit-create",
        "limit-edit",
        "limit-remove",
    ],
)
def test_editors_do_not_get_at_any_of_it(editor_client, name):
    args = [1] if name.split("-")[-1] in ("edit", "remove", "switch") else []
    if name == "relay-check":
        args = [1]

    answers = {
        editor_client.get(reverse(f"gonets:{name}", args=args)).status_code,
        editor_client.post(reverse(f"gonets:{name}", args=args)).status_code,
    }

    assert answers <= {403, 405}
    assert 403 in answers


def test_the_send_page_names_the_servers(desk):
    add(desk)
    add(desk, host="spare.example.com", weight="0")

    assert [relay.host for relay in relays_in_use()] == [
        "mail.example.com",
        "spare.example.com",
    ]
