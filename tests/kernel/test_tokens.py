from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from gonets.kernel import tokens
from gonets.kernel.tokens import BadToken


def test_a_token_gives_its_parts_back():
    token = tokens.sign("unsubscribe", "weekly", "Abc_-9")

    assert tokens.verify("unsubscribe", token) == ("weekly", "Abc_-9")


def test_a_token_is_the_same_every_time():
    assert tokens.sign("x", "1") == tokens.sign("x", "1")


def test_a_link_from_an_old_letter_is_the_one_we_would_make_today(settings):
    settings.SECRET_KEY = "the old key"

    token = tokens.sign("unsubscribe", "weekly", "Abc_-9")

    assert token == "weekly.Abc_-9.sdkgKnPFiPOtNR4KKilHRiwtdOQ"


@given(last=st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True))
def test_one_who_signs_many_makes_the_same_tokens(last):
    signer = tokens.Signer("unsubscribe", "weekly")

    assert signer.token("another") == tokens.sign("unsubscribe", "weekly", "another")
    assert signer.token(last) == tokens.sign("unsubscribe", "weekly", last)
    assert tokens.verify("unsubscribe", signer.token(last)) == ("weekly", last)


@given(
    key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=150),
    lasts=st.lists(st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True), max_size=5),
)
def test_many_tokens_are_the_ones_that_the_standard_way_makes(key, lasts):
    with override_settings(SECRET_KEY=key):
        made = tokens.Signer("unsubscribe", "weekly").tokens(lasts)

    assert made == [plainly_signed(key, f"weekly.{last}") for last in lasts]


def plainly_signed(key: str, body: str) -> str:
    mac = hmac.digest(key.encode(), f"gonets:unsubscribe:{body}".encode(), "sha256")
    return f"{body}.{urlsafe_b64encode(mac[:20]).decode().rstrip('=')}"


@pytest.mark.parametrize("part", ["", "a.b", "имя", "a\n"])
def test_one_bad_part_among_many_is_refused(part):
    with pytest.raises(ValueError, match="cannot be a part"):
        tokens.Signer("unsubscribe", "weekly").tokens(["good", part, "good"])


def test_a_token_of_one_purpose_is_worthless_for_another():
    with pytest.raises(BadToken):
        tokens.verify("confirm", tokens.sign("unsubscribe", "1"))


def test_a_purpose_cannot_borrow_from_the_parts():
    with pytest.raises(BadToken):
        tokens.verify("a", tokens.sign("a:b", "c"))


def test_a_token_outlives_a_change_of_the_key(settings):
    settings.SECRET_KEY = "the old key"
    token = tokens.sign("unsubscribe", "1")

    settings.SECRET_KEY = "the new key"
    settings.SECRET_KEY_FALLBACKS = ["the old key"]

    assert tokens.verify("unsubscribe", token) == ("1",)
    assert tokens.sign("unsubscribe", "1") != token


def test_a_token_of_a_foreign_key_is_refused(settings):
    token = tokens.sign("unsubscribe", "1")

    settings.SECRET_KEY = "another site"

    with pytest.raises(BadToken):
        tokens.verify("unsubscribe", token)


@pytest.mark.parametrize("part", ["", "a.b", "a/b", "имя", "a b", "a\n"])
def test_a_part_that_would_break_the_link_is_refused(part):
    with pytest.raises(ValueError, match="cannot be a part"):
        tokens.sign("unsubscribe", part)


@given(st.text())
def test_a_made_up_token_is_refused(text):
    with pytest.raises(BadToken):
        tokens.verify("unsubscribe", text)


@given(st.data())
def test_a_token_with_one_character_changed_is_refused(data):
    token = tokens.sign("unsubscribe", "weekly", "123")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.characters().filter(lambda character: character != token[place])
    )

    with pytest.raises(BadToken):
        tokens.verify("unsubscribe", token[:place] + other + token[place + 1 :])


def test_a_fingerprint_tells_nothing_and_recognises_across_keys(settings):
    settings.SECRET_KEY = "old"
    kept = tokens.fingerprint("erased", "ann@example.com")[0]

    settings.SECRET_KEY = "new"
    settings.SECRET_KEY_FALLBACKS = ["old"]

    assert "ann" not in kept
    assert kept in tokens.fingerprint("erased", "ann@example.com")
    assert kept not in tokens.fingerprint("erased", "bob@example.com")
