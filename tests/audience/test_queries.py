from __future__ import annotations

from datetime import timedelta
from weakref import WeakKeyDictionary

import pytest
from django.db import connection

from gonets.audience import actions, links, queries
from gonets.kernel import clock, plans
from gonets.kernel.tokens import BadToken, sign
from tests.support.factories import make_readership, make_subscriber

pytestmark = pytest.mark.django_db


def addresses(**filters: object) -> list[str]:
    return [person.address for person in queries.subscribers(**filters)]


def test_recipients_come_in_portions_in_order_and_nobody_twice():
    weekly = make_readership()
    people = [make_subscriber(f"p{n}@example.com", weekly) for n in range(5)]
    seen = []

    after = 0
    while portion := queries.confirmed_recipients(
        readership_id=weekly.pk, after_id=after, limit=2
    ):
        assert len(portion) <= 2
        seen += [one.subscriber_id for one in portion]
        after = portion[-1].subscription_id

    assert seen == [person.pk for person in people]


def test_only_the_confirmed_and_not_blocked_are_recipients():
    weekly, daily = make_readership("weekly"), make_readership("daily")
    make_subscriber("stays@example.com", weekly)
    make_subscriber("elsewhere@example.com", daily)
    leaves = make_subscriber("leaves@example.com", weekly)
    make_subscriber("blocked@example.com", weekly)
    actions.unsubscribe(leaves.subscriptions.get().pk)
    actions.suppress(address="blocked@example.com", reason="complained")

    recipients = queries.confirmed_recipients(readership_id=weekly.pk)

    assert [one.address for one in recipients] == ["stays@example.com"]
    assert queries.confirmed_count(weekly.pk) == 1
    assert queries.confirmed_counts() == {weekly.pk: 1, daily.pk: 1}


def test_whoever_confirms_later_is_not_in_an_earlier_audience():
    weekly = make_readership()
    make_subscriber("ann@example.com", weekly)

    earlier = clock.now() - timedelta(minutes=1)

    assert not queries.confirmed_recipients(readership_id=weekly.pk, until=earlier)


def test_personal_values_take_one_query(django_assert_num_queries):
    weekly = make_readership()
    ann = make_subscriber("ann@example.com", weekly, name="Ann")
    bob = make_subscriber("bob@example.com")

    with django_assert_num_queries(1):
        values = queries.personal_values([ann.pk, bob.pk, 99], readership_id=weekly.pk)

    first, second, deleted = values
    assert first is not None
    assert first.name == "Ann"
    assert second is not None
    assert second.link_key == bob.link_key
    assert deleted is None


def test_personal_values_are_the_same_by_a_plan_that_is_kept(monkeypatch):
    monkeypatch.setattr(plans, "_plans", WeakKeyDictionary())
    weekly = make_readership()
    ann = make_subscriber("ann@example.com", weekly, name="Анна")
    asked = [99, ann.pk]
    by_any_other = queries.personal_values(asked, readership_id=weekly.pk)

    if connection.vendor == "postgresql":
        plans.begin_plans(connection)

    for _time in range(2):
        values = queries.personal_values(asked, readership_id=weekly.pk)
        assert values == by_any_other


@pytest.mark.django_db(transaction=True)
def test_personal_values_are_found_by_who_is_not_connected_yet():
    connection.close()

    assert queries.personal_values([99], readership_id=1) == [None]


def test_personal_values_come_in_the_order_in_which_they_were_asked_for():
    weekly = make_readership()
    people = [make_subscriber(f"p{n}@example.com", weekly).pk for n in range(12)]
    asked = [*people[6:], *reversed(people[:6]), people[3]]

    values = queries.personal_values(asked, readership_id=weekly.pk)

    addresses = [f"p{people.index(pk)}@example.com" for pk in asked]
    assert [one.address for one in values if one] == addresses


def test_personal_values_tell_who_gets_the_newsletter_now():
    weekly, daily = make_readership(), make_readership("daily")
    ann = make_subscriber("ann@example.com", weekly)
    other = make_subscriber("other@example.com", daily)
    left = make_subscriber("left@example.com", weekly)
    blocked = make_subscriber("blocked@example.com", weekly)
    actions.unsubscribe(left.subscriptions.get().pk)
    actions.suppress(address="blocked@example.com", reason="complained")

    people = [ann.pk, other.pk, left.pk, blocked.pk]
    values = queries.personal_values(people, readership_id=weekly.pk)

    assert [bool(one and one.is_confirmed) for one in values] == [
        *(True, False, False, False)
    ]


def test_nobody_asked_about_is_nobody():
    assert queries.personal_values([], readership_id=1) == []


@pytest.mark.parametrize(
    "search",
    ["СЕМЕН", "семён", "ветров сем", "VETROV@", "почта.рф", "xn--80a1acny", " "],
)
def test_a_search_finds_whatever_the_case_and_the_spelling(search):
    make_subscriber("vetrov@почта.рф", name="Семён Ветров")

    assert addresses(search=search) == ["vetrov@почта.рф"]


@pytest.mark.parametrize("search", ["Ольга", "%", "_", "семён ольга"])
def test_a_search_finds_nobody_else(search):
    make_subscriber("vetrov@example.com", name="Семён Ветров")

    assert addresses(search=search) == []


def test_a_search_follows_a_changed_name():
    person = make_subscriber("ann@example.com", name="Ann")

    actions.edit_subscriber(
        subscriber_id=person.pk, address="ann@example.com", name="Berta"
    )

    assert addresses(search="BERTA") == ["ann@example.com"]
    assert addresses(search="Ann Berta") == ["ann@example.com"]


def test_people_are_filtered_by_newsletter_and_standing():
    weekly, daily = make_readership("weekly"), make_readership("daily")
    make_subscriber("reads@example.com", weekly)
    left = make_subscriber("left@example.com", weekly, daily)
    make_subscriber("nothing@example.com")
    actions.unsubscribe(left.subscriptions.get(readership=weekly).pk)
    make_subscriber("blocked@example.com", daily)
    actions.suppress(address="blocked@example.com", reason="asked")

    assert addresses() == [
        "blocked@example.com",
        "nothing@example.com",
        "left@example.com",
        "reads@example.com",
    ]
    assert addresses(readership_id=weekly.pk) == [
        "left@example.com",
        "reads@example.com",
    ]
    assert addresses(readership_id=weekly.pk, standing="confirmed") == [
        "reads@example.com"
    ]
    assert addresses(standing="unsubscribed") == ["left@example.com"]
    assert addresses(standing="nowhere") == ["nothing@example.com"]
    assert addresses(standing="suppressed") == ["blocked@example.com"]
    assert addresses(standing="suppressed", readership_id=weekly.pk) == []


def test_a_link_leads_to_exactly_one_subscription():
    weekly, daily = make_readership("weekly"), make_readership("daily")
    person = make_subscriber("ann@example.com", weekly, daily)
    token = links.unsubscribe_token(readership_key="daily", link_key=person.link_key)

    link = links.parse_unsubscribe_token(token)

    assert link.subscription() == person.subscriptions.get(readership=daily)
    assert not link.is_inert
    assert "ann" not in token


def test_a_link_outlives_its_person_harmlessly():
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)
    token = links.unsubscribe_token(readership_key="weekly", link_key=person.link_key)

    actions.erase_subscriber(person.pk)

    assert links.parse_unsubscribe_token(token).subscription() is None


def test_a_preview_link_belongs_to_nobody():
    link = links.parse_unsubscribe_token(links.inert_token("weekly"))

    assert link.is_inert
    assert link.subscription() is None


@pytest.mark.parametrize(
    "token",
    ["", "x", "weekly.abc.def", sign("unsubscribe", "weekly"), sign("other", "a", "b")],
)
def test_a_damaged_link_is_refused(token):
    with pytest.raises(BadToken):
        links.parse_unsubscribe_token(token)
