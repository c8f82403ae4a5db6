"""Fetching from addresses that people and feeds give us, without being misused.

A stranger's address must not let them reach what only our own machine can: every host
is resolved here, every IP address checked, and the connection made to exactly the
address that was checked.  A redirect is a new address and goes the same way.

What does so is in ``http_asking``: the library is a twelfth of every start, and most
processes never ask anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from gonets.kernel.http_answers import (
    NOT_MODIFIED,
    AddressRefused,
    Answer,
    BadAnswer,
    Guard,
    HttpError,
    NoAnswer,
    NotSecure,
    Refusal,
    Sighting,
    TooLarge,
    TooManyRedirects,
    TooSlow,
)

__all__ = [
    "NOT_MODIFIED",
    "AddressRefused",
    "Answer",
    "BadAnswer",
    "Guard",
    "HttpError",
    "NoAnswer",
    "NotSecure",
    "Refusal",
    "Sighting",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "fetch",
    "post_form",
    "sight",
]


def sight(address: str, *, guard: Guard, method: str = "HEAD") -> Sighting:
    """Return what stands at ``address``, whatever its status.

    :raises HttpError: one of its kinds, but never ``Refusal`` or ``TooLarge``.
    """
    from gonets.kernel.http_asking import sight as asked  # noqa: PLC0415

    return asked(address, guard=guard, method=method)


def fetch(
    address: str,
    *,
    guard: Guard | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return what the web has at ``address``; 200 and 304 count as answers.

    ``headers`` go to the host of ``address`` alone, not to where it redirects.

    :raises HttpError: one of its kinds, with a sentence.
    """
    from gonets.kernel.http_asking import fetch as asked  # noqa: PLC0415

    return asked(address, guard=guard, headers=headers)


def post_form(address: str, fields: Mapping[str, str], *, guard: Guard) -> None:
    """Send a form; whoever is asked has to take it there, with a status of success.

    :raises HttpError: one of its kinds, with a sentence.
    """
    from gonets.kernel.http_asking import post_form as asked  # noqa: PLC0415

    asked(address, fields, guard=guard)
