"""What a clerk does with several relays and limits, on behalf of a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gonets.delivery import actions
from gonets.delivery.models import Attempt, Delivery, DomainLimit, Relay
from gonets.delivery.types import NewRecipient


class RelayClerk:
    """To be mixed into the clerk of the engine."""

    def relays(self, *relays: dict[str, Any]) -> list[int]:
        """Set up relays that share runs, by the fields of their rows."""
        usual = {"is_enabled": True, "connections": 2}
        rows = [
            Relay.objects.update_or_create(name=relay["name"], defaults=usual | relay)
            for relay in relays
        ]
        return [row.pk for row, _made in rows]

    def conditions(self) -> dict[str, tuple[str, str]]:
        rows = Relay.objects.values_list("name", "trouble", "slowed")
        return {name: (trouble, slowed) for name, trouble, slowed in rows}

    def limit(self, name: str, domains: str, **limits: Any) -> None:
        DomainLimit.objects.update_or_create(
            name=name, defaults={"domains": domains, **limits}
        )

    def rename_limit(self, name: str, to: str) -> None:
        DomainLimit.objects.filter(name=name).update(name=to)

    def shared_run(self, addresses: Sequence[str], *, origin: str = "issue:1") -> int:
        """Start a run that all enabled relays share."""
        run = actions.open_run(
            origin_key=origin,
            letter_ref="first",
            stop_scope="news",
            relay=None,
            now=datetime.now(UTC),
        )
        actions.add_recipients(
            run.pk, (NewRecipient(address=one, address_key=one) for one in addresses)
        )
        actions.start_run(run.pk)
        return run.pk

    def carried(self, run_id: int) -> dict[str, str]:
        """Return which relay each address went through, by its name."""
        names = dict(Relay.objects.values_list("pk", "name"))
        rows = Delivery.objects.filter(run_id=run_id).exclude(relay_id=None)
        return {
            address: names[relay_id]
            for address, relay_id in rows.values_list("address_key", "relay_id")
        }

    def tries(self, run_id: int) -> list[list[str]]:
        """Return outcome and relay of every try that was kept."""
        tries = Attempt.objects.filter(delivery__run_id=run_id).order_by("pk")
        return [list(one) for one in tries.values_list("outcome", "relay__name")]
