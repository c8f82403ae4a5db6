"""The letter of an issue as it is worded now."""

from __future__ import annotations

from gonets.kernel.addresses import BadAddress
from gonets.letters.types import LetterContent
from gonets.newsletters.queries import letter_content
from gonets.publishing.errors import SenderMissing


def content_now(issue_id: int) -> LetterContent:
    """Return the letter as it is worded now.

    :raises SenderMissing: if there is nobody to send it as.
    """
    try:
        return letter_content(issue_id)
    except BadAddress as error:
        raise SenderMissing from error
