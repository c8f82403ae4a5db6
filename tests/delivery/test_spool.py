"""Outcomes that had to wait on the disk."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from gonets.delivery.books import Books, Call, Page
from gonets.delivery.fence import database_token
from gonets.delivery.models import CloneFence, Run
from gonets.delivery.spool import Spool
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import Outcome
from gonets.delivery.worker import replay
from tests.delivery.conftest import NOW, Hand, PlainLetters


def outcome(delivery_id: int = 1, *, run_id: int = 1, fence: int = 1) -> Outcome:
    return Outcome(
        delivery_id=delivery_id,
        run_id=run_id,
        fence=fence,
        status=DeliveryStatus.ACCEPTED,
        at=NOW,
        stage="dot",
        code=250,
        answer="принято",
        not_before=None,
    )


def test_what_was_spooled_is_read_as_it_was(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")

    spool.add([outcome(1)])
    spool.add([outcome(2), outcome(3)])

    assert Spool(tmp_path / "spool").read() == [outcome(1), outcome(2), outcome(3)]


def test_a_line_that_was_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add([outcome(1), outcome(2)])
    whole = (tmp_path / "spool").read_bytes()

    (tmp_path / "spool").write_bytes(whole[:-20])

    assert spool.read() == [outcome(1)]


def test_a_spool_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "no such folder" / "spool")

    spool.add([outcome()])

    assert spool.read() == []


def test_a_spooled_acceptance_is_settled_at_the_next_start(
    tmp_path: Path, make_run: Callable[..., Run], hand: Hand
) -> None:
    run = make_run("ann")
    (bound,) = hand.claim(run)
    hand.intend(bound)
    spool = Spool(tmp_path / "spool")
    claim = bound.claim
    spool.add([outcome(claim.delivery_id, run_id=run.pk, fence=claim.fence)])

    replay(spool)

    assert run.deliveries.get().status == DeliveryStatus.ACCEPTED
    assert spool.read() == []


def test_what_follows_half_a_line_is_not_spoiled_by_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add([outcome(1), outcome(2)])
    whole = (tmp_path / "spool").read_bytes()
    (tmp_path / "spool").write_bytes(whole[:-20])

    spool.add([outcome(3)])

    assert spool.read() == [outcome(1), outcome(3)]


def test_a_full_disk_leaves_no_half_a_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add([outcome(1)])
    size = (tmp_path / "spool").stat().st_size

    with at_most_bytes_per_file(size + 20):
        spool.add([outcome(2)])

    assert (tmp_path / "spool").stat().st_size == size
    assert spool.read() == [outcome(1)]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"\xff\xfe\0\0\n", id="no text"),
        pytest.param(b"7\n", id="no object"),
        pytest.param(b'{"at": "2026"}\n', id="half an outcome"),
    ],
)
def test_damaged_lines_are_left_out(tmp_path: Path, damage: bytes) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add([outcome(1)])
    with (tmp_path / "spool").open("ab") as file:
        file.write(damage)
    spool.add([outcome(2)])

    assert spool.read() == [outcome(1), outcome(2)]


def test_the_same_numbers_of_another_database_are_other_people(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", database="this one")
    spool.add([outcome(1)])

    assert Spool(tmp_path / "spool", database="another").read() == []
    assert spool.read() == [outcome(1)]


def test_a_spool_that_cannot_be_removed_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()

    Spool(tmp_path / "spool").clear()


@contextmanager
def at_most_bytes_per_file(limit: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_after_the_fence_was_lifted_answers_are_spooled_for_the_database_it_is_now(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise OperationalError

    apart = Spool(tmp_path / "spool", database="before")  # of the books' own process
    books = Books(spool=apart, letters=PlainLetters())
    CloneFence.objects.create(pk=1, token="after", generation=0)

    books.carry_out(Call(call_id=1, action=database_token))
    with monkeypatch.context() as broken:
        broken.setattr("gonets.delivery.books.record", fail)
        books.record_page(Page(outcomes=[outcome()]), worker_id=hand.worker_id)

    assert Spool(tmp_path / "spool", database="after").read() == [outcome()]
