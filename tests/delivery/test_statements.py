"""The engine's own SQL does not lose what an ordinary cursor would have said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
)
from django.db.transaction import atomic

from gonets.delivery import actions
from gonets.delivery.account import hold_run
from gonets.delivery.models import Run
from gonets.delivery.recovery import check_durability
from gonets.delivery.statements import Statement, forgettable, keep_plans
from tests.delivery.conftest import Hand

# Outside of a test's own transaction: these are about transactions.
pytestmark = pytest.mark.django_db(transaction=True)

MakeRun = Callable[..., Run]


class Changed(Exception):
    """Somebody's mind."""


def synchronous() -> str:
    """Return whether commits wait for the disk, in each database's own words."""
    names = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
    [value] = Statement(names[connection.vendor]).execute(()).fetchone()
    return str(value)


@pytest.fixture(autouse=True)
def plans(db: None) -> None:
    if connection.vendor == "sqlite":
        Statement("PRAGMA synchronous=FULL").execute(())
    keep_plans()


def test_what_may_be_forgotten_is_committed_without_waiting() -> None:
    usually = synchronous()

    with forgettable(), atomic():
        hold_run(0)  # Its first statement begins the transaction.
        meanwhile = synchronous()

    assert (usually, meanwhile) in [("2", "1"), ("on", "off")]
    assert synchronous() == usually
    check_durability()


def test_after_an_error_every_commit_waits_again() -> None:
    usually = synchronous()

    with suppress(Changed), forgettable(), atomic():
        hold_run(0)
        raise Changed

    assert synchronous() == usually
    with atomic():
        hold_run(0)
        assert synchronous() == usually


def test_what_was_rolled_back_was_never_there(make_run: MakeRun) -> None:
    run = make_run("ann")
    end = Statement("UPDATE gonets_delivery_run SET rate = %s WHERE id = %s")

    with suppress(Changed), atomic():
        assert end.execute((7, run.pk)).rowcount == 1
        raise Changed

    run.refresh_from_db()
    assert run.rate == 0


def test_an_error_of_the_database_is_one_of_djangos(make_run: MakeRun) -> None:
    run = make_run("ann")
    miscount = Statement(
        "UPDATE gonets_delivery_run SET pending = pending + %s WHERE id = %s"
    )

    for _time in range(2):  # once while it is planned, once with the plan
        with pytest.raises(IntegrityError, match="run_account_adds_up"):
            miscount.execute((5, run.pk))

    assert miscount.execute((0, run.pk)).rowcount == 1


@pytest.fixture
def only_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL")


@pytest.mark.usefixtures("only_postgresql")
def test_a_zero_byte_is_refused_before_it_is_sent() -> None:
    with pytest.raises(DataError):
        Statement("SELECT %s::text").execute(("a\0b",))


@pytest.mark.usefixtures("only_postgresql")
def test_a_connection_that_was_cut_is_an_operational_error_and_the_next_one_works() -> (
    None
):
    one = Statement("SELECT 1 + %s::integer")
    assert one.execute((1,)).fetchone() == (2,)
    end_of_this_connection()

    with pytest.raises(OperationalError):
        one.execute((1,))

    connection.close()
    keep_plans()
    assert one.execute((1,)).fetchone() == (2,)


def end_of_this_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [number] = cursor.fetchone()

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])

    elsewhere(end).join()


def elsewhere(action: Callable[[], object]) -> threading.Thread:
    """Do it on a connection of its own."""

    def act() -> None:
        try:
            action()
        finally:
            connections.close_all()

    thread = threading.Thread(target=act)
    thread.start()
    return thread


@contextmanager
def held_elsewhere(before_it_lets_go: Callable[[], object]) -> Iterator[None]:
    """Begin the block while another transaction does this, and commit it meanwhile."""
    is_done, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with atomic():
            before_it_lets_go()
            is_done.set()
            may_end.wait(30)

    holder = elsewhere(hold)
    is_done.wait(30)
    waiting = threading.Timer(0.3, may_end.set)
    waiting.start()
    try:
        yield
    finally:
        may_end.set()
        holder.join()


@pytest.mark.usefixtures("only_postgresql")
def test_a_page_that_had_to_wait_sees_the_stop_that_it_waited_for(
    make_run: MakeRun,
) -> None:
    run = make_run(*"ab")
    hand = Hand()
    ann, bob = hand.claim(run)

    with held_elsewhere(lambda: actions.add_stop("news", "b@x.example")):
        granted = hand.intend(ann, bob)

    assert granted == {ann.claim.delivery_id}


@pytest.mark.usefixtures("only_postgresql")
def test_a_page_that_had_to_wait_sees_the_pause_that_it_waited_for(
    make_run: MakeRun,
) -> None:
    run = make_run("ann")
    hand = Hand()
    [ann] = hand.claim(run)

    with held_elsewhere(lambda: actions.pause_run(run.pk)):
        granted = hand.intend(ann)

    assert granted == set()
