"""The letter as somebody would get it, or got it: made by the code that sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from gonets.audience.models import Subscriber
from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient
from gonets.letters.types import Reader
from gonets.newsletters.models import Issue
from gonets.publishing.contents import content_now
from gonets.publishing.letters import VersionLetter, letter_of, version_letter
from gonets.publishing.readers import bound_reader, inert_binding
from gonets.publishing.signing import current_signer

PREVIEW_DATE = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Fixed, so that a preview of the same wording is the same to the byte."""


def preview_envelope(issue: Issue, subscriber: Subscriber | None) -> Envelope:
    """Return what this subscriber would get now, but that its way out does nothing.

    None stands for somebody without a name.

    :raises LetterError, LetterUnfit, SigningRefused, SenderMissing: if no letter can
        be made; says why.
    """
    letter = letter_of(
        content_now(issue.pk),
        issue.newsletter.readership,
        signer=current_signer(issue.newsletter.sender_address),
    )
    address, known = _person(issue, subscriber)
    return inert_envelope(letter, address=address, known=known, date=PREVIEW_DATE)


def preview_reader(issue: Issue, subscriber: Subscriber | None) -> Reader:
    """Return the reader that ``preview_envelope`` is for."""
    address, known = _person(issue, subscriber)
    binding = inert_binding(
        address=address,
        known=known,
        readership_key=issue.newsletter.readership.key,
        sender=issue.newsletter.sender_address,
        date=PREVIEW_DATE,
    )
    return bound_reader(address, binding)


def inert_envelope(
    letter: VersionLetter, *, address: str, known: Mapping[str, str], date: datetime
) -> Envelope:
    """Return the letter to somebody who is no delivery of any run."""
    binding = inert_binding(
        address=address,
        known=known,
        readership_key=letter.readership_key,
        sender=letter.sender,
        date=date,
    )
    return letter.envelope_for(_recipient(address), binding)


def sent_envelope(delivery: Delivery) -> Envelope:
    """Return the very bytes that were offered for this delivery the last time.

    :raises LetterUnfit: if none were, or what they were made of is gone.
    """
    if not delivery.bound_values or delivery.letter_date is None:
        raise LetterUnfit(_("There is no letter of this address to show."))
    binding = Binding(
        letter_ref=delivery.letter_ref,
        message_id=delivery.message_id,
        date=delivery.letter_date,
        values=json.loads(delivery.bound_values),
    )
    letter = version_letter(delivery.letter_ref)
    return letter.envelope_for(_recipient(delivery.recipient), binding)


def _person(issue: Issue, subscriber: Subscriber | None) -> tuple[str, dict[str, str]]:
    if subscriber is None:
        return issue.newsletter.sender_address, {"name": ""}
    return subscriber.address, {**subscriber.fields, "name": subscriber.name}


def _recipient(address: str) -> Recipient:
    """Return somebody of no run; only the address goes into a letter."""
    return Recipient(delivery_id=0, address=address, address_key=address, person_ref="")
