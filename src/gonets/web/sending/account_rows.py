"""What the account says of an address, in words: for a page and for a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from gonets.delivery.causes import said
from gonets.delivery.listing import (
    AccountQuestion,
    account_portions,
    decisions_about,
    tries_of,
)
from gonets.delivery.models import Attempt, Decision, Delivery
from gonets.delivery.states import DecisionSource, DeliveryStatus
from gonets.newsletters.people import name_of
from gonets.publishing.queries import version_numbers
from gonets.publishing.relays import relay_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try as it is shown; the accepted one looks like the others."""

    at: datetime | None
    outcome: str
    outcome_text: str
    stage_text: str
    code: int
    enhanced_code: str
    answer: str
    relay_text: str
    version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An address with all that is known of it."""

    delivery: Delivery
    tries: list[Try]
    decisions: list[Decision]
    version: int | None
    relay_text: str

    @property
    def answer(self) -> str:
        one = self.delivery
        answer = said(one.answer, code=one.code)
        parts = (str(one.code or ""), one.enhanced_code, answer)
        return " ".join(filter(None, parts))

    @property
    def decision(self) -> Decision | None:
        """The decision that holds."""
        live = (one for one in self.decisions if one.resolution and not one.undone_at)
        return next(live, None)

    @property
    def inquiry(self) -> Decision | None:
        """What the relay's log could not tell, as long as nobody has decided."""
        newest = self.decisions[0] if self.decisions else None
        is_one = newest is not None and not newest.resolution
        return newest if is_one and not self.delivery.resolution else None


def account_rows(
    deliveries: Collection[Delivery], *, versions: Mapping[str, int]
) -> list[AccountRow]:
    """Return what is known of these, with two queries for all of them."""
    tries = tries_of(deliveries)
    uncertain = [one for one in deliveries if one.status == DeliveryStatus.UNCERTAIN]
    decisions = decisions_about(uncertain) if uncertain else {}
    return [
        _row(one, tries.get(one.pk, []), decisions.get(one.pk, []), versions)
        for one in deliveries
    ]


def _row(
    delivery: Delivery,
    attempts: list[Attempt],
    decisions: list[Decision],
    versions: Mapping[str, int],
) -> AccountRow:
    # A try that ended before the letter was offered names its letter itself.
    refs = (delivery.letter_ref, *(one.letter_ref for one in reversed(attempts)))
    tried_with = next(filter(None, refs), "")
    relay = delivery.carrier if delivery.attempts else None
    tries = [_try(one, delivery, versions) for one in attempts]
    if delivery.status == DeliveryStatus.ACCEPTED:
        tries.append(_last_try(delivery, versions))
    return AccountRow(
        delivery=delivery,
        tries=tries,
        decisions=decisions,
        version=versions.get(tried_with),
        relay_text=relay_text(relay),
    )


def _try(attempt: Attempt, delivery: Delivery, versions: Mapping[str, int]) -> Try:
    return Try(
        at=attempt.at,
        outcome=attempt.outcome,
        outcome_text=attempt.get_outcome_display(),
        stage_text=attempt.get_stage_display(),
        code=attempt.code,
        enhanced_code=attempt.enhanced_code,
        answer=said(attempt.answer, code=attempt.code),
        relay_text=relay_text(attempt.relay or delivery.carrier),
        version=versions.get(attempt.letter_ref),
    )


def _last_try(delivery: Delivery, versions: Mapping[str, int]) -> Try:
    return Try(
        at=delivery.settled_at,
        outcome=delivery.status,
        outcome_text=delivery.get_status_display(),
        stage_text=delivery.get_stage_display(),
        code=delivery.code,
        enhanced_code=delivery.enhanced_code,
        answer=said(delivery.answer, code=delivery.code),
        relay_text=relay_text(delivery.carrier),
        version=versions.get(delivery.letter_ref),
    )


def headings() -> list[str]:
    return [
        _("Address"),
        _("State"),
        _("Attempts"),
        _("First attempt"),
        _("Settled"),
        _("Stage"),
        _("Code"),
        _("Enhanced code"),
        _("Answer"),
        _("Mail server"),
        _("Version"),
        _("Decision"),
        _("Decided by"),
        _("Decided on"),
        _("Grounds"),
        _("Earlier tries"),
    ]


def table(question: AccountQuestion, *, issue_id: int) -> Iterator[list[str]]:
    """Yield the cells of everybody, a portion at a time."""
    versions = version_numbers(issue_id)
    for portion in account_portions(question):
        for row in account_rows(portion, versions=versions):
            yield [*_cells(row)]


def _cells(row: AccountRow) -> Iterable[str]:
    one = row.delivery
    yield one.recipient
    yield one.get_status_display()
    yield str(one.attempts)
    yield _moment(one.first_attempt_at)
    yield _moment(one.settled_at)
    yield one.get_stage_display()
    yield str(one.code or "")
    yield one.enhanced_code
    yield said(one.answer, code=one.code)
    yield row.relay_text
    yield str(row.version or "")
    yield from _decided(row.decision)
    yield "\n".join(_line(each) for each in row.tries if each.outcome != "accepted")


def _decided(decision: Decision | None) -> tuple[str, str, str, str]:
    if decision is None:
        return ("", "", "", "")
    is_by_log = decision.source == DecisionSource.RELAY_LOG
    grounds = decision.evidence if is_by_log else decision.get_source_display()
    return (
        decision.get_resolution_display(),
        name_of(decision.by),
        _moment(decision.at),
        grounds,
    )


def _line(one: Try) -> str:
    parts = (
        _moment(one.at),
        one.outcome_text,
        one.stage_text,
        str(one.code or ""),
        one.enhanced_code,
        one.answer,
        one.relay_text,
    )
    return " · ".join(filter(None, parts))


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
