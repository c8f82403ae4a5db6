"""Is an issue fit to go out? What an editor must put right first, by name."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.kernel.addresses import BadAddress
from gonets.letters.preflight import Level, Problem, problems_of
from gonets.letters.types import LetterContent
from gonets.newsletters.queries import letter_content
from gonets.publishing.errors import (
    LetterUnready,
    RelayMissing,
    SenderMissing,
    SubjectMissing,
)
from gonets.publishing.relays import is_loopback, relays_in_use
from gonets.publishing.signing import is_signed


def problems(issue_id: int) -> list[Problem]:
    """Return everything that preflight finds in the letter as it is written now.

    :raises SenderMissing: if there is nobody to send it as.
    """
    content = content_now(issue_id)
    return [*problems_of(content), *_unsigned(content)]


def check_ready(issue_id: int) -> None:
    """Refuse a letter that must not go out as it is.

    :raises SubjectMissing, SenderMissing, LetterUnready: the first of them that fits.
    """
    content = content_now(issue_id)
    if not content.subject.strip():
        raise SubjectMissing
    blocking = [each.text for each in problems_of(content) if each.blocking]
    if blocking:
        raise LetterUnready(blocking)


def content_now(issue_id: int) -> LetterContent:
    """Return the letter as it is worded now.

    :raises SenderMissing: if there is nobody to send it as.
    """
    try:
        return letter_content(issue_id)
    except BadAddress as error:
        raise SenderMissing from error


def _unsigned(content: LetterContent) -> Iterator[Problem]:
    """Letters that nobody signs are taken for junk more easily."""
    if not content.sender_address or not _leaves_the_machine():
        return
    if not is_signed(content.sender_address):
        domain = content.sender_address.rpartition("@")[2]
        yield Problem(
            level=Level.WARNING,
            code="letter-unsigned",
            text=_("Letters from %(domain)s are not signed (DKIM).")
            % {"domain": domain},
            fix=_(
                "An administrator can make a key for signing beside the mail server, "
                "or say there that the mail server signs them."
            ),
        )


def _leaves_the_machine() -> bool:
    try:
        relays = relays_in_use()
    except RelayMissing:
        return False
    return any(not is_loopback(relay.host) for relay in relays)
