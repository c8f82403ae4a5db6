"""Finding addresses of a run's account, a page at a time, by their keys.

However many addresses a run has, a page costs about as much as its rows: each state is
looked for by its own index, and nothing is counted: the run's counters know.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from django.db.models import OuterRef, Q, QuerySet

from gonets.delivery.models import Attempt, Decision, Delivery, Run
from gonets.delivery.states import RARE_ENDS, DeliveryStatus
from gonets.kernel.addresses import BadAddress, canonical_address

PAGE = 50
PORTION = 1000

# Word for word the condition of the index ``who_did_not_get_it``: with the states as
# parameters SQLite could not know that the index has all that is asked for.
_IN_INDEX = f"({' OR '.join(f'status = {status.value!r}' for status in RARE_ENDS)})"


def undecided(run_id: int | OuterRef) -> QuerySet[Delivery]:
    """Return the uncertain ones of a run about whom nobody has decided yet."""
    return Delivery.objects.filter(
        run_id=run_id, status=DeliveryStatus.UNCERTAIN, resolution=""
    ).extra(where=[_IN_INDEX])  # noqa: S610 - a constant


def reachable(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those of them that still have an address, which the erased have not."""
    return deliveries.filter(address_key__contains="@")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuestion:
    """Which addresses of a run: no statuses means all of them."""

    run_id: int
    statuses: Collection[DeliveryStatus] = ()
    search: str = ""  # a whole address, or any part of one


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    deliveries: list[Delivery]
    has_earlier: bool
    has_later: bool


def account_page(
    question: AccountQuestion, *, after: int = 0, before: int = 0, size: int = PAGE
) -> AccountPage:
    """Return the addresses next to a delivery id: after it, or before it.

    They are in the order of the run, or of the alphabet while searching.
    """
    ids = _ids(question, after=after, before=before, limit=size + 1)
    has_more = len(ids) > size
    ids = ids[:size]
    if before:
        ids.reverse()
    return AccountPage(
        deliveries=_rows(question.run_id, ids),
        has_earlier=has_more if before else bool(after),
        has_later=True if before else has_more,
    )


def account_portions(
    question: AccountQuestion, *, size: int = PORTION
) -> Iterator[list[Delivery]]:
    """Yield everybody who is asked for; no read lasts longer than one portion."""
    after = 0
    while ids := _ids(question, after=after, before=0, limit=size):
        yield _rows(question.run_id, ids)
        after = ids[-1]


def delivery_of(run_ids: Collection[int], delivery_id: int) -> Delivery | None:
    """Return one address of the account of these runs, if it is there."""
    rows = Delivery.objects.select_related("relay", "run__relay")
    return rows.filter(run_id__in=run_ids, pk=delivery_id).first()


def deliveries_to(run_ids: Collection[int], address_key: str) -> list[Delivery]:
    """Return what became of one address in each of these runs, the newest first."""
    rows = Delivery.objects.select_related("run").order_by("-run_id")
    return list(rows.filter(run_id__in=list(run_ids), address_key=address_key))


def attempts_of(delivery_id: int) -> QuerySet[Attempt]:
    """Return the tries that did not end in an acceptance, oldest first."""
    tries = Attempt.objects.filter(delivery_id=delivery_id).select_related("relay")
    return tries.order_by("pk")


def tries_of(deliveries: Collection[Delivery]) -> dict[int, list[Attempt]]:
    """Return the unaccepted tries of many deliveries with one query, oldest first."""
    tries: dict[int, list[Attempt]] = {}
    found = Attempt.objects.filter(delivery_id__in=[one.pk for one in deliveries])
    for one in found.select_related("relay").order_by("pk"):
        tries.setdefault(one.delivery_id, []).append(one)
    return tries


def decisions_about(deliveries: Collection[Delivery]) -> dict[int, list[Decision]]:
    """Return what was decided about each, undone or not, the newest first."""
    decisions: dict[int, list[Decision]] = {}
    found = Decision.objects.filter(delivery_id__in=[one.pk for one in deliveries])
    for one in found.select_related("by", "undone_by").order_by("-pk"):
        decisions.setdefault(one.delivery_id, []).append(one)
    return decisions


def _rows(run_id: int, ids: list[int]) -> list[Delivery]:
    """Return these rows in this order; all share the object of their run."""
    run = Run.objects.select_related("relay").get(pk=run_id)
    rows = Delivery.objects.select_related("relay").in_bulk(ids)
    deliveries = [rows[pk] for pk in ids if pk in rows]
    for delivery in deliveries:
        delivery.run = run
    return deliveries


def _ids(
    question: AccountQuestion, *, after: int, before: int, limit: int
) -> list[int]:
    if question.search:
        return _ids_found(question, after=after, before=before, limit=limit)
    rows = Delivery.objects.filter(run_id=question.run_id)
    rows = rows.filter(pk__lt=before) if before else rows.filter(pk__gt=after)
    rows = rows.order_by("-pk" if before else "pk")
    if not question.statuses:
        return list(rows.values_list("pk", flat=True)[:limit])
    run = Run.objects.get(pk=question.run_id)
    each = [
        _of_one_state(rows, status, min(limit, getattr(run, status.value)))
        for status in question.statuses
    ]
    return list(islice(merge(*each, reverse=bool(before)), limit))


def _of_one_state(
    rows: QuerySet[Delivery], status: DeliveryStatus, limit: int
) -> list[int]:
    """Return at most as many as there are, so that nobody looks for one more."""
    if not limit:
        return []
    of_state = rows.filter(status=status)
    if status in RARE_ENDS:
        of_state = of_state.extra(where=[_IN_INDEX])  # noqa: S610 - a constant
    return list(of_state.values_list("pk", flat=True)[:limit])


def _ids_found(
    question: AccountQuestion, *, after: int, before: int, limit: int
) -> list[int]:
    rows = Delivery.objects.filter(run_id=question.run_id)
    if question.statuses:
        rows = rows.filter(status__in=[*question.statuses])
    if exact := list(rows.filter(_is(question.search)).values_list("pk", flat=True)):
        return [] if after or before else exact
    found = rows.filter(_contains(question.search))
    if at := after or before:
        # Searching goes through the index of addresses, so that is the order.
        key = Delivery.objects.filter(pk=at).values_list("address_key", flat=True)
        side = "lt" if before else "gt"
        found = found.filter(**{f"address_key__{side}": key.first() or ""})
    found = found.order_by("-address_key" if before else "address_key")
    return list(found.values_list("pk", flat=True)[:limit])


def _is(search: str) -> Q:
    try:
        return Q(address_key=canonical_address(search))
    except BadAddress:
        return Q(pk__in=[])


def _contains(search: str) -> Q:
    folded = unicodedata.normalize("NFC", search.strip().casefold())
    wanted = Q(address_key__contains=folded)
    # A key has its domain in ASCII; people search for it as it is spelled.
    return wanted if folded.isascii() else wanted | Q(recipient__icontains=folded)
