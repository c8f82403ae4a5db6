"""Stops for the audience: an unsubscribed person gets nothing more, even in mid-run."""

from __future__ import annotations

from collections.abc import Collection

from gonets.delivery import actions as delivery


class DeliveryStops:
    """Implements ``audience.ports.StopPort``; called inside its transaction."""

    def stop(self, *, scope: str, address_key: str) -> None:
        delivery.add_stop(scope=scope, address_key=address_key)

    def lift(self, *, scope: str, address_keys: Collection[str]) -> None:
        delivery.lift_stops(scope=scope, address_keys=address_keys)

    def erase(self, *, address_key: str) -> None:
        delivery.erase_address(address_key=address_key)
