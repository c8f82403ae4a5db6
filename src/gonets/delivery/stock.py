"""Claimed deliveries made ready to be offered: bound, or withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gonets.delivery.ports import Binding, LetterSource, Recipient, Withheld
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.delivery.types import BoundClaim, Claim, Outcome
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What was claimed; ``is_last``: at the moment there is no more to be claimed."""

    ready: list[BoundClaim]
    withheld: list[Outcome]
    is_last: bool = False

    def __reduce__(self) -> Any:
        """Let it cross to the other process as plain values, which takes a third."""
        rows = [
            (*claim[:2], *claim[2], *claim[3:6], *binding)
            for claim, binding in self.ready
        ]
        return _stock_of, (rows, self.is_last)


def _stock_of(rows: list[tuple[Any, ...]], is_last: bool) -> Stock:  # noqa: FBT001
    ready = [
        BoundClaim(
            Claim._make((*row[:2], Recipient(*row[2:6]), *row[6:9], None)),
            Binding._make(row[9:]),
        )
        for row in rows
    ]
    return Stock(ready=ready, withheld=[], is_last=is_last)


def bind_claims(letters: LetterSource, claims: Sequence[Claim]) -> Stock:
    """Bind what has not been bound by an earlier attempt."""
    stock = Stock(ready=[], withheld=[])
    unbound = []
    for claim in claims:
        if claim.binding is None:
            unbound.append(claim)
        else:
            stock.ready.append(BoundClaim(claim, claim.binding))
    if unbound:
        _bind(letters, unbound, stock)
    return stock


def _bind(letters: LetterSource, claims: list[Claim], stock: Stock) -> None:
    bindings = letters.bind(
        run_id=claims[0].run_id,
        letter_ref=claims[0].letter_ref,
        recipients=[claim.recipient for claim in claims],
    )
    for claim, binding in zip(claims, bindings, strict=True):
        if isinstance(binding, Binding):
            stock.ready.append(BoundClaim(claim, binding))
        else:
            stock.withheld.append(_withheld(claim, binding))


def _withheld(claim: Claim, withheld: Withheld) -> Outcome:
    return Outcome(
        delivery_id=claim.delivery_id,
        run_id=claim.run_id,
        fence=claim.fence,
        status=DeliveryStatus.WITHHELD,
        at=clock.now(),
        stage=Stage.RENDER,
        answer=withheld.reason,
        letter_ref=claim.letter_ref,
    )
