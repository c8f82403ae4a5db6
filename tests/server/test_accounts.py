"""Logging in and out, languages, passwords, and who may let others in."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gonets.newsletters.people import may_write_html
from gonets.server.accounts.actions import change_user, create_user
from gonets.server.accounts.errors import LastAdministrator
from gonets.server.accounts.states import Role
from gonets.server.models import User

PUBLIC = {"login", "healthz", "set-language"}
"""Names anybody may ask for; those of ``gonets:`` are listed by what they are."""
PUBLIC_OF_THE_DESK = {
    *("unsubscribe", "unsubscribe-now", "picture", "browser-page"),
    *("event-calendar", "hub"),
    *("sign-up", "sign-up-asked", "sign-up-confirm", "readers-letter"),
}

pytestmark = pytest.mark.django_db


def every_page(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            yield from every_page(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield namespace, entry


def closed_addresses():
    """Return an address of every page but the public ones."""
    for namespace, pattern in every_page():
        public = PUBLIC_OF_THE_DESK if namespace else PUBLIC
        # Programs show a key or a signature instead of logging in (tests/api).
        if pattern.name in public or namespace == "gonets_api:":
            continue
        values = {
            name: 1 if kind.regex.startswith("[0-9]") else "x"
            for name, kind in pattern.pattern.converters.items()
        }
        yield reverse(f"{namespace}{pattern.name}", kwargs=values)


def test_everything_else_is_closed_to_strangers(client):
    answers = [
        (address, answer.status_code, answer.headers.get("Location", ""))
        for address in closed_addresses()
        for answer in (client.get(address), client.post(address))
    ]

    assert [each for each in answers if not each[2].startswith("/login/?next=")] == []
    assert len(answers) > 50


def test_a_fragment_asked_for_by_a_stranger_leads_to_the_log_in(client):
    answer = client.get(
        reverse("mailbox"),
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/mailbox/?q=anna",
        },
    )

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=/mailbox/%3Fq%3Danna"


def test_the_right_name_and_password_let_in(client, editor):
    answer = client.post(
        reverse("login") + "?next=/mailbox/",
        {"username": "editor", "password": "correct horse", "next": "/mailbox/"},
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/mailbox/"


def test_a_wrong_password_says_so_without_telling_who_exists(client, editor):
    texts = []
    for name in ("editor", "nobody"):
        answer = client.post(
            reverse("login"), {"username": name, "password": "wrong horse"}
        )
        alert = re.search(r'role="alert">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
        texts.append(alert[1])

    assert texts[0] == texts[1]
    assert "do not belong together" in texts[0]


def test_too_many_wrong_passwords_lock_the_account_for_a_while(
    client, editor, settings
):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    wrong = {"username": "editor", "password": "wrong horse"}

    answers = [client.post(reverse("login"), wrong).status_code for _ in range(3)]
    right = client.post(
        reverse("login"), {"username": "editor", "password": "correct horse"}
    )

    assert answers == [200, 200, 429]
    assert right.status_code == 429
    assert "15 minutes" in right.text


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/"])
def test_nobody_is_led_to_another_site(client, editor, address):
    login = client.post(
        reverse("login"),
        {"username": "editor", "password": "correct horse", "next": address},
    )
    language = client.post(reverse("set-language"), {"language": "ru", "next": address})

    assert login["Location"] == "/"
    assert language["Location"] == "/"


def test_logging_out_ends_the_session(editor_client):
    editor_client.post(reverse("logout"))

    assert editor_client.get(reverse("mailbox")).status_code == 302


def test_a_get_never_logs_out(editor_client):
    assert editor_client.get(reverse("logout")).status_code == 405


@pytest.mark.parametrize(
    ("browser", "word"), [("ru-RU,ru;q=0.9", "Войти"), ("de", "Log in")]
)
def test_a_stranger_sees_the_browsers_language(client, browser, word):
    page = client.get(reverse("login"), headers={"Accept-Language": browser})

    assert word in page.text


def test_a_choice_of_language_goes_before_the_browsers(editor_client, editor):
    editor_client.post(reverse("set-language"), {"language": "ru", "next": "/users/"})

    page = editor_client.get(
        reverse("password-change"), headers={"Accept-Language": "en"}
    )
    editor.refresh_from_db()

    assert "Сменить пароль" in page.text
    assert editor.language == "ru"


def test_an_unknown_language_changes_nothing(editor_client, editor):
    editor_client.post(reverse("set-language"), {"language": "../de"})

    editor.refresh_from_db()
    assert editor.language == ""


def test_a_changed_password_ends_other_sessions_but_not_this_one(editor_client, editor):
    other = Client()
    other.force_login(editor, "django.contrib.auth.backends.ModelBackend")

    answer = editor_client.post(
        reverse("password-change"),
        {
            "present": "correct horse",
            "password": "a new staple",
            "again": "a new staple",
        },
    )

    assert answer.status_code == 302
    assert editor_client.get(reverse("mailbox")).status_code == 200
    assert other.get(reverse("mailbox")).status_code == 302


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"present": "wrong"}, "not your present password"),
        ({"password": "12345678", "again": "12345678"}, "too common"),
        ({"again": "another one"}, "differ"),
    ],
)
def test_a_password_that_will_not_do_is_explained(editor_client, values, word):
    filled = {
        "present": "correct horse",
        "password": "a new staple",
        "again": "a new staple",
        **values,
    }

    page = editor_client.post(reverse("password-change"), filled)

    assert page.status_code == 200
    assert word in page.text


def test_editors_do_not_see_who_may_log_in(editor_client):
    page = editor_client.get(reverse("users"))

    assert page.status_code == 403
    assert "for administrators" in page.text


def test_an_administrator_lets_somebody_in_with_a_password_shown_once(
    administrator_client, client
):
    page = administrator_client.post(
        reverse("user-create"),
        {"username": "vera", "email": "vera@example.com", "role": "editor"},
    )
    password = re.search(r"<code>(.+?)</code>", page.text)[1]

    assert "no-store" in page["Cache-Control"]
    assert client.login(username="vera", password=password)
    vera = User.objects.get(username="vera")
    assert vera.is_staff
    assert not vera.is_superuser


def test_a_taken_user_name_is_refused(administrator_client, editor):
    page = administrator_client.post(
        reverse("user-create"), {"username": "editor", "email": "", "role": "editor"}
    )

    assert page.status_code == 200
    assert "already exists" in page.text


def test_who_is_switched_off_is_logged_out_at_once(
    administrator_client, editor, client
):
    theirs = Client()
    theirs.force_login(editor, "django.contrib.auth.backends.ModelBackend")

    administrator_client.post(
        reverse("user-edit", args=[editor.pk]), {"email": "", "role": "editor"}
    )

    assert theirs.get(reverse("mailbox")).status_code == 302


def test_an_administrator_lets_an_editor_write_html_and_takes_it_back(
    administrator_client, editor
):
    page = reverse("user-edit", args=[editor.pk])
    allows = {"email": "", "role": "editor", "is_active": "on", "writes_html": "on"}
    assert "Only for those who know" in administrator_client.get(page).text

    administrator_client.post(page, allows)

    assert may_write_html(User.objects.get(pk=editor.pk))
    assert "HTML code" in administrator_client.get(reverse("users")).text
    box = re.search(
        r'<input[^>]*name="writes_html"[^>]*>', administrator_client.get(page).text
    )[0]
    assert "checked" in box
    del allows["writes_html"]
    administrator_client.post(page, allows)
    assert not may_write_html(User.objects.get(pk=editor.pk))


def test_an_editor_cannot_let_anybody_write_html(editor_client, editor):
    page = reverse("user-edit", args=[editor.pk])

    answer = editor_client.post(page, {"role": "editor", "writes_html": "on"})

    assert answer.status_code == 403
    assert not may_write_html(User.objects.get(pk=editor.pk))


def test_the_last_administrator_stays_one(administrator_client, administrator):
    page = administrator_client.post(
        reverse("user-edit", args=[administrator.pk]),
        {"email": "", "role": "editor", "is_active": "on"},
    )

    administrator.refresh_from_db()
    assert administrator.is_superuser
    assert "only administrator" in page.text


def test_an_administrator_may_leave_if_another_one_stays(administrator):
    create_user(username="vera", email="", role=Role.ADMINISTRATOR, password="x")

    change_user(administrator.pk, email="", role=Role.EDITOR, is_active=True)

    with pytest.raises(LastAdministrator):
        change_user(
            User.objects.get(username="vera").pk,
            email="",
            role=Role.EDITOR,
            is_active=True,
        )


def test_a_new_password_for_somebody_ends_the_old_one(administrator_client, editor):
    page = administrator_client.post(reverse("user-password", args=[editor.pk]))
    password = re.search(r"<code>(.+?)</code>", page.text)[1]

    editor.refresh_from_db()
    assert editor.check_password(password)
    assert not editor.check_password("correct horse")


def test_a_missing_page_says_so_in_the_design(editor_client):
    page = editor_client.get("/there-is-none/")

    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_every_page_forbids_inline_scripts_and_other_hosts(editor_client):
    page = editor_client.get(reverse("password-change"))

    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "http" not in policy.replace("'self'", "")
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Referrer-Policy"] == "same-origin"
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"\sstyle=|\son\w+=", page.text)


def test_a_page_of_the_desk_is_kept_by_no_cache(editor_client):
    answer = editor_client.get("/")

    assert "private" in answer["Cache-Control"]
    assert "no-cache" in answer["Cache-Control"]
