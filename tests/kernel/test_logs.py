"""Log lines say what happened and to whom, and give nobody's address away."""

from __future__ import annotations

import logging

import pytest

from gonets.kernel.logs import FACTS, get_logger, without_secrets

log = get_logger("gonets.tests")


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gonets.tests")


def test_an_event_and_its_facts_are_one_line(caplog):
    log.warning("The run is paused", run=12, cause="unreachable", answer="no route")

    assert caplog.messages == [
        'The run is paused run=12 cause=unreachable answer="no route"'
    ]


def test_the_facts_travel_with_the_record_for_machines(caplog):
    log.info("The run is paused", run=12, delivery=None)

    (record,) = caplog.records
    assert getattr(record, FACTS) == {
        "event": "The run is paused",
        "run": 12,
        "delivery": None,
    }
    assert record.name == "gonets.tests"
    assert "delivery" not in record.getMessage()


def test_the_old_way_of_writing_works_too(caplog):
    log.error("Run %s: %s", 12, "<ann@x.example> is unknown")

    assert "ann@" not in caplog.text
    assert "Run 12: <address:" in caplog.text


def test_what_is_not_wanted_is_not_even_put_together(caplog):
    caplog.set_level(logging.INFO, "gonets.tests")

    class Heavy:
        def __str__(self) -> str:
            raise AssertionError("put together")

    log.debug("A letter", reply=Heavy())

    assert not caplog.records


def test_an_error_quotes_nobody_either(caplog):
    try:
        raise ValueError("Failing row contains (7, ann@x.example, pending).")
    except ValueError:
        log.exception("The ledger cannot be written")

    assert "Traceback" in caplog.text
    assert "Failing row contains (7, address:" in caplog.text
    assert "ann@" not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <ann@x.example>: no such user",
        "ann@x.example.",
        'to="ann smith"@x.example',
        "ORCPT=rfc822;ann@x.example",
        "юля@почта.рф unknown",
        "ann+news@sub.x.example,bob@y.example",
        "(ann@[192.0.2.1])",
        "to='o'ann@x.example' from 'd'art'ann@x.example'",
        "ann'bob'@x.example",
    ],
)
def test_addresses_are_hashed_wherever_they_stand(text):
    hidden = without_secrets(text)

    assert "@" not in hidden
    for name in ("ann", "юля", "bob"):
        assert name not in hidden.replace("address", "")


def test_the_same_address_has_the_same_hash_however_it_is_spelled(settings):
    one = without_secrets("Ann@X.example")

    assert one == without_secrets("ann@x.example") != without_secrets("bob@x.example")
    assert without_secrets("<ann@x.example>.") == f"<{one}>."
    settings.SECRET_KEY = "another key, so that nobody can try addresses out"
    assert one != without_secrets("ann@x.example")


@pytest.mark.parametrize(
    "text",
    [
        "smtp+starttls://desk:p%40ss@mail.example.com:587 answers not",
        "cannot reach smtps://desk%40x.example:secret@mail.example.com:465",
        "postgresql://gonets:secret@db.example.com/gonets",
    ],
)
def test_passwords_in_urls_are_left_out(text):
    hidden = without_secrets(text)

    assert "secret" not in hidden
    assert "p%40ss" not in hidden
    assert "example.com" in hidden


def test_a_host_can_have_them_in_clear(settings):
    settings.GONETS_LOG_ADDRESSES = True

    assert without_secrets("<ann@x.example>") == "<ann@x.example>"
    assert "secret" not in without_secrets("smtp://a:secret@x.example")
