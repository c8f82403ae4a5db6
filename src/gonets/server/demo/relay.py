"""A run that is over: its account made by the real ledger, with a relay made up here.

No letter leaves.  Everything else is what a worker does: claims, bindings, intents,
outcomes, each through the ledger's own doors.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from gonets.delivery.entries import intent_of
from gonets.delivery.ledger import record
from gonets.delivery.parts import Group
from gonets.delivery.recovery import enlist, give_up
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.delivery.stock import take_stock
from gonets.delivery.tray import Tray
from gonets.delivery.types import Claim, Outcome, Reply
from gonets.kernel import clock
from gonets.publishing.letters import PublishedLetters

BATCH = 250
LETTERS_PER_SECOND = 25
ACCEPTED = Reply(code=250, enhanced_code="2.0.0", text="OK (demo: no letter left)")
REFUSALS = {  # by the place in the audience
    86: Reply(
        code=550, enhanced_code="5.1.1", text="Recipient address rejected: unknown user"
    ),
    231: Reply(code=552, enhanced_code="5.2.2", text="Mailbox full"),
    407: Reply(
        code=550, enhanced_code="5.1.1", text="Recipient address rejected: unknown user"
    ),
    598: Reply(code=550, enhanced_code="5.2.1", text="Mailbox disabled"),
    774: Reply(code=550, enhanced_code="5.1.10", text="Recipient address has null MX"),
}


def carry_out(run_id: int) -> None:
    """Settle everybody in the run; it is finished afterwards."""
    worker_id = enlist(place="demo", pid=os.getpid())
    letters, tray, done, start = PublishedLetters(), Tray(), 0, clock.now()
    who = {"run_id": run_id, "worker_id": worker_id}
    while ready := take_stock(letters, tray, **who, relay_id=None, limit=BATCH).ready:
        places = range(done, done + len(ready))
        replies = [REFUSALS.get(place, ACCEPTED) for place in places]
        leaving = [
            intent_of(bound)
            for bound, reply in zip(ready, replies, strict=True)
            if reply.is_positive
        ]
        record(Group(worker_id=worker_id, intents=leaving), tray)
        outcomes = [
            _outcome(claim, reply, start + timedelta(seconds=n / LETTERS_PER_SECOND))
            for (claim, _binding), reply, n in zip(ready, replies, places, strict=True)
        ]
        record(Group(worker_id=worker_id, outcomes=outcomes), tray)
        done += len(ready)
    give_up(worker_id)


def _outcome(claim: Claim, reply: Reply, at: datetime) -> Outcome:
    is_accepted = reply.is_positive
    return Outcome(
        delivery_id=claim.delivery_id,
        run_id=claim.run_id,
        fence=claim.fence,
        status=DeliveryStatus.ACCEPTED if is_accepted else DeliveryStatus.REFUSED,
        at=at,
        stage=Stage.DOT if is_accepted else Stage.RCPT,
        code=reply.code,
        enhanced_code=reply.enhanced_code,
        answer=reply.text,
        letter_ref=claim.letter_ref,
    )
