"""A notice as a letter: what happened, what preflight says, and the letter itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from gonets.letters.compiling import compile_letter
from gonets.letters.errors import LetterError
from gonets.letters.personalising import clean_line
from gonets.letters.preflight import Problem
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing.queries import (
    address_of,
    material_count,
    open_draft,
    past_drafts,
    zone_of,
)
from gonets.publishing.captions import moment_text
from gonets.publishing.errors import SenderMissing
from gonets.publishing.notices.addressing import addressed
from gonets.publishing.notices.models import Notice
from gonets.publishing.notices.states import NoticeKind
from gonets.publishing.previews import preview_reader
from gonets.publishing.readiness import content_now, problems

BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The issue's letter as it is now, or why there is none."""

    subject: str
    html: str = ""
    text: str = ""
    fault: str = ""


def envelope_for(notice: Notice, *, now: datetime) -> Envelope:
    """Return the notice addressed to its editor, in that person's language.

    :raises BadHeader, BadAddress: if an address cannot be written to.
    :raises SigningRefused: if there is a key that cannot be used.
    """
    with translation.override(_language(notice)):
        message = _message(notice)
    return addressed(
        message,
        newsletter=notice.issue.newsletter,
        recipient=address_of(notice.user),
        identity=("notice", str(notice.pk)),
        now=now,
    )


def _language(notice: Notice) -> str:
    chosen = getattr(notice.user, "language", "")
    known = chosen in dict(settings.LANGUAGES)
    return chosen if known else notice.issue.newsletter.language


def _message(notice: Notice) -> EmailMessage:
    sample = _sample(notice)
    facts = _facts(notice, sample)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = clean_line(_subject(notice, sample))[:LONGEST_SUBJECT]
    text = render_to_string("gonets/notices/notice.txt", facts)
    message.set_content(_tidy(text), cte="base64")
    message.add_alternative(_html(facts, sample), subtype="html", cte="base64")
    return message


def _subject(notice: Notice, sample: Sample) -> str:
    words = {"subject": sample.subject or notice.issue.newsletter.title}
    if notice.kind == NoticeKind.SKIPPED:
        title = {"newsletter": notice.issue.newsletter.title}
        return _("Skipped, too few materials: %(newsletter)s") % title
    if notice.kind == NoticeKind.MISSED:
        return _("Did not go out: %(subject)s") % words
    return _("Waits for you: %(subject)s") % words


def _facts(notice: Notice, sample: Sample) -> Mapping[str, Any]:
    issue = notice.issue
    return {
        "is_missed": notice.kind == NoticeKind.MISSED,
        "skipped": _skipped(notice),
        "newsletter": issue.newsletter.title,
        "count": material_count(issue.pk),
        "when": moment_text(notice.due_at, zone=zone_of(issue.newsletter)),
        "reason": _(notice.reason) if notice.reason else "",
        "problems": _problems(issue.pk),
        "address": _absolute("gonets:issue-open", issue.pk),
        "settings_address": _settings_address(issue.newsletter),
        "sample": sample,
    }


def _skipped(notice: Notice) -> Mapping[str, Any] | None:
    """Return how many materials there were on a skipped date, and what comes next."""
    if notice.kind != NoticeKind.SKIPPED:
        return None
    newsletter_id = notice.issue.newsletter_id
    before = past_drafts(newsletter_id).filter(due_at=notice.due_at).first()
    coming = open_draft(newsletter_id)
    zone = zone_of(notice.issue.newsletter)
    return {
        "count": before.materials if before else 0,
        "least": before.minimum if before else notice.issue.newsletter.minimum,
        "next": moment_text(coming.due_at, zone=zone) if coming else "",
    }


def _problems(issue_id: int) -> list[Problem]:
    try:
        return problems(issue_id)
    except SenderMissing:
        return []


def _sample(notice: Notice) -> Sample:
    issue = notice.issue
    reader = preview_reader(issue, None)
    try:
        letter = compile_letter(content_now(issue.pk))
        return Sample(
            subject=letter.subject_for(reader),
            html=letter.html_for(reader),
            text=letter.text_for(reader),
        )
    except (LetterError, SenderMissing) as error:
        return Sample(subject=issue.subject, fault=str(error))


def _html(facts: Mapping[str, Any], sample: Sample) -> str:
    """Put the notice on top of the very letter, inside its document."""
    banner = render_to_string("gonets/notices/notice.html", facts)
    body = BODY.search(sample.html)
    if body is None:
        return (
            '<!doctype html><html><head><meta charset="utf-8"></head>'
            f"<body>{banner}</body></html>"
        )
    return f"{sample.html[: body.end()]}{banner}{sample.html[body.end() :]}"


def _tidy(text: str) -> str:
    """Leave no more than one blank line between paragraphs."""
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip() + "\n"


def _settings_address(newsletter: Newsletter) -> str:
    return _absolute("gonets:newsletter-schedule", newsletter.pk)


def _absolute(page: str, key: int) -> str:
    return settings.GONETS_PUBLIC_URL.rstrip("/") + reverse(page, args=[key])
