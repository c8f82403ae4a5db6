"""Which relays letters leave through, and who decides."""

from __future__ import annotations

from typing import Any

import pytest

from gonets.delivery import actions as delivery
from gonets.delivery.models import Relay
from gonets.kernel import clock
from gonets.publishing import actions
from gonets.publishing.actions.relays import relay_row
from gonets.publishing.errors import NameTaken, PublicAddressUnfit
from gonets.publishing.relays import (
    domain_limits,
    in_use,
    is_loopback,
    is_mailbox,
    joint_rate,
    relay_list,
    relay_outlook,
    relay_use,
    relays_in_use,
    shares_of,
)
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import LimitTerms, RelayTerms

pytestmark = pytest.mark.django_db
LOCAL = "smtp://127.0.0.1:2525"


def add(url: str = "smtp://localhost:26", **terms: Any) -> Relay:
    return actions.add_relay(RelayTerms(url=url, **terms))


def urls() -> list[str]:
    return [relay.url for relay in relays_in_use()]


def test_without_a_relay_letters_stay_in_the_mailbox_at_a_watchable_pace():
    [relay] = relays_in_use()

    assert relay.is_mailbox
    assert (relay.url, relay.letters_per_second) == ("smtp://127.0.0.1:1025", 25)


def test_the_configuration_comes_before_the_mailbox(settings):
    settings.GONETS_RELAY_URL = LOCAL

    assert relays_in_use()[0].origin == RelayOrigin.ENVIRONMENT


def test_all_enabled_relays_share_the_work_the_heaviest_first(settings):
    settings.GONETS_RELAY_URL = LOCAL
    heavy, off = add("smtp://localhost:26", weight=3), add("smtp://localhost:27")
    actions.disable_relay(off.pk)

    assert urls() == ["smtp://localhost:26", LOCAL]
    actions.disable_relay(heavy.pk)
    assert urls() == [LOCAL]
    actions.enable_relay(off.pk)
    assert urls() == [LOCAL, "smtp://localhost:27"]


def test_the_configurations_relay_can_be_switched_off(settings):
    settings.GONETS_RELAY_URL = LOCAL
    actions.keep_environment_relay()

    actions.disable_relay(relay_list().get().pk)

    assert relays_in_use()[0].is_mailbox
    actions.keep_environment_relay()
    assert relays_in_use()[0].is_mailbox


def test_the_configurations_relay_follows_the_configuration(settings):
    settings.GONETS_RELAY_URL = LOCAL
    actions.keep_environment_relay()
    relay = relay_list().get()
    actions.change_relay(relay.pk, RelayTerms(url="", weight=7, connections=99))

    settings.GONETS_RELAY_URL, settings.GONETS_RELAY_RATE = "smtp://127.0.0.1:26", 5
    actions.keep_environment_relay()

    relay.refresh_from_db()
    assert (relay.url, relay.letters_per_second) == ("smtp://127.0.0.1:26", 5)
    assert (relay.weight, relay.connections) == (7, 4)
    settings.GONETS_RELAY_URL = ""
    actions.keep_environment_relay()
    assert not relay_list().exists()
    settings.GONETS_RELAY_URL = LOCAL
    actions.keep_environment_relay()
    assert relay_list().get().pk == relay.pk


def test_an_administrator_can_keep_letters_in_the_mailbox(settings):
    settings.GONETS_RELAY_URL = LOCAL
    add()

    actions.keep_in_mailbox(user=None)
    assert [relay.is_mailbox for relay in relays_in_use()] == [True]
    actions.leave_mailbox()
    assert len(urls()) == 2


def test_a_run_into_the_mailbox_names_it_and_others_are_shared():
    mailbox = relay_row(relays_in_use())
    add()

    shared = relay_row(relays_in_use())

    assert is_mailbox(mailbox)
    assert mailbox is not None
    assert not mailbox.is_enabled  # It never takes part in what goes to the Internet.
    assert shared is None


def test_relays_are_named_after_their_servers_and_told_apart():
    names = [add().name, add().name, add(name="Backup").name]

    assert names == ["localhost", "localhost (2)", "Backup"]
    with pytest.raises(NameTaken):
        add(name="Backup")


def test_a_corrected_relay_keeps_its_row_so_that_a_paused_run_goes_on():
    relay = add(weight=2)
    Relay.objects.filter(pk=relay.pk).update(trouble="535 no")

    actions.change_relay(relay.pk, RelayTerms(url="smtp://localhost:27"))

    relay.refresh_from_db()
    assert (relay.url, relay.name) == ("smtp://localhost:27", "localhost")
    assert (relay.weight, relay.trouble) == (1, "")


def test_a_removed_relay_is_forgotten_but_for_its_name():
    relay = add("smtps://me:secret@localhost", name="Old")

    actions.remove_relay(relay.pk)

    relay.refresh_from_db()
    assert (relay.name, relay.url, relay.is_enabled) == ("Old", "", False)
    assert not relay_list().exists()
    assert add(name="Old").pk != relay.pk


def test_the_question_before_removing_counts_what_is_waiting():
    relay, other = add(), add()
    run = delivery.open_run(
        origin_key="issue:1",
        letter_ref="first",
        stop_scope="news",
        relay=None,
        now=clock.now(),
    )
    people = [
        delivery.NewRecipient(address=f"{n}@x", address_key=f"{n}@x") for n in "ab"
    ]
    delivery.add_recipients(run.pk, people)
    delivery.start_run(run.pk)

    use = relay_use(relay)

    assert (use.runs, use.waiting, use.others) == (1, 2, 1)
    actions.disable_relay(other.pk)
    assert relay_use(relay).others == 0


@pytest.mark.parametrize(
    ("weights", "shares"),
    [([3, 1], [75, 25]), ([1, 0], [100, 0]), ([0, 0], [50, 50]), ([5], [100])],
)
def test_shares_are_shown_in_per_cent(weights, shares):
    relays = [in_use(add(weight=weight)) for weight in weights]

    assert [shares_of(relays)[relay.relay_id] for relay in relays] == shares


@pytest.mark.parametrize(
    ("relays", "rate"),
    [
        ([(1, None)], None),
        ([(1, 25)], 25),
        ([(3, 30), (1, 20)], 40),
        ([(3, None), (1, 20)], 80),
        ([(1, 20), (0, 1)], 20),
        ([(0, 5), (0, 1)], 2),
    ],
)
def test_the_first_relay_at_its_limit_holds_the_others_back(relays, rate):
    found = [
        in_use(add(weight=weight, letters_per_second=limit)) for weight, limit in relays
    ]

    assert joint_rate(found) == rate


@pytest.mark.parametrize("change", ["add", "change", "enable", "leave"])
def test_a_real_relay_cannot_be_used_while_links_lead_nowhere(settings, change):
    settings.GONETS_PUBLIC_URL = "https://news.example.com"
    real = RelayTerms(url="smtps://mail.example.com")
    relay = actions.add_relay(real)
    settings.GONETS_PUBLIC_URL = "http://news.example.com"

    with pytest.raises(PublicAddressUnfit):
        {
            "add": lambda: actions.add_relay(real),
            "change": lambda: actions.change_relay(relay.pk, real),
            "enable": lambda: actions.enable_relay(relay.pk),
            "leave": actions.leave_mailbox,
        }[change]()


def test_limits_are_kept_with_their_domains():
    limit = actions.add_limit(LimitTerms(name="Gmail", domains=("gmail.com", "g.co")))

    actions.change_limit(
        limit.pk, LimitTerms(name="G", domains=("g.co",), letters_per_second=2)
    )

    [kept] = domain_limits()
    assert (kept.name, kept.domains, kept.letters_per_second) == ("G", "g.co", 2)
    with pytest.raises(NameTaken):
        actions.add_limit(LimitTerms(name="G", domains=("x.example",)))
    actions.remove_limit(limit.pk)
    assert not domain_limits().exists()


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
