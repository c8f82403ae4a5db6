"""The letter that asks whether somebody really signed up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
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
from gonets.letters.personalising import clean_line
from gonets.newsletters.models import Newsletter
from gonets.publishing.confirmations.models import ConfirmationLetter
from gonets.publishing.notices.addressing import addressed

LONGEST_SUBJECT = 200


def envelope_for(letter: ConfirmationLetter, *, now: datetime) -> Envelope:
    """Return the letter to whoever owns the mailbox; nothing a stranger typed is in it.

    :raises BadHeader, BadAddress: if an address cannot be written to.
    :raises SigningRefused: if there is a key that cannot be used.
    """
    newsletter, sign_up = letter.newsletter, letter.sign_up
    with translation.override(sign_up.language or newsletter.language):
        message = _message(letter)
    return addressed(
        message,
        newsletter=newsletter,
        recipient=sign_up.subscriber.address,
        identity=("sign-up", sign_up.key),
        now=now,
    )


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
