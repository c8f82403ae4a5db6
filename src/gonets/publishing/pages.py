"""Letters as they are seen in the browser: the version sent, nobody's data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import pgettext

from gonets.audience import links
from gonets.audience.models import Subscription
from gonets.audience.states import SubscriptionState
from gonets.kernel import clock
from gonets.letters.compiling import compile_letter
from gonets.letters.storing import content_from_json
from gonets.letters.types import LetterContent, Reader
from gonets.newsletters.models import IssueVersion
from gonets.newsletters.queries import bodies_kept
from gonets.publishing.models import IssueRun
from gonets.publishing.readers import unsubscribe_address

MOST_LETTERS = 100
EXPRESSION = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A letter of a closed newsletter, as its readers find it again."""

    number: int  # of the issue
    subject: str
    sent_at: datetime
    version: IssueVersion


def sent_version(page_key: str) -> IssueVersion | None:
    """Return the version that was sent and has this page; None if there is none."""
    version = (
        IssueVersion.objects.select_related("issue__newsletter__readership")
        .filter(browser_key=page_key, issue__newsletter__has_browser_page=True)
        .exclude(issue__newsletter__is_closed=True)
        .first()
    )
    return version if version and _was_sent(version) else None


def letters_for(subscription: Subscription) -> list[SentLetter]:
    """Return what a reader of a closed newsletter may read again, the newest first.

    Their own link is the right to it, for as long as they get the newsletter.
    """
    if subscription.state != SubscriptionState.CONFIRMED:
        return []
    runs = IssueRun.objects.filter(
        issue__newsletter__readership=subscription.readership_id,
        issue__newsletter__is_closed=True,
    )
    found = runs.order_by("-pk").select_related("version", "run")
    newest: dict[int, SentLetter] = {}
    for issue_run in found[:MOST_LETTERS]:
        version = issue_run.version
        letter = SentLetter(
            number=version.issue_id,
            subject=EXPRESSION.sub("…", str(version.content.get("subject", ""))),
            sent_at=issue_run.run.created_at,
            version=version,
        )
        newest.setdefault(version.issue_id, letter)
    return list(newest.values())


def letter_for(subscription: Subscription, number: int) -> IssueVersion | None:
    """Return the letter that the reader may read again; None if it is none of those."""
    theirs = {each.number: each.version for each in letters_for(subscription)}
    return theirs.get(number)


def _was_sent(version: IssueVersion) -> bool:
    # Corrected in a paused run, a version stays what some readers got.
    runs = IssueRun.objects.filter(
        issue=version.issue_id, version__number__gte=version.number
    )
    return runs.exists()


def letter_page(version: IssueVersion) -> str:
    """Return the very HTML of the version; personal parts say what suits everybody.

    :raises LetterError: if the letter cannot be made any more.
    """
    content = content_from_json(version.content)
    with translation.override(content.language):
        letter = compile_letter(content, bodies=bodies_kept(version.pk))
        return letter.html_for(_everybody(version, content))


def _everybody(version: IssueVersion, content: LetterContent) -> Reader:
    key = version.issue.newsletter.readership.key
    return Reader(
        address=pgettext("it was sent to", "your address"),
        values={},
        unsubscribe_address=unsubscribe_address(links.everybodys_token(key)),
        message_id="",
        date=clock.now(),
    )
