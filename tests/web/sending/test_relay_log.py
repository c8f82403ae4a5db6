"""The page that says where the relay's log is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gonets.delivery.models import Relay

PAGE = "/settings/log/"


@pytest.fixture
def boss(administrator_client):
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return administrator_client


@pytest.fixture
def relay(db):
    url = "smtp://desk:secret@mail.example.com"
    return Relay.objects.create(name="mail.example.com", origin="settings", url=url)


def save(boss, relay: Relay, path: object) -> str:
    values = {"relay": relay.pk, "kind": "postfix", "path": str(path)}
    return str(boss.post(PAGE, values, follow=True).content.decode())


def test_a_log_is_kept_and_taken_away_again(boss, relay, tmp_path):
    log = tmp_path / "mail.log"
    log.write_text("")

    assert f"postfix:{log}" in save(boss, relay, log)
    relay.refresh_from_db()
    assert relay.log == f"postfix:{log}"
    save(boss, relay, "")
    relay.refresh_from_db()
    assert relay.log == ""


def test_a_file_that_is_not_there_is_named(boss, relay, tmp_path):
    assert "There is no log file" in save(boss, relay, tmp_path / "mail.log")


def test_the_password_of_the_relay_is_not_shown(boss, relay):
    page = boss.get(PAGE).content.decode()

    assert "mail.example.com" in page
    assert "secret" not in page


def test_without_a_mail_server_there_is_nothing_to_name(boss):
    assert "No mail server is set up yet" in boss.get(PAGE).content.decode()


def test_editors_may_not(editor_client, relay):
    assert editor_client.get(reverse("gonets:relay-log")).status_code == 403
    assert editor_client.post(PAGE, {"relay": relay.pk}).status_code == 403
