from __future__ import annotations

import pytest

from gonets.audience import actions
from gonets.audience.errors import (
    AddressSuppressed,
    AlreadySubscribed,
    BadName,
    EvidenceMissing,
    SubscriberGone,
)
from gonets.audience.models import Consent, Erasure, Subscriber, Subscription
from gonets.audience.ports import StopPortMissing, stop_port
from gonets.audience.states import ConsentKind
from gonets.audience.types import Evidence, NewPerson
from gonets.kernel.addresses import BadAddress
from tests.support.factories import ON_PAPER, make_readership, make_subscriber

pytestmark = pytest.mark.django_db
BY_CLICK = Evidence(kind=ConsentKind.READER, text="")


def test_a_person_added_by_hand_is_confirmed_with_evidence(editor):
    weekly = make_readership()
    evidence = Evidence(
        kind=ConsentKind.EDITOR, text=" by phone ", recorded_by_id=editor.pk
    )

    subscriber = actions.add_subscriber(
        address=" Ann@Example.com ",
        name=" Ann\n Smith ",
        readership_ids=[weekly.pk],
        evidence=evidence,
    )

    assert (subscriber.address, subscriber.name) == ("Ann@example.com", "Ann Smith")
    assert subscriber.subscriptions.get().state == "confirmed"
    consent = Consent.objects.get()
    assert (consent.evidence, consent.recorded_by) == ("by phone", editor)


@pytest.mark.parametrize(
    ("here", "again"),
    [
        ("ann@example.com", "ANN@example.COM"),
        ("анна@почта.рф", "Анна@xn--80a1acny.xn--p1ai"),
    ],
)
def test_the_same_person_spelled_otherwise_is_not_added_twice(here, again):
    first = make_subscriber(here)

    with pytest.raises(AlreadySubscribed, match="is a subscriber already") as refusal:
        make_subscriber(again)

    assert refusal.value.subscriber_id == first.pk
    assert Subscriber.objects.count() == 1


def test_nothing_is_written_when_the_evidence_is_missing():
    weekly = make_readership()

    with pytest.raises(EvidenceMissing):
        actions.add_subscriber(
            address="ann@example.com",
            name="",
            readership_ids=[weekly.pk],
            evidence=Evidence(kind=ConsentKind.EDITOR, text="  "),
        )

    assert not Subscriber.objects.exists()


def test_a_bad_address_or_name_is_refused_by_name():
    with pytest.raises(BadAddress):
        make_subscriber("ann at example.com")
    with pytest.raises(BadName, match="200"):
        make_subscriber("ann@example.com", name="x" * 201)


def test_a_name_cannot_smuggle_a_header_or_turn_the_text_around():
    person = make_subscriber(name="Ann\r\nBcc: eve@example.com\u202e\x00")

    assert person.name == "Ann Bcc: eve@example.com"


def test_leaving_stops_a_running_run_and_returning_lifts_it(stops):
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)
    subscription = person.subscriptions.get()

    assert actions.unsubscribe(subscription.pk)
    assert stops.stopped == {("weekly", "ann@example.com")}

    actions.subscribe(
        subscriber_id=person.pk, readership_id=weekly.pk, evidence=BY_CLICK
    )
    assert not stops.stopped
    subscription.refresh_from_db()
    assert (subscription.state, subscription.unsubscribed_at) == ("confirmed", None)
    assert Consent.objects.count() == 2


def test_leaving_twice_changes_nothing():
    person = make_subscriber("ann@example.com", make_readership())
    subscription = person.subscriptions.get()
    actions.unsubscribe(subscription.pk)
    subscription.refresh_from_db()

    assert not actions.unsubscribe(subscription.pk)
    assert not actions.unsubscribe(99)

    left_at = subscription.unsubscribed_at
    subscription.refresh_from_db()
    assert subscription.unsubscribed_at == left_at


def test_leaving_fails_whole_when_the_run_cannot_be_stopped(monkeypatch, stops):
    person = make_subscriber("ann@example.com", make_readership())

    def broken(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(stops, "stop", broken)
    with pytest.raises(RuntimeError):
        actions.unsubscribe(person.subscriptions.get().pk)

    assert person.subscriptions.get().state == "confirmed"


def test_without_a_stop_port_there_is_a_clear_error(monkeypatch):
    monkeypatch.setattr("gonets.audience.ports._registered", [])

    with pytest.raises(StopPortMissing, match="use_stop_port"):
        stop_port()


def test_subscribing_twice_records_one_consent():
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)

    actions.subscribe(
        subscriber_id=person.pk, readership_id=weekly.pk, evidence=ON_PAPER
    )

    assert Consent.objects.count() == 1


def test_choosing_newsletters_touches_only_those_on_offer(stops):
    weekly, daily, hidden = (make_readership(k) for k in ["weekly", "daily", "hidden"])
    person = make_subscriber("ann@example.com", weekly, hidden)

    actions.choose_readerships(
        subscriber_id=person.pk,
        readership_ids=[daily.pk],
        among=[weekly.pk, daily.pk],
        evidence=ON_PAPER,
    )

    states = dict(person.subscriptions.values_list("readership__key", "state"))
    assert states == {
        "weekly": "unsubscribed",
        "daily": "confirmed",
        "hidden": "confirmed",
    }
    assert stops.stopped == {("weekly", "ann@example.com")}


def test_keeping_what_is_there_needs_no_new_evidence():
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)

    actions.choose_readerships(
        subscriber_id=person.pk,
        readership_ids=[weekly.pk],
        among=[weekly.pk],
        evidence=Evidence(kind=ConsentKind.EDITOR, text=""),
    )

    assert person.subscriptions.get().state == "confirmed"


def test_a_new_address_moves_the_letters_and_keeps_the_subscriptions(stops):
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)
    stops.stop(scope="weekly", address_key="ann@example.org")

    changed = actions.edit_subscriber(
        subscriber_id=person.pk, address="Ann@example.org", name="Ann"
    )

    assert (changed.address_key, changed.name) == ("ann@example.org", "Ann")
    assert stops.stopped == {("weekly", "ann@example.com")}
    assert person.subscriptions.get().state == "confirmed"
    assert changed.link_key == person.link_key


def test_correcting_only_the_spelling_stops_nothing(stops):
    person = make_subscriber("ann@example.com", make_readership())

    actions.edit_subscriber(
        subscriber_id=person.pk, address="ANN@example.com", name="Ann"
    )

    person.refresh_from_db()
    assert person.address == "ANN@example.com"
    assert not stops.stopped


def test_an_address_of_somebody_else_is_refused():
    make_subscriber("ann@example.com")
    bob = make_subscriber("bob@example.com")

    with pytest.raises(AlreadySubscribed):
        actions.edit_subscriber(
            subscriber_id=bob.pk, address="Ann@Example.com", name=""
        )


def test_editing_somebody_deleted_meanwhile_is_told():
    with pytest.raises(SubscriberGone):
        actions.edit_subscriber(subscriber_id=99, address="a@example.com", name="")


def test_a_deleted_person_leaves_no_readable_trace(stops):
    person = make_subscriber("ann@example.com", make_readership(), name="Ann")
    actions.suppress(address="ann@example.com", reason="asked")

    actions.erase_subscriber(person.pk)
    actions.erase_subscriber(person.pk)

    assert not Subscriber.objects.exists()
    assert not Subscription.objects.exists()
    assert stops.erased == ["ann@example.com"]
    assert "ann" not in Erasure.objects.get().address_hash


def test_a_deleted_person_can_be_added_again_by_hand():
    actions.erase_subscriber(make_subscriber("ann@example.com").pk)

    make_subscriber("ann@example.com")

    assert not Erasure.objects.exists()


def test_a_blocked_address_is_stopped_everywhere_and_cannot_be_added(stops):
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)

    actions.suppress(address="Ann@example.com", reason="complained")
    actions.suppress(address="Ann@example.com", reason="again")

    assert stops.stopped == {("", "ann@example.com")}
    with pytest.raises(AddressSuppressed, match="blocked"):
        actions.subscribe(
            subscriber_id=person.pk, readership_id=weekly.pk, evidence=ON_PAPER
        )
    actions.unsuppress("ANN@example.com")
    assert not stops.stopped


def test_nobody_becomes_a_blocked_address():
    actions.suppress(address="eve@example.com", reason="complained")
    person = make_subscriber("ann@example.com")

    with pytest.raises(AddressSuppressed):
        make_subscriber("eve@example.com")
    with pytest.raises(AddressSuppressed):
        actions.edit_subscriber(
            subscriber_id=person.pk, address="eve@example.com", name=""
        )


def test_many_are_added_in_a_few_statements(django_assert_max_num_queries, stops):
    weekly, daily = make_readership("weekly"), make_readership("daily")
    make_subscriber("p3@example.com", name="here before")
    actions.suppress(address="p4@example.com", reason="complained")
    actions.erase_subscriber(make_subscriber("p5@example.com").pk)
    stops.stop(scope="daily", address_key="p6@example.com")
    many = [NewPerson(address=f"P{n}@example.com", name=f"P {n}") for n in range(100)]

    with django_assert_max_num_queries(20):
        added = actions.add_subscribers(
            [*many, many[0]], readership_ids=[weekly.pk, daily.pk], evidence=ON_PAPER
        )

    assert added == 97
    assert Subscription.objects.filter(state="confirmed").count() == 2 * 97
    assert Consent.objects.count() == 2 * 97
    assert stops.stopped == {("", "p4@example.com")}


def test_a_request_waits_for_the_person_and_undoes_no_leaving():
    weekly = make_readership()
    person = make_subscriber("ann@example.com")

    asked = actions.request_subscription(
        subscriber_id=person.pk, readership_id=weekly.pk
    )
    assert asked.state == "pending"
    actions.unsubscribe(asked.pk)
    again = actions.request_subscription(
        subscriber_id=person.pk, readership_id=weekly.pk
    )

    assert (again.pk, again.state) == (asked.pk, "unsubscribed")
