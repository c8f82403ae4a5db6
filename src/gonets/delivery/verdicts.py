"""From a reply to an outcome: what is written into the account of one delivery."""

from __future__ import annotations

from datetime import datetime

from gonets.delivery.judgement import Judgement
from gonets.delivery.retry import RetryPolicy
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.delivery.types import Claim, Outcome, Reply

NO_ANSWER = Reply(code=0)


def outcome_of(
    claim: Claim,
    status: DeliveryStatus,
    *,
    now: datetime,
    stage: Stage | str = "",
    reply: Reply = NO_ANSWER,
) -> Outcome:
    return Outcome(
        delivery_id=claim.delivery_id,
        run_id=claim.run_id,
        fence=claim.fence,
        status=status,
        at=now,
        stage=stage,
        code=reply.code,
        enhanced_code=reply.enhanced_code,
        answer=reply.text,
        letter_ref=claim.letter_ref,
    )


def judged_outcome(
    claim: Claim,
    judgement: Judgement,
    *,
    stage: Stage,
    reply: Reply,
    now: datetime,
    retry: RetryPolicy,
) -> Outcome:
    """Return the outcome of an answer that is about the letter or its recipient."""
    if judgement is Judgement.ACCEPTED:
        status = DeliveryStatus.ACCEPTED
    elif judgement is Judgement.REFUSED:
        status = DeliveryStatus.REFUSED
    else:
        status = DeliveryStatus.DEFERRED
    outcome = outcome_of(claim, status, now=now, stage=stage, reply=reply)
    if judgement is Judgement.POLICY:
        return outcome._replace(policy_wait=True)
    if judgement is Judgement.DEFERRED:
        return _deferred(outcome, claim, retry)
    return outcome


def _deferred(outcome: Outcome, claim: Claim, retry: RetryPolicy) -> Outcome:
    again_at = retry.next_attempt_at(
        attempts=claim.attempts + 1,
        first_attempt_at=claim.first_attempt_at or outcome.at,
        now=outcome.at,
    )
    if again_at is None:
        return outcome._replace(status=DeliveryStatus.EXPIRED)
    return outcome._replace(not_before=again_at)
