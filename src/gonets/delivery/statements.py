"""The engine's own SQL, run as directly as each database's driver allows.

Django's cursor rewrites the text of a statement whenever it is executed, which takes
longer than SQLite needs to carry it out.  All of these run many times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db import connections

from gonets.kernel.plans import Row, begin_plans, plans_of
from gonets.kernel.quick_json import json_text


class Statement:
    """A statement with ``%s`` for its values."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._for_sqlite = sql.replace("%s", "?")

    def execute(self, values: Row) -> Any:
        """Return the driver's cursor; its rows are as the database stores them."""
        database = the_database()
        with database.wrap_database_errors:
            if database.vendor == "sqlite":
                return database.connection.execute(self._for_sqlite, values)
            return _server_side(database, self._sql, values)


class RowStatement:
    """A statement about many rows at once; ``{rows}`` stands for them.

    In it the rows are called ``o`` and their columns ``column1``, ``column2`` and so
    on.  ``types`` are the columns' types in PostgreSQL.
    """

    def __init__(self, sql: str, *types: str) -> None:
        self._names = [f"column{number + 1}" for number in range(len(types))]
        columns = ", ".join(map(" ".join, zip(self._names, types, strict=True)))
        # One text whatever the number of rows: it is parsed and planned only once.
        self._sql = sql.format(rows=f"json_to_recordset(%s) AS o({columns})")
        self._for_sqlite = sql.replace("%s", "?")
        self._one_row = f"({', '.join('?' * len(types))})"
        self._texts: dict[int, str] = {}  # by the number of rows

    def execute(self, rows: Sequence[Row], *, before: Row = (), after: Row = ()) -> Any:
        """Return the driver's cursor; ``before`` and ``after``: values around them."""
        database = the_database()
        with database.wrap_database_errors:
            if database.vendor == "sqlite":
                values = (*before, *chain.from_iterable(rows), *after)
                return database.connection.execute(self._text(len(rows)), values)
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            return _server_side(
                database, self._sql, (*before, json_text(named), *after)
            )

    def _text(self, count: int) -> str:
        text = self._texts.get(count)
        if text is None:
            rows = ", ".join([self._one_row] * count)
            text = self._for_sqlite.format(rows=f"(VALUES {rows}) AS o")
            self._texts[count] = text
        return text


class BriefTransaction:
    """A transaction of plain statements alone, without what Django's costs.

    It is committed unless it was taken back, or an error comes out of it.  A single
    statement needs none.
    """

    def __init__(self, *, is_needed: bool = True) -> None:
        self._is_open = is_needed

    def __enter__(self) -> BriefTransaction:
        if self._is_open:
            _BEGIN[the_database().vendor].execute(())
        return self

    def take_back(self) -> None:
        if self._is_open:
            self._is_open = False
            _ROLLBACK.execute(())

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._is_open:
            (_COMMIT if kind is None else _ROLLBACK).execute(())


_BEGIN = {
    "sqlite": Statement("BEGIN IMMEDIATE"),
    "postgresql": Statement("BEGIN"),
}
_COMMIT = Statement("COMMIT")
_ROLLBACK = Statement("ROLLBACK")


class _Here(threading.local):
    """Django looks a connection up in three steps, and this is asked very often."""

    database: Any = None
    begin = b"BEGIN"  # a transaction of PostgreSQL, where Django has not


_here = _Here()


def the_database() -> Any:
    """Return this thread's connection, connected."""
    database = _here.database
    if database is None:
        database = _here.database = connections["default"]
    if database.connection is None:
        database.ensure_connection()
    return database


def look_up_anew() -> None:
    """Have the connection looked up again: it is another one in another context."""
    _here.database = None


def wait_at_most(milliseconds: int) -> None:
    """Wait no longer for whoever else writes to this SQLite database."""
    if connections["default"].connection is not None:
        [usual] = _PATIENCE.execute(()).fetchone()
        Statement(f"PRAGMA busy_timeout={min(usual, milliseconds)}").execute(())


_PATIENCE = Statement("PRAGMA busy_timeout")


@contextmanager
def forgettable() -> Iterator[None]:
    """Let a transaction be committed without waiting for the disk.

    The next one that waits takes it along: logs are written in their order.  So only
    what nothing has come of yet can be lost.
    """
    database = the_database()
    if database.in_atomic_block:
        yield
    elif database.vendor == "sqlite":
        _SYNC_LATER.execute(())
        try:
            yield
        finally:
            _SYNC_AT_ONCE.execute(())
    else:
        _here.begin = _BEGIN_FORGETTABLE
        try:
            yield
        finally:
            _here.begin = b"BEGIN"


_SYNC_LATER = Statement("PRAGMA synchronous=NORMAL")
_SYNC_AT_ONCE = Statement("PRAGMA synchronous=FULL")
# Whatever happens, it holds no longer than its transaction.
_BEGIN_FORGETTABLE = b"BEGIN; SET LOCAL synchronous_commit = off"


def keep_plans() -> None:
    """Let PostgreSQL parse and plan each of these statements once in this session.

    Few rows are looked for one by one: it knows a table that has just been filled by
    its size alone, and a plan that is kept should not depend on that.
    """
    database = the_database()
    if database.vendor == "postgresql" and plans_of(database) is None:
        for setting in _FOR_KEPT_PLANS:
            _server_side(database, f"SET {setting}", ())
        begin_plans(database)


_FOR_KEPT_PLANS = (
    "plan_cache_mode = force_generic_plan",
    *(
        f"enable_{way} = off"
        for way in ("seqscan", "hashjoin", "mergejoin", "material")
    ),
)


def _server_side(database: Any, sql: str, values: Row) -> Any:
    plans = plans_of(database)
    if plans is not None:
        return plans.execute(sql, values, begin=_here.begin)
    cursor = database.Database.Cursor(database.connection)
    cursor.execute(sql, values)
    return cursor


def storing() -> Callable[[datetime], Any]:
    """Return how plain SQL wants its moments: Django's own way takes 30 µs each."""
    return _as_text if the_database().vendor == "sqlite" else _as_it_is


def stored_text(moment: datetime) -> str:
    """Return what stands for a moment in rows and in JSON."""
    return _stored_text(moment, the_database().vendor)


@lru_cache(64)
def _stored_text(moment: datetime, vendor: str) -> str:
    """Many letters have the same date."""
    return _as_text(moment) if vendor == "sqlite" else moment.isoformat()


def stored_moment(stored: datetime | None) -> datetime | None:
    """Return a moment as plain SQL gives it; SQLite knows no time zones."""
    if stored is None or stored.tzinfo is not None:
        return stored
    return stored.replace(tzinfo=UTC)


def _as_text(moment: datetime) -> str:
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat(" ")[:-6]


def _as_it_is(moment: datetime) -> datetime:
    return moment
