"""What a rehearsal decides and counts, without a database."""

from __future__ import annotations

import json
import random

import pytest

from gonets.publishing.rehearsal.doubts import MEANT, doubt_about
from gonets.publishing.rehearsal.forecasts import Pace, forecast, rest_after
from gonets.publishing.rehearsal.reasons import MISSPELT, NO_SUCH_DOMAIN, OTHERS
from gonets.publishing.rehearsal.relays import RelayFacts, together
from gonets.publishing.rehearsal.states import FindingKind, ForecastLimit
from gonets.publishing.rehearsal.tallies import (
    KEPT_BY_NAME,
    MOST_REASONS,
    MOST_SIZES,
    Sizes,
    Tally,
)

WITHHELD = FindingKind.WITHHELD


@pytest.mark.parametrize(
    ("address", "internet", "reason"),
    [
        pytest.param("ann@gmail.com", True, "", id="fine"),
        pytest.param("ann@gmial.com", True, MISSPELT, id="a slip"),
        pytest.param("ann@gmial.com", False, MISSPELT, id="a slip in the mailbox"),
        pytest.param("ann@shop.example", True, NO_SUCH_DOMAIN, id="reserved"),
        pytest.param("ann@shop.example", False, "", id="the demo's own"),
        pytest.param("root@localhost", True, NO_SUCH_DOMAIN, id="no dot"),
        pytest.param("ann@[192.0.2.1]", True, "", id="a literal address"),
        pytest.param("ann@xn--80a1acny.xn--p1ai", True, "", id="an IDN"),
    ],
)
def test_an_address_is_doubted_for_what_it_says_itself(address, internet, reason):
    doubt = doubt_about(address, is_for_the_internet=internet)

    assert (doubt.reason if doubt else "") == reason


def test_no_large_provider_is_taken_for_a_slip():
    real = {*MEANT.values(), "ya.ru", "mail.com", "ymail.com", "bk.ru", "yandex.com"}

    assert not real & MEANT.keys()


@pytest.mark.parametrize(
    ("pace", "seconds", "limit"),
    [
        pytest.param({"letters_per_second": 25.0}, 40, ForecastLimit.RATE, id="rate"),
        pytest.param({"round_trip_seconds": 0.2}, 50, ForecastLimit.WAY, id="way"),
        pytest.param(
            {"round_trip_seconds": 0.2, "pipelining": False},
            200,
            ForecastLimit.WAY,
            id="a relay without pipelining",
        ),
        pytest.param({"making_seconds": 9}, 9, ForecastLimit.MAKING, id="making"),
        pytest.param({}, 1, ForecastLimit.MAKING, id="nothing known"),
    ],
)
def test_the_slowest_part_says_how_long_a_sending_takes(pace, seconds, limit):
    known = {
        "letters_per_second": None,
        "connections": 4,
        "round_trip_seconds": None,
        "pipelining": True,
        "making_seconds": 1.0,
    }

    found = forecast(1000, Pace(**{**known, **pace}))

    assert (found.seconds, found.limit) == (pytest.approx(seconds), limit)


def test_relays_that_share_a_sending_offer_what_all_of_them_offer():
    first = RelayFacts(
        host="a.example",
        letters_per_second=10,
        connections=4,
        offers={"SIZE": "0", "SMTPUTF8": "", "PIPELINING": ""},
        round_trip_seconds=0.1,
    )
    second = RelayFacts(
        host="b.example",
        letters_per_second=5,
        connections=2,
        offers={"SIZE": "5000", "PIPELINING": ""},
        round_trip_seconds=0.3,
    )
    silent = RelayFacts(host="c.example", cause="unreachable", answer="no route")

    both, all_three = together([first, second]), together([first, second, silent])

    assert both.offers == {"PIPELINING": "", "SIZE": "5000"}
    assert (both.letters_per_second, both.connections) == (15, 6)
    assert (both.host, both.round_trip_seconds) == ("a.example, b.example", 0.3)
    assert all_three.offers == both.offers
    assert all_three.letters_per_second is None
    assert (all_three.cause, all_three.answer) == ("unreachable", "no route")
    assert together([silent]) == silent


def test_a_rehearsal_rests_while_letters_really_leave():
    assert rest_after(0.1, is_sending=False) == 0
    assert rest_after(0.1, is_sending=True) == pytest.approx(0.3)
    assert rest_after(60, is_sending=True) == 2


def test_the_median_is_exact_for_few_sizes():
    sizes = Sizes()
    for size in (15_000, 15_010, 15_500):
        sizes.add(size)

    assert sizes.median == 15_010


def test_many_sizes_take_no_more_room_and_stay_nearly_right():
    sizes, chance = Sizes(), random.Random(7)
    drawn = [chance.randint(10_000, 200_000) for _ in range(20_000)]
    for size in drawn:
        sizes.add(size)

    middle = sorted(drawn)[10_000]
    assert len(sizes.counts) <= MOST_SIZES
    assert sizes.counts.total() == 20_000
    assert abs(sizes.median - middle) / middle < 0.02


def test_a_tally_comes_back_from_the_database_as_it_was():
    tally = Tally(looked_at=3, audience=2)
    tally.note_letter(size=100, html_bytes=103_000, subscriber_id=7)
    tally.note_letter(size=90, html_bytes=93_000, subscriber_id=8)
    tally.note_finding(WITHHELD, "has unsubscribed")

    again = Tally.from_json(json.loads(json.dumps(tally.as_json())))

    assert again == tally
    assert (again.smallest, again.largest, again.largest_for) == (90, 100, 7)
    assert (again.clipped, again.nearly_clipped, again.total_bytes) == (1, 1, 190)


def test_everybody_is_counted_but_only_the_first_kept_by_name():
    tally = Tally()

    kept = [tally.note_finding(WITHHELD, "left") for _ in range(KEPT_BY_NAME + 5)]

    assert kept.count("left") == KEPT_BY_NAME
    assert tally.found(WITHHELD) == KEPT_BY_NAME + 5


def test_a_different_reason_for_everybody_does_not_fill_the_memory():
    tally = Tally()

    kept = [tally.note_finding(WITHHELD, f"reason {n}") for n in range(1_000)]

    assert len(tally.reasons) == MOST_REASONS + 1
    assert kept[-1] == OTHERS
    assert tally.found(WITHHELD) == 1_000
