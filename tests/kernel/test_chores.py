"""Chores: each takes its turn, whatever happens to the others."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings
from django.db import connection

from gonets.kernel.chores import Chore, do_chores


def do_until_stopped(*works):
    """Let each work take turns, as a chore, in a thread of its own."""
    stopping = threading.Event()
    chores = [Chore(lambda work=work: work(stopping), 0, "work") for work in works]
    thread = threading.Thread(target=do_chores, args=(chores, stopping))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def ask():
    """Ask the database for something; return the connection that answered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.connection


@pytest.mark.skipif(
    settings.TEST_DATABASE == "memory", reason="Django never closes what is in memory"
)
@pytest.mark.django_db
def test_a_connection_is_kept_from_turn_to_turn_and_replaced_after_a_failure():
    answered = []

    def look(stopping):
        answered.append(ask())
        if len(answered) == 2:
            raise ZeroDivisionError
        if len(answered) == 4:
            stopping.set()

    do_until_stopped(look)

    first, second, third, fourth = answered
    assert first is second
    assert third is not second
    assert third is fourth


def test_a_chore_that_fails_holds_no_other_up():
    done = []

    def fail(_stopping):
        raise ZeroDivisionError

    def look(stopping):
        done.append(True)
        if len(done) == 2:
            stopping.set()

    do_until_stopped(fail, look)

    assert len(done) == 2
