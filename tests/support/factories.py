"""The shortest way to the rows that many tests need."""

from __future__ import annotations

from gonets.audience.actions import Evidence, add_subscriber
from gonets.audience.models import Readership, Subscriber
from gonets.audience.states import ConsentKind
from gonets.kernel import clock

ON_PAPER = Evidence(kind=ConsentKind.EDITOR, text="signed at the fair")


def make_readership(key: str = "weekly") -> Readership:
    return Readership.objects.create(key=key, created_at=clock.now())


def make_subscriber(
    address: str = "ann@example.com", *readerships: Readership, name: str = ""
) -> Subscriber:
    """Return a person who is confirmed in these readerships."""
    return add_subscriber(
        address=address,
        name=name,
        readership_ids=[readership.pk for readership in readerships],
        evidence=ON_PAPER,
    )
