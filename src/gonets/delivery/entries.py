"""What nearly every page of the ledger holds: one statement for all rows of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gonets.delivery.erasing import IS_ERASED
from gonets.delivery.statements import RowStatement, stored_text, storing
from gonets.delivery.types import Acceptance, BoundClaim, Intent
from gonets.kernel import clock
from gonets.kernel.quick_json import json_text

LONGEST_ANSWER = 500

# One row per letter: id, fence and the binding that its bytes are made from.  Because
# of "|| ''" PostgreSQL goes by the number of a row, and not by an index of states.
INTEND = RowStatement(
    """
    UPDATE gonets_delivery_delivery AS d
    SET status = 'intent', attempts = attempts + 1,
        first_attempt_at = COALESCE(first_attempt_at, %s),
        letter_ref = o.column3, message_id = o.column4, letter_date = o.column5,
        bound_values = o.column6
    FROM {rows}
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status || '' = 'claimed'
        AND d.worker_id = %s
        AND EXISTS (SELECT 1 FROM gonets_delivery_worker AS w
            WHERE w.id = %s AND w.ended_at IS NULL AND w.lease_until > %s)
        AND NOT EXISTS (SELECT 1 FROM gonets_delivery_stop AS s
            WHERE s.address_key = d.address_key AND s.scope IN ('', (SELECT r.stop_scope
                FROM gonets_delivery_run AS r WHERE r.id = %s)))
    """,
    *("bigint", "integer", "text", "text", "timestamptz", "text"),
)
ACCEPT = RowStatement(  # Of whoever has been erased ``ledger`` keeps less.
    f"""
    UPDATE gonets_delivery_delivery AS d
    SET status = 'accepted', settled_at = %s, stage = 'dot', code = o.column3,
        enhanced_code = o.column4, answer = o.column5, not_before = NULL,
        policy_wait = false
    FROM {{rows}}
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status || '' = 'intent'
        AND NOT {IS_ERASED}
    """,  # noqa: S608 - a constant
    *("bigint", "integer", "smallint", "text", "text"),
)


def intend_together(intents: Sequence[Intent], *, worker_id: int, run_id: int) -> Any:
    """Mark the letters that may leave now; the cursor's row count says how many."""
    now = storing()(clock.now())
    rows = [(one.delivery_id, *one[2:]) for one in intents]
    after = (worker_id, worker_id, now, run_id)
    return INTEND.execute(rows, before=(now,), after=after)


def accept_together(accepted: Sequence[Acceptance]) -> Any:
    """Settle acceptances; the cursor's row count says how many were on their way."""
    rows = [
        (
            one.delivery_id,
            one.fence,
            one.code,
            one.enhanced_code,
            one.answer[:LONGEST_ANSWER],
        )
        for one in accepted
    ]
    return ACCEPT.execute(rows, before=(storing()(clock.now()),))


def intent_of(bound: BoundClaim) -> Intent:
    """Return what is written down before the letter leaves."""
    claim, binding = bound
    return Intent(
        claim.recipient.delivery_id,
        claim.run_id,
        claim.fence,
        binding.letter_ref,
        binding.message_id,
        stored_text(binding.date),
        json_text(binding.values),
    )
