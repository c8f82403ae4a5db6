"""A single letter to one person, addressed, dated and signed as all of them are."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from gonets.delivery.ports import Envelope
from gonets.kernel.addresses import parse_address
from gonets.letters.headers import plain_address
from gonets.letters.personalising import clean_line
from gonets.newsletters.models import Newsletter
from gonets.publishing.identities import message_id
from gonets.publishing.signing import current_signer


def addressed(
    message: EmailMessage,
    *,
    newsletter: Newsletter,
    recipient: str,
    identity: tuple[str, str],
    now: datetime,
) -> Envelope:
    """Return the message from a newsletter to one person.

    ``identity`` is what the letter is and its number or key: it is the same at every
    try, so that who got it twice sees it once.

    :raises BadHeader, BadAddress: if an address cannot be written to.
    :raises SigningRefused: if there is a key that cannot be used.
    """
    sender = plain_address(parse_address(newsletter.sender_address).spelling)
    recipient = plain_address(recipient)
    message["From"] = Address(clean_line(newsletter.sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(*identity, sender=sender)
    # Nobody's vacation responder answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    content = message.as_bytes()
    signer = current_signer(sender)
    if signer is not None:
        content = signer.signed(content, at=now)
    return Envelope(sender=sender, recipient=recipient, content=content)
