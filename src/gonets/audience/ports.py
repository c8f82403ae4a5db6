"""What this app asks of whoever sends letters: to stop writing to somebody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured

EVERY_SCOPE = ""


class StopPort(Protocol):
    """Implemented one layer up; called inside the transaction that changes a person.

    A scope is a ``Readership.key``, or ``EVERY_SCOPE``.  What was committed here is
    honoured by a run that is going on.
    """

    def stop(self, *, scope: str, address_key: str) -> None:
        """Let no letter of this scope leave for the address.  Idempotent."""
        ...

    def lift(self, *, scope: str, address_keys: Collection[str]) -> None:
        """Take back ``stop`` of exactly this scope for all of these.  Idempotent."""
        ...

    def erase(self, *, address_key: str) -> None:
        """Let nothing more leave for the address, and keep it nowhere readable."""
        ...


class StopPortMissing(ImproperlyConfigured):
    """Nobody told us who stops letters; unsubscribing would be a false promise."""


_registered: list[StopPort] = []


def use_stop_port(port: StopPort) -> None:
    """Name who stops letters; the last one named counts."""
    _registered[:] = [port]


def stop_port() -> StopPort:
    """Return who stops letters.

    :raises StopPortMissing: if ``use_stop_port`` was never called.
    """
    if not _registered:
        raise StopPortMissing(
            "gonets.audience has no stop port: call use_stop_port() in the ready() of"
            " the app that sends letters, or add gonets.publishing to INSTALLED_APPS."
        )
    return _registered[0]
