"""Is an issue fit to go out? What an editor must put right first, by name."""

from __future__ import annotations

from gonets.letters.preflight import Problem
from gonets.publishing.contents import content_now
from gonets.publishing.errors import LetterUnready, SubjectMissing
from gonets.publishing.preflight.report import preflight_report

__all__ = ["check_ready", "content_now", "problems"]

OF_THE_MOMENT = {"recipients-none", "sending-refused"}
"""Not the letter's: whoever sends is told by an error of its own."""


def problems(issue_id: int) -> list[Problem]:
    """Return everything that preflight finds in the issue as it is now."""
    return list(preflight_report(issue_id).problems)


def check_ready(issue_id: int) -> None:
    """Refuse a letter that must not go out as it is.

    :raises SubjectMissing, SenderMissing, LetterUnready: the first of them that fits.
    """
    content_now(issue_id)
    blocking = [
        each
        for each in preflight_report(issue_id).blocking
        if each.code not in OF_THE_MOMENT
    ]
    if any(each.code == "subject-empty" for each in blocking):
        raise SubjectMissing
    if blocking:
        raise LetterUnready([each.text for each in blocking])
