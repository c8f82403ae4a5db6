"""The plain-text part of an issue's letter: whose words it is, and is it up to date."""

from __future__ import annotations

from gonets.letters.texts import automatic_digest, editable_text
from gonets.newsletters.models import Issue
from gonets.newsletters.queries.letters import letter_content
from gonets.newsletters.types import TextPart


def text_part(issue: Issue) -> TextPart:
    """Return the text as an editor can write on in it.

    Where it was written by hand, ``is_outdated`` tells that the letter has been changed
    since then.
    """
    content = letter_content(issue.pk)
    if not content.own_text:
        return TextPart(source=editable_text(content), is_own=False)
    return TextPart(
        source=content.own_text,
        is_own=True,
        is_outdated=automatic_digest(content) != issue.own_text_of,
    )
