"""A letter about a source: since when it fails, why, and what to do; or all is well."""

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

from gonets.delivery.ports import Envelope
from gonets.letters.personalising import clean_line
from gonets.newsletters.standing.queries import address_of
from gonets.publishing.captions import moment_text
from gonets.publishing.notices.addressing import addressed
from gonets.publishing.sources.models import SourceNotice
from gonets.publishing.sources.states import SourceNews

LONGEST_SUBJECT = 200


def envelope_for(notice: SourceNotice, *, now: datetime) -> Envelope:
    """Return the notice addressed to its reader, in that person's language.

    :raises BadHeader, BadAddress: if an address cannot be written to.
    :raises SigningRefused: if there is a key that cannot be used.
    """
    with translation.override(_language(notice)):
        message = _message(notice)
    return addressed(
        message,
        newsletter=notice.newsletter,
        recipient=address_of(notice.user),
        identity=("source", str(notice.pk)),
        now=now,
    )


def _language(notice: SourceNotice) -> str:
    chosen = getattr(notice.user, "language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else notice.newsletter.language


def _message(notice: SourceNotice) -> EmailMessage:
    words = {"source": str(notice.source)}
    subject = _("Works again: %(source)s") % words
    if notice.kind == SourceNews.FAILING:
        subject = _("Does not work: %(source)s") % words
    message = EmailMessage(policy=SMTP)
    message["Subject"] = clean_line(subject)[:LONGEST_SUBJECT]
    text = render_to_string("gonets/notices/source.txt", _facts(notice))
    message.set_content(text.strip() + "\n", cte="base64")
    return message


def _facts(notice: SourceNotice) -> Mapping[str, Any]:
    source = notice.source
    page = reverse("gonets:source-edit", args=[source.pk])
    return {
        "is_failing": notice.kind == SourceNews.FAILING,
        "source": str(source),
        "reason": source.get_failure_display(),
        "since": moment_text(notice.failing_since, zone=settings.TIME_ZONE),
        "is_asked": source.next_fetch_at is not None,
        "page": settings.GONETS_PUBLIC_URL.rstrip("/") + page,
    }
