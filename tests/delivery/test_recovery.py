"""A database that forgets what it has confirmed is not sent from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from gonets.delivery.errors import LedgerUnsafe
from gonets.delivery.recovery import check_durability

# Outside of a transaction: SQLite changes this setting nowhere else.
pytestmark = pytest.mark.django_db(transaction=True)


def say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def forgetful() -> Iterator[str]:
    """A connection that does not wait for the disk; the name of what is wrong."""
    if connection.vendor == "sqlite":
        say("PRAGMA synchronous=NORMAL")
        yield "synchronous"
        say("PRAGMA synchronous=FULL")
    else:
        say("SET synchronous_commit = off")
        yield "synchronous_commit"
        say("RESET synchronous_commit")


def test_a_forgetful_database_is_refused_with_the_setting_to_change(
    forgetful: str,
) -> None:
    with pytest.raises(LedgerUnsafe, match=forgetful):
        check_durability()


def test_a_database_that_waits_for_its_disk_is_trusted() -> None:
    if connection.vendor == "sqlite":
        say("PRAGMA synchronous=FULL")

    check_durability()


@pytest.fixture(params=["by the server", "by the driver"])
def lagging(request: pytest.FixtureRequest) -> Iterator[None]:
    """A session whose transactions go on seeing what was there when they began."""
    if request.param == "by the server":
        say("SET default_transaction_isolation = 'repeatable read'")
        yield
        say("RESET default_transaction_isolation")
    else:
        connection.ensure_connection()
        repeatable_read = 3
        connection.connection.isolation_level = repeatable_read
        yield
        connection.connection.isolation_level = None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no choice")
@pytest.mark.usefixtures("lagging")
def test_a_database_that_shows_stops_too_late_is_refused() -> None:
    with pytest.raises(LedgerUnsafe, match="default_transaction_isolation"):
        check_durability()
