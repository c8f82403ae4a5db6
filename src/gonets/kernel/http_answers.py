"""What may be asked for over HTTP, what comes of it, and what can go wrong."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gonets.kernel.networks import IPAddress, IPNetwork, is_public

NOT_MODIFIED = 304


class HttpError(Exception):
    """Nothing could be fetched; the message is a sentence that says why."""


class AddressRefused(HttpError):
    """We do not fetch from there, whoever asks."""


class NoAnswer(HttpError):
    """There is no such site, or nobody listens, or it hung up."""


class TooSlow(NoAnswer):
    """The whole fetch took longer than allowed."""


class NotSecure(NoAnswer):
    """The site's certificate is not valid, or it does not speak TLS at all."""


class TooManyRedirects(HttpError):
    """The address leads to another, and that to another, and so on."""


class TooLarge(HttpError):
    """The answer is larger than we are willing to read."""


class BadAnswer(HttpError):
    """What came is not HTTP, or is packed in a way we did not ask for."""


class Refusal(HttpError):
    """The site answered, but not with the content: ``status`` says why."""

    def __init__(
        self, message: str, *, status: int, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


def resolve(host: str) -> Sequence[str]:
    """Return the IP addresses of ``host``, asked from the system."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What may be fetched: by default, the open web in web-like sizes.

    ``trusted`` networks are allowed although they are not public, for a site that
    lives beside us on an intranet.
    """

    ports: frozenset[int] = frozenset({80, 443})
    trusted: tuple[IPNetwork, ...] = ()
    redirects: int = 5
    patience: timedelta = timedelta(seconds=10)
    largest: int = 10_000_000
    resolver: Callable[[str], Sequence[str]] = field(default=resolve)

    def allows(self, address: IPAddress) -> bool:
        return is_public(address) or any(address in net for net in self.trusted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``address`` is where it came from in the end; header names are lower-case.

    ``lasting_address`` is where to ask next time: only moves for good were followed.
    """

    address: str
    lasting_address: str
    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That something is there, and how large it says it is; nothing of it was read."""

    address: str
    status: int
    size: int | None
