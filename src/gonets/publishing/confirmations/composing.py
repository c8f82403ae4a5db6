"""The letter that asks whether somebody really signed up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from gonets.audience.links import sign_up_token, unsubscribe_token
from gonets.audience.models import Subscription
from gonets.audience.states import SubscriptionState
from gonets.delivery.ports import Envelope
from gonets.kernel.addresses import parse_address
from gonets.letters.headers import plain_address
from gonets.letters.personalising import clean_line
from gonets.newsletters.models import Newsletter
from gonets.publishing.confirmations.models import ConfirmationLetter
from gonets.publishing.identities import message_id
from gonets.publishing.signing import current_signer

LONGEST_SUBJECT = 200


def envelope_for(letter: ConfirmationLetter, *, now: datetime) -> Envelope:
    """Return the letter to whoever owns the mailbox; nothing a stranger typed is in it.

    :raises BadHeader, BadAddress: if an address cannot be written to.
    :raises SigningRefused: if there is a key that cannot be used.
    """
    newsletter, person = letter.newsletter, letter.sign_up.subscriber
    sender = plain_address(parse_address(newsletter.sender_address).spelling)
    recipient = plain_address(person.address)
    with translation.override(letter.sign_up.language or newsletter.language):
        message = _message(letter)
    message["From"] = Address(clean_line(newsletter.sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Date"] = format_datetime(now)
    # The same at every try: who got it twice sees it once.
    message["Message-ID"] = message_id("sign-up", letter.sign_up.key, sender=sender)
    # Nobody's vacation responder answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    content = message.as_bytes()
    signer = current_signer(sender)
    if signer is not None:
        content = signer.signed(content, at=now)
    return Envelope(sender=sender, recipient=recipient, content=content)


def _message(letter: ConfirmationLetter) -> EmailMessage:
    facts = _facts(letter)
    words = {"newsletter": ", ".join(facts["titles"])}
    subject = _("Please confirm: %(newsletter)s") % words
    if facts["is_here"]:
        subject = _("You are subscribed already: %(newsletter)s") % words
    message = EmailMessage(policy=SMTP)
    message["Subject"] = clean_line(subject)[:LONGEST_SUBJECT]
    text = render_to_string("gonets/confirmations/letter.txt", facts)
    html = render_to_string("gonets/confirmations/letter.html", facts)
    message.set_content(text.strip() + "\n", cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    return message


def _facts(letter: ConfirmationLetter) -> Mapping[str, Any]:
    sign_up, newsletter = letter.sign_up, letter.newsletter
    asked = Newsletter.objects.filter(readership__in=sign_up.readerships.all())
    titles = list(asked.order_by("title").values_list("title", flat=True))
    here = Subscription.objects.filter(
        subscriber=sign_up.subscriber,
        readership__in=sign_up.readerships.all(),
        state=SubscriptionState.CONFIRMED,
    )
    return {
        "titles": titles,
        "is_here": here.count() == len(titles),
        "page": sign_up.page,
        "address": _absolute("gonets:sign-up-confirm", sign_up_token(sign_up)),
        "way_out": _absolute("gonets:unsubscribe", _way_out(letter)),
        "newsletter": newsletter,
        "language": translation.get_language(),
    }


def _way_out(letter: ConfirmationLetter) -> str:
    return unsubscribe_token(
        readership_key=letter.newsletter.readership.key,
        link_key=letter.sign_up.subscriber.link_key,
    )


def _absolute(page: str, token: str) -> str:
    return settings.GONETS_PUBLIC_URL.rstrip("/") + reverse(page, args=[token])
