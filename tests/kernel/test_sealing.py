"""Secrets at rest open with the site's secret key, and with nothing else."""

from __future__ import annotations

import pytest

from gonets.kernel.sealing import CannotUnseal, seal, unseal


def test_what_was_sealed_can_be_opened_and_is_not_readable():
    sealed = seal("keys", b"very secret")

    assert unseal("keys", sealed) == b"very secret"
    assert "secret" not in sealed


def test_it_stays_readable_while_the_former_secret_key_is_kept(settings):
    sealed = seal("keys", b"very secret")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"

    assert unseal("keys", sealed) == b"very secret"


def test_a_copy_of_the_database_alone_tells_nothing(settings):
    sealed = seal("keys", b"very secret")
    settings.SECRET_KEY = "another one"

    with pytest.raises(CannotUnseal):
        unseal("keys", sealed)


def test_what_is_sealed_for_one_purpose_does_not_serve_another():
    sealed = seal("keys", b"very secret")

    with pytest.raises(CannotUnseal):
        unseal("passwords", sealed)


@pytest.mark.parametrize("damaged", ["", "x", "é", "gAAAAABk"])
def test_damage_is_noticed(damaged):
    with pytest.raises(CannotUnseal):
        unseal("keys", damaged)
