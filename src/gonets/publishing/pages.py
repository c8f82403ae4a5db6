"""A letter as anybody may see it in the browser: the version sent, nobody's data."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import pgettext

from gonets.audience import links
from gonets.kernel import clock
from gonets.letters.compiling import compile_letter
from gonets.letters.storing import content_from_json
from gonets.letters.types import LetterContent, Reader
from gonets.newsletters.models import IssueVersion
from gonets.newsletters.queries import bodies_kept
from gonets.publishing.models import IssueRun
from gonets.publishing.readers import unsubscribe_address


def sent_version(page_key: str) -> IssueVersion | None:
    """Return the version that was sent and has this page; None if there is none."""
    version = (
        IssueVersion.objects.select_related("issue__newsletter__readership")
        .filter(browser_key=page_key, issue__newsletter__has_browser_page=True)
        .first()
    )
    if version is None:
        return None
    # Corrected in a paused run, a version stays what some readers got.
    runs = IssueRun.objects.filter(
        issue=version.issue_id, version__number__gte=version.number
    )
    return version if runs.exists() else None


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
