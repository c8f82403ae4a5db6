"""What publishing does when a run reports a fact; rules are in the actions."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from gonets.delivery.signals import run_ended
from gonets.publishing.actions import settle_run


@receiver(run_ended)
def settle_ended_run(*, run_id: int, **_facts: Any) -> None:
    settle_run(run_id)
