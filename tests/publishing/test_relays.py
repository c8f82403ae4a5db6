"""Which relay letters leave through, and who decides."""

from __future__ import annotations

import pytest

from gonets.delivery.models import Relay
from gonets.publishing import actions
from gonets.publishing.errors import PublicAddressUnfit
from gonets.publishing.relays import is_loopback, relay_in_use, relay_outlook, relay_row
from gonets.publishing.states import RelayOrigin

pytestmark = pytest.mark.django_db
LOCAL = "smtp://127.0.0.1:2525"


def test_without_a_choice_letters_stay_in_the_mailbox_at_a_watchable_pace():
    relay = relay_in_use()

    assert relay.is_mailbox
    assert (relay.url, relay.letters_per_second) == ("smtp://127.0.0.1:1025", 25)


def test_the_configuration_comes_before_the_mailbox(settings):
    settings.GONETS_RELAY_URL = LOCAL

    assert relay_in_use().origin == RelayOrigin.ENVIRONMENT


def test_the_administrators_choice_comes_before_the_configuration(settings):
    settings.GONETS_RELAY_URL = LOCAL

    actions.choose_relay(
        url="smtp://localhost:26", letters_per_second=5, connections=2, user=None
    )
    assert relay_in_use().url == "smtp://localhost:26"
    actions.choose_mailbox(user=None)
    assert relay_in_use().is_mailbox
    actions.forget_choice()
    assert relay_in_use().origin == RelayOrigin.ENVIRONMENT


def test_a_corrected_relay_keeps_its_row_so_that_a_paused_run_goes_on():
    choice = {"letters_per_second": None, "connections": 4, "user": None}
    actions.choose_relay(url="smtp://localhost:26", **choice)
    before = relay_row(relay_in_use())

    actions.choose_relay(url="smtp://localhost:27", **choice)

    assert relay_row(relay_in_use()).pk == before.pk
    assert Relay.objects.get(pk=before.pk).url == "smtp://localhost:27"


def test_a_real_relay_cannot_be_chosen_while_links_lead_nowhere(settings):
    settings.GONETS_PUBLIC_URL = "http://news.example.com"

    with pytest.raises(PublicAddressUnfit):
        actions.choose_relay(
            url="smtps://mail.example.com",
            letters_per_second=None,
            connections=4,
            user=None,
        )


def test_a_relay_on_this_machine_is_used_with_a_warning(settings):
    settings.GONETS_RELAY_URL = LOCAL

    outlook = relay_outlook()

    assert (outlook.refusal, bool(outlook.warning)) == ("", True)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        (None, True),
        ("mail.example.com", False),
        ("192.168.1.5", False),
    ],
)
def test_this_machine_is_recognised(host, expected):
    assert is_loopback(host) is expected
