"""Is an issue fit to go out? What an editor must put right first, by name."""

from __future__ import annotations

from gonets.kernel.addresses import BadAddress
from gonets.letters.preflight import Problem, problems_of
from gonets.letters.types import LetterContent
from gonets.newsletters.queries import letter_content
from gonets.publishing.errors import LetterUnready, SenderMissing, SubjectMissing


def problems(issue_id: int) -> list[Problem]:
    """Return everything that preflight finds in the letter as it is written now.

    :raises SenderMissing: if there is nobody to send it as.
    """
    return problems_of(content_now(issue_id))


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
