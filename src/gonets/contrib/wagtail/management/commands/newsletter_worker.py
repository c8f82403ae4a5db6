"""``manage.py newsletter_worker``: sends what is to be sent until it is stopped."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError

from gonets.contrib.wagtail.worker import work
from gonets.delivery.errors import LedgerUnsafe


class Command(BaseCommand):
    help = "Send newsletters, and do what belongs to it, until told to stop."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            work()
        except LedgerUnsafe as error:
            raise CommandError(f"Nothing is sent: {error}") from error
