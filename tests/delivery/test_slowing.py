"""Adaptive pace: halved by complaints, raised after quiet times."""

from __future__ import annotations

import pytest

from gonets.delivery.slowing import Caution, Slowing

CAUTION = Caution(deaf_seconds=1, quiet_seconds=20, slowest=0.5)


def slowed(*complaints_at: float, rate: float = 80) -> Slowing:
    slowing = Slowing(caution=CAUTION)
    for now in complaints_at:
        slowing.complained(rate=rate, now=now)
    return slowing


@pytest.mark.parametrize(
    ("complaints_at", "pace"),
    [
        pytest.param([0.0], 40, id="half"),
        pytest.param([0.0, 0.5, 0.9], 40, id="the same trouble"),
        pytest.param([0.0, 1.0], 20, id="still too fast"),
        pytest.param([float(at) for at in range(20)], 0.5, id="never slower than that"),
    ],
)
def test_every_complaint_halves_the_pace(
    complaints_at: list[float], pace: float
) -> None:
    assert slowed(*complaints_at).pace == pace


@pytest.mark.parametrize(
    ("quiet_for", "pace"),
    [
        pytest.param(19.9, 20, id="not long enough"),
        pytest.param(20, 25, id="an eighth of what was too fast"),
        pytest.param(40, 30, id="another"),
        pytest.param(80, 40, id="as fast as what was too fast"),
        pytest.param(100, None, id="that went well, and twice that is as usual"),
    ],
)
def test_after_every_quiet_while_it_goes_a_little_faster(
    quiet_for: float, pace: float | None
) -> None:
    slowing = slowed(0, 1)

    slowing.note_quiet(now=1 + quiet_for)

    assert slowing.pace == pace


def test_far_below_what_was_too_fast_it_doubles() -> None:
    slowing = slowed(*(float(at) for at in range(7)))  # down to 0.625
    slowing.note_quiet(now=6 + 8 * 20)  # beyond the 1.25 that was too fast last

    first = slowing.pace
    slowing.note_quiet(now=6 + 9 * 20)

    assert first is not None
    assert slowing.pace == 2 * first


def test_it_finds_the_pace_that_a_provider_takes() -> None:
    slowing, now, paces = Slowing(caution=CAUTION), 0.0, []
    slowing.complained(rate=1000, now=now)
    while now < 3600:
        now += 1
        if slowing.pace is None or slowing.pace > 10:
            slowing.complained(rate=1000, now=now)
        slowing.note_quiet(now=now)
        paces.append(slowing.pace or 1000)

    settled = paces[120:]
    assert all(pace <= 20 for pace in settled)
    assert sum(settled) / len(settled) > 6


@pytest.mark.parametrize("share", [2, 7, 500])
def test_complaints_that_no_pace_avoids_do_not_bring_it_to_a_crawl(share: int) -> None:
    slowing, now, letters = Slowing(caution=CAUTION), 0.0, 0
    while now < 600:
        letters += 1
        now += 1 / min(slowing.pace or 1000, 1000)
        slowing.note_quiet(now=now)
        slowing.went()
        if letters % share == 0:
            slowing.complained(rate=100, now=now)

    assert letters > 100_000


def test_whoever_complains_about_everything_is_given_no_more() -> None:
    slowing = Slowing(caution=CAUTION)
    for second in range(600):
        slowing.went()
        slowing.complained(rate=100, now=second)
        slowing.note_quiet(now=second)

    assert slowing.pace == CAUTION.slowest


def test_a_clock_that_stands_still_changes_nothing() -> None:
    slowing = slowed(5)

    assert not slowing.note_quiet(now=5)
    assert slowing.pace == 40
