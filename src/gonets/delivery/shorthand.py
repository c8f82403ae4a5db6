"""Claims and intents in shorthand: a few rows instead of a change of every delivery.

While a run goes as usual, what a worker claims together is one row (``Handful``, with
what the letters are made from), and what is on its way through it is another one
(``OnTheWay``), written anew with every page, together with what has been accepted of
late.  A delivery's own row changes once, some dozens at a time.  Whoever locks a run in
order to look at its deliveries finds all of it written out into their own rows, fences
included (``write_out``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from gonets.delivery.statements import RowStatement, Statement, the_database
from gonets.delivery.types import Held, Intent, Taken
from gonets.kernel.quick_json import json_text

_CURSOR = Statement(
    "SELECT COALESCE(MAX(last_id), 0) FROM gonets_delivery_handful WHERE run_id = %s"
)
_WAITING = """
    SELECT id, fence + 1, recipient, address_key, person_ref, attempts,
        first_attempt_at, letter_ref, message_id, letter_date, bound_values
    FROM gonets_delivery_delivery
    WHERE run_id = %s AND status = 'pending' AND {order} > %s ORDER BY {order} LIMIT %s
"""
_WAITING_BEHIND = {
    "sqlite": Statement(_WAITING.format(order="id")),
    # In this order there is an index that it cannot help using (migration 0004).
    "postgresql": Statement(_WAITING.format(order="id + 0")),
}
_ADD_HANDFUL = Statement(
    """
    INSERT INTO gonets_delivery_handful (run_id, worker_id, relay_id, last_id, letters)
    VALUES (%s, %s, %s, %s, %s)
    """
)
_DROP_SETTLED = Statement(
    """
    DELETE FROM gonets_delivery_handful
    WHERE run_id = %s AND worker_id = %s AND last_id < %s
    """
)
_BEGIN = Statement(
    """
    INSERT INTO gonets_delivery_ontheway (run_id, worker_id, delivery_ids, accepted)
    VALUES (%s, %s, '[]', '') RETURNING id
    """
)
_PLAIN_CLAIM = Statement(  # migration 0011
    "SELECT gonets_delivery_plain_claim(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_IS_THERE = Statement("SELECT 1 FROM gonets_delivery_ontheway WHERE id = %s")
_REWRITE = Statement(
    "UPDATE gonets_delivery_ontheway SET delivery_ids = %s WHERE id = %s"
)
_NOTE_NOTHING = Statement(
    "UPDATE gonets_delivery_ontheway SET accepted = '' WHERE id = %s"
)
_INTEND = """
    UPDATE gonets_delivery_ontheway SET delivery_ids = %s, accepted = %s, at = %s
    WHERE id = %s
        AND EXISTS (SELECT 1 FROM gonets_delivery_worker AS w
            WHERE w.id = gonets_delivery_ontheway.worker_id
                AND w.ended_at IS NULL AND w.lease_until > %s)
        AND NOT EXISTS (SELECT 1 FROM gonets_delivery_stop AS s
            WHERE s.scope IN ('', %s) AND s.address_key {among})
"""
_PLAIN_PAGE = Statement(  # migration 0009
    "SELECT gonets_delivery_plain_page(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_ACCEPT = """
    {held_first}
    UPDATE gonets_delivery_delivery AS d
    SET status = 'accepted', stage = 'dot', attempts = attempts + 1,
        fence = o.column2, letter_ref = o.column3, message_id = o.column4,
        letter_date = o.column5, bound_values = o.column6, relay_id = o.column7,
        code = o.column8, enhanced_code = o.column9, answer = o.column10,
        first_attempt_at = COALESCE(first_attempt_at, o.column11),
        settled_at = o.column12
    FROM {{rows}}
    WHERE d.id = o.column1 AND d.fence = o.column2 - 1 AND d.status || '' = 'pending'
        {if_held}
"""
_HELD_FIRST = """
    WITH held AS MATERIALIZED (
        SELECT id, set_config('synchronous_commit', 'off', true) AS synchronous
        FROM gonets_delivery_run WHERE id = %s FOR NO KEY UPDATE
    ), noted AS (
        UPDATE gonets_delivery_ontheway AS w SET accepted = '' FROM held
        WHERE w.id = %s AND w.run_id = held.id AND held.synchronous = 'off'
        RETURNING w.id
    )
"""
_IF_HELD = "AND EXISTS (SELECT 1 FROM noted)"
_ACCEPT_TYPES = (
    *("bigint", "integer", "text", "text", "timestamptz", "text", "bigint"),
    *("smallint", "text", "text", "timestamptz", "timestamptz"),
)
_WRITE_ACCEPTED = RowStatement(
    _ACCEPT.format(held_first="", if_held=""), *_ACCEPT_TYPES
)
_WRITE_ACCEPTED_AT_ONCE = RowStatement(  # PostgreSQL only
    _ACCEPT.format(held_first=_HELD_FIRST, if_held=_IF_HELD), *_ACCEPT_TYPES
)
_HANDFULS = Statement(
    """
    SELECT worker_id, relay_id, letters FROM gonets_delivery_handful
    WHERE run_id = %s AND worker_id = COALESCE(%s, worker_id)
    """
)
_LEAVING = Statement(
    """
    SELECT delivery_ids, at, accepted FROM gonets_delivery_ontheway
    WHERE run_id = %s AND worker_id = COALESCE(%s, worker_id)
    """
)
_FORGET_HANDFULS = Statement(
    """
    DELETE FROM gonets_delivery_handful
    WHERE run_id = %s AND worker_id = COALESCE(%s, worker_id)
    """
)
_FORGET_LEAVING = Statement(
    """
    DELETE FROM gonets_delivery_ontheway
    WHERE run_id = %s AND worker_id = COALESCE(%s, worker_id)
    """
)
_WRITE_CLAIMS = RowStatement(
    """
    UPDATE gonets_delivery_delivery AS d
    SET status = 'claimed', worker_id = %s, relay_id = %s, fence = o.column2
    FROM {rows}
    WHERE d.id = o.column1 AND d.fence = o.column2 - 1 AND d.status || '' = 'pending'
    """,
    *("bigint", "integer"),
)
_WRITE_INTENTS = RowStatement(
    """
    UPDATE gonets_delivery_delivery AS d
    SET status = 'intent', attempts = attempts + 1,
        first_attempt_at = COALESCE(first_attempt_at, %s),
        letter_ref = o.column3, message_id = o.column4, letter_date = o.column5,
        bound_values = o.column6
    FROM {rows}
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status || '' = 'claimed'
    """,
    *("bigint", "integer", "text", "text", "timestamptz", "text"),
)


def waiting_behind_handfuls(run_id: int, *, limit: int) -> list[Any]:
    """Return rows for ``claims.claim_of``: pending, and in no handful of any worker.

    In front of the last one of a handful everybody pending is in a handful.
    """
    (cursor,) = _CURSOR.execute((run_id,)).fetchone()
    waiting = _WAITING_BEHIND[the_database().vendor]
    return list(waiting.execute((run_id, cursor, limit)).fetchall())


def begin(run_id: int, worker_id: int) -> int:
    """Let a worker keep shorthand of a run; return the row that has to stay for it."""
    [row_id] = _BEGIN.execute((run_id, worker_id)).fetchone()
    return int(row_id)


def is_there(row_id: int) -> bool:
    """Tell whether what the worker has in shorthand has not been written out."""
    return _IS_THERE.execute((row_id,)).fetchone() is not None


def add_handful(worker_id: int, letters: Sequence[Held]) -> None:
    """Record that the worker has claimed these, of one run and for one relay."""
    first = letters[0]
    values = (first.intent.run_id, worker_id, first.relay_id, *_handful(letters))
    _ADD_HANDFUL.execute(values)


def _handful(letters: Sequence[Held]) -> tuple[int, str]:
    last = max(one.intent.delivery_id for one in letters)
    return last, json_text([_plain(one.intent) for one in letters])


class Hold(NamedTuple):
    """What a usual claim of PostgreSQL depends on, as it was seen before."""

    run_id: int
    letter_ref: str
    pending: int
    row_id: int
    worker_id: int
    relay_id: int | None
    needed_id: int  # No handful in front of it is needed any more.


def claim_at_once(hold: Hold, letters: Sequence[Held]) -> bool:
    """Record that these are claimed, the counters too, or nothing, if it has changed.

    Ten messages to PostgreSQL and back would take as long as to bind the letters.
    """
    values = (*hold, *_handful(letters), len(letters))
    [is_claimed] = _PLAIN_CLAIM.execute(values).fetchone()
    return bool(is_claimed)


def drop_settled(run_id: int, worker_id: int, *, before: int) -> None:
    """Remove handfuls of which nothing from this delivery on is claimed any more."""
    _DROP_SETTLED.execute((run_id, worker_id, before))


def ids_text(delivery_ids: Iterable[int]) -> str:
    return f"[{','.join(map(str, delivery_ids))}]"


class Note(NamedTuple):
    """What a page writes into the worker's row."""

    row_id: int
    on_the_way: str  # from ``ids_text``
    accepted: str  # from ``noted``
    address_keys: list[str]  # of those that are new on the way
    stop_scope: str
    now: str


def intend(note: Note) -> bool:
    """Note what is on its way from now on; False: it may not be.

    Not if it has been written out, if the worker's lease is over, or if one of the
    addresses that are new among them has been stopped.
    """
    row_id, on_the_way, accepted, keys, stop_scope, now = note
    values = (on_the_way, accepted, now, row_id, now, stop_scope, *keys)
    return bool(_intend_among(len(keys)).execute(values).rowcount)


def pass_on_and_intend(
    run_id: int, note: Note, *, intended: int, accepted: int
) -> bool:
    """Do as ``account.pass_on`` and ``intend``, or nothing, as PostgreSQL can at once.

    Five messages to it and back would take longer than all the rest.
    """
    values = (run_id, intended, accepted, *note)
    [was_usual] = _PLAIN_PAGE.execute(values).fetchone()
    return bool(was_usual)


@lru_cache(256)
def _intend_among(count: int) -> Statement:
    """SQLite knows no arrays, and takes longer to read JSON than for all the rest."""
    return Statement(_INTEND.format(among=f"IN ({', '.join(['%s'] * count)})"))


def noted(taken: Sequence[Taken], *, at: str) -> str:
    """Return a page's acceptances as ``intend`` wants them, put behind each other."""
    return f"{json_text((at, [one[:-1] for one in taken]))}," if taken else ""


def _taken_of(text: str) -> Iterator[Taken]:
    for at, letters in json.loads(f"[{text[:-1]}]"):
        yield from (Taken._make((*one, at)) for one in letters)


def write_accepted(row_id: int, taken: Sequence[tuple[Held, Taken]]) -> None:
    """Write acceptances into the deliveries' own rows, and note them no longer.

    Only in a transaction that holds the run, and while the row ``is_there``.
    """
    if taken:
        _WRITE_ACCEPTED.execute(_accepted(taken))
        _NOTE_NOTHING.execute((row_id,))


def write_accepted_at_once(
    run_id: int, row_id: int, taken: Sequence[tuple[Held, Taken]]
) -> bool:
    """Do as ``write_accepted`` with one message to PostgreSQL; False: nothing is there.

    Whoever has held the run and written it all out has removed the row as well, which
    is why it does not matter that all of this sees the database as it was before.
    """
    written = _WRITE_ACCEPTED_AT_ONCE.execute(_accepted(taken), before=(run_id, row_id))
    return bool(written.rowcount)


def _accepted(taken: Sequence[tuple[Held, Taken]]) -> list[Sequence[Any]]:
    return [(*_plain(held.intent), held.relay_id, *one[1:]) for held, one in taken]


def write_out(run_id: int, *, worker_id: int | None = None) -> None:
    """Write shorthand of a run, of one worker or of all, into the deliveries' rows.

    Only in a transaction that holds the run.  The counters are right already.
    """
    whose = (run_id, worker_id)
    handfuls = _HANDFULS.execute(whose).fetchall()
    leaving = _LEAVING.execute(whose).fetchall()
    if not handfuls and not leaving:
        return
    known: dict[int, Sequence[Any]] = {}
    for _holder, relay_id, letters in handfuls:
        known |= {row[0]: (*row, relay_id) for row in json.loads(letters)}
    for _ids, _at, accepted in leaving:
        taken = [(*known[one[0]], *one[1:]) for one in _taken_of(accepted)]
        if taken:
            _WRITE_ACCEPTED.execute(taken)
    for holder, relay_id, letters in handfuls:
        claims = [row[:2] for row in json.loads(letters)]
        write_claims(claims, worker_id=holder, relay_id=relay_id)
    for ids, at, _accepted in leaving:
        intents = [known[one][:6] for one in json.loads(ids)]
        if intents:
            _WRITE_INTENTS.execute(intents, before=(at,))
    _FORGET_HANDFULS.execute(whose)
    _FORGET_LEAVING.execute(whose)


def write_out_some(
    row_id: int, worker_id: int, *, letters: Iterable[Held], leaving: Mapping[int, Any]
) -> None:
    """Write out these of a worker's letters; ``leaving``: all on their way, and since.

    Only in a transaction that holds the run, while the row ``is_there``, and after
    ``write_accepted``.
    """
    ids = set()
    for held in letters:
        intent = held.intent
        ids.add(intent.delivery_id)
        claim = (intent.delivery_id, intent.fence)
        write_claims([claim], worker_id=worker_id, relay_id=held.relay_id)
        if intent.delivery_id in leaving:
            since = leaving[intent.delivery_id]
            _WRITE_INTENTS.execute([_plain(intent)], before=(since,))
    _REWRITE.execute((ids_text(one for one in leaving if one not in ids), row_id))


def write_claims(
    claims: Sequence[Sequence[Any]], *, worker_id: int, relay_id: int | None
) -> None:
    """Write into the deliveries' own rows that they are claimed, by these fences."""
    _WRITE_CLAIMS.execute(claims, before=(worker_id, relay_id))


def _plain(intent: Intent) -> Sequence[Any]:
    return (intent.delivery_id, *intent[2:])
