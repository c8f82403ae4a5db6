"""A run that is over: its account made by the real ledger, with a relay made up here.

No letter leaves.  Everything else is what a worker does: claims, bindings, intents,
outcomes, each through the ledger's own doors.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from gonets.delivery.claims import claim_some
from gonets.delivery.ledger import Group, record
from gonets.delivery.ports import Binding
from gonets.delivery.recovery import enlist, give_up
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.delivery.types import BoundClaim, Claim, Intent, Outcome, Reply
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
    letters, done, start = PublishedLetters(), 0, clock.now()
    while claims := claim_some(run_id, worker_id=worker_id, limit=BATCH):
        places = range(done, done + len(claims))
        replies = [REFUSALS.get(place, ACCEPTED) for place in places]
        bound = _bound(letters, claims)
        leaving = [
            one for one, reply in zip(bound, replies, strict=True) if reply.is_positive
        ]
        record(Group(worker_id=worker_id, intents=[Intent.of(one) for one in leaving]))
        outcomes = [
            _outcome(claim, reply, start + timedelta(seconds=n / LETTERS_PER_SECOND))
            for claim, reply, n in zip(claims, replies, places, strict=True)
        ]
        record(Group(worker_id=worker_id, outcomes=outcomes))
        done += len(claims)
    give_up(worker_id)


def _bound(letters: PublishedLetters, claims: Sequence[Claim]) -> list[BoundClaim]:
    bindings = letters.bind(
        run_id=claims[0].run_id,
        letter_ref=claims[0].letter_ref,
        recipients=[claim.recipient for claim in claims],
    )
    return [
        BoundClaim(claim=claim, binding=binding)
        for claim, binding in zip(claims, bindings, strict=True)
        if isinstance(binding, Binding)
    ]


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
