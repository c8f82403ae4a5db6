"""An issue that is ready to go, and a ledger that moves as if an engine had sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import dns.resolver
import pytest
from django.db import transaction

from gonets.delivery.account import shift
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus
from gonets.newsletters.models import Issue, Newsletter
from tests.support.dns_server import DnsServer
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)


@pytest.fixture(autouse=True)
def mailbox(settings: Any) -> None:
    settings.GONETS_CATCHER_PORT = 1025
    settings.GONETS_RELAY_URL = ""


@pytest.fixture
def newsletter(db: None) -> Newsletter:
    section = make_section("News")
    make_material("A new ferry", section=section)
    return make_newsletter(section)


@pytest.fixture
def issue(newsletter: Newsletter) -> Issue:
    """A draft with one material, for Ann, Bob and Eve."""
    for name in ("ann", "bob", "eve"):
        make_subscriber(f"{name}@example.com", newsletter.readership, name=name.title())
    return make_issue(newsletter)


@pytest.fixture
def dns_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    with DnsServer() as server:
        monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver)
        yield server


def settle(run: Run, **outcomes: DeliveryStatus) -> None:
    """Settle the deliveries of these people, by the name before their @."""
    with transaction.atomic():
        for name, status in outcomes.items():
            delivery = Delivery.objects.get(run=run, recipient__startswith=f"{name}@")
            moves = Counter({status: 1})
            moves[DeliveryStatus(delivery.status)] -= 1
            Delivery.objects.filter(pk=delivery.pk).update(status=status)
            shift(run.pk, moves)
    run.refresh_from_db()


def recipients(run: Run) -> set[str]:
    """Whom the run is for, by the names before their @."""
    found = Delivery.objects.filter(run=run).values_list("recipient", flat=True)
    return {address.partition("@")[0] for address in found}
