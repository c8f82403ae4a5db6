"""A form is open to the world; only the owner of a mailbox decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from gonets.audience import actions
from gonets.audience.erasures import erased_among
from gonets.audience.errors import AddressSuppressed, BadName, TooManySignUps
from gonets.audience.models import Consent, SignUp, Subscriber, Subscription
from gonets.audience.sign_ups import Traffic, Verdict, network_of, verdict
from gonets.audience.states import SubscriptionState
from gonets.audience.types import SignUpRequest
from gonets.kernel.addresses import BadAddress
from tests.support.factories import make_readership, make_subscriber

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
QUIET: dict[str, Any] = {
    "last_of_address": None,
    "of_address": 0,
    "of_network": 0,
    "at_all": 0,
}


@pytest.mark.parametrize(
    ("traffic", "decided"),
    [
        ({}, Verdict.TAKEN),
        ({"last_of_address": timedelta(minutes=4)}, Verdict.REPEATED),
        ({"last_of_address": timedelta(minutes=6)}, Verdict.TAKEN),
        ({"of_address": 4}, Verdict.REPEATED),
        ({"of_network": 19}, Verdict.TAKEN),
        ({"of_network": 20}, Verdict.TOO_MANY),
        ({"at_all": 5_000}, Verdict.TOO_MANY),
        # What an address had is never told, whoever asks too often.
        ({"of_address": 4, "of_network": 20}, Verdict.REPEATED),
    ],
)
def test_letters_can_be_asked_for_so_often(traffic, decided):
    assert verdict(Traffic(**{**QUIET, **traffic})) is decided


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", ""),  # documentation: nobody's
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001:81b::/64"),
        ("2a00:1450:4001:81b:1:2:3:4", "2a00:1450:4001:81b::/64"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("fe80::1%eth0", ""),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_who_shares_a_line_is_one_and_a_proxy_is_nobody(address, network):
    assert network_of(address) == network


@pytest.fixture
def weekly(db):
    return make_readership()


def ask(*readerships, address="ann@example.com", **said) -> SignUp | None:
    request = SignUpRequest(address=address, **said)
    return actions.ask_to_join(request, readerships=readerships)


def test_asking_subscribes_nobody(weekly):
    sign_up = ask(weekly, page="https://example.org/")

    assert sign_up is not None
    assert Subscription.objects.get().state == SubscriptionState.PENDING
    assert Consent.objects.count() == 0


def test_confirming_leaves_the_evidence_of_where_and_what_was_agreed_to(weekly):
    with time_machine.travel(NOW, tick=False):
        sign_up = ask(weekly, page="https://example.org/news", words="Every Friday")

    actions.confirm_sign_up(sign_up, readerships=[weekly])
    actions.confirm_sign_up(sign_up, readerships=[weekly])

    consent = Consent.objects.get()
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED
    assert consent.kind == "reader"
    for part in ("https://example.org/news", "Every Friday", "2026-11-26 12:00 UTC"):
        assert part in consent.evidence


def test_pressing_twice_asks_once_and_another_spelling_is_the_same_person(weekly):
    first = ask(weekly)

    assert ask(weekly, address=" Ann@EXAMPLE.com ") is None
    assert first is not None
    assert SignUp.objects.count() == Subscriber.objects.count() == 1


def test_a_mailbox_cannot_be_filled_by_strangers(weekly):
    with time_machine.travel(NOW) as traveller:
        taken = 0
        for _ in range(12):
            taken += ask(weekly) is not None
            traveller.shift(timedelta(minutes=10))

    assert taken == 4


def test_one_network_cannot_ask_for_everybody(weekly):
    for number in range(20):
        ask(weekly, address=f"p{number}@example.com", network="93.184.216.34")

    with pytest.raises(TooManySignUps):
        ask(weekly, address="one.more@example.com", network="93.184.216.34")
    assert ask(weekly, address="other@example.com", network="93.184.216.35")
    assert "93.184" not in "".join(
        SignUp.objects.values_list("network_hash", flat=True)
    )


def test_a_blocked_address_is_not_written_to_and_that_is_not_told(weekly):
    actions.suppress(address="ann@example.com", reason="asked us to")

    assert ask(weekly) is None
    assert Subscriber.objects.count() == 0


def test_an_address_blocked_meanwhile_is_not_subscribed(weekly):
    sign_up = ask(weekly)
    actions.suppress(address="ann@example.com", reason="asked us to")

    with pytest.raises(AddressSuppressed):
        actions.confirm_sign_up(sign_up, readerships=[weekly])

    assert Subscription.objects.get().state == SubscriptionState.PENDING


def test_asking_for_somebody_who_left_leaves_them_out_until_they_confirm(weekly):
    person = make_subscriber("ann@example.com", weekly, name="Ann")
    actions.unsubscribe(person.subscriptions.get().pk)

    sign_up = ask(weekly, name="Buy cheap watches")
    left = Subscription.objects.get().state
    actions.confirm_sign_up(sign_up, readerships=[weekly])
    person.refresh_from_db()

    assert left == SubscriptionState.UNSUBSCRIBED
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED
    assert person.name == "Ann"


def test_a_name_is_kept_and_found_once_its_owner_confirms(weekly):
    sign_up = ask(weekly, name="Анна\r\nBcc: x")
    assert Subscriber.objects.get().name == ""

    actions.confirm_sign_up(sign_up, readerships=[weekly])

    person = Subscriber.objects.get()
    assert person.name == "Анна Bcc: x"
    assert "анна" in person.search_text


def test_who_was_deleted_comes_back_only_by_confirming(weekly):
    person = make_subscriber("ann@example.com", weekly)
    actions.erase_subscriber(person.pk)

    sign_up = ask(weekly)
    still_erased = erased_among(["ann@example.com"])
    actions.confirm_sign_up(sign_up, readerships=[weekly])

    assert still_erased == {"ann@example.com"}
    assert erased_among(["ann@example.com"]) == set()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"address": ""}, BadAddress),
        ({"address": "ann"}, BadAddress),
        ({"address": "ann@example.com\r\nBcc: eve@example.com"}, BadAddress),
        ({"address": "a@example.com, b@example.com"}, BadAddress),
        ({"name": "x" * 201}, BadName),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(weekly, said, error):
    with pytest.raises(error):
        ask(weekly, **said)

    assert Subscriber.objects.count() == SignUp.objects.count() == 0


def test_who_does_not_answer_is_forgotten_in_a_week(weekly):
    with time_machine.travel(NOW):
        ask(weekly)
    with time_machine.travel(NOW + timedelta(days=3)):
        ask(weekly)  # the same person, still unknown
    with time_machine.travel(NOW + timedelta(days=8)):
        actions.forget_sign_ups()
        waiting = Subscription.objects.count()
    with time_machine.travel(NOW + timedelta(days=11)):
        actions.forget_sign_ups()

    assert waiting == 1
    assert Subscriber.objects.count() == Subscription.objects.count() == 0
    assert SignUp.objects.count() == 0


def test_who_was_here_before_stays_when_a_sign_up_is_forgotten(weekly):
    daily = make_readership("daily")
    reader = make_subscriber("ann@example.com", daily)
    known = make_subscriber("bob@example.com")  # subscribed to nothing
    with time_machine.travel(NOW):
        ask(weekly)
        ask(weekly, address="bob@example.com")
    with time_machine.travel(NOW + timedelta(days=8)):
        actions.forget_sign_ups()

    assert set(Subscriber.objects.all()) == {reader, known}
    assert Subscription.objects.get().readership == daily


def test_where_it_was_asked_from_is_forgotten_in_a_day(weekly):
    with time_machine.travel(NOW):
        ask(weekly, network="93.184.216.34")
    with time_machine.travel(NOW + timedelta(hours=25)):
        actions.forget_sign_ups()

    assert SignUp.objects.get().network_hash == ""
