"""What the worker does for the audience every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonets.audience.actions import forget_sign_ups
from gonets.audience.importing.actions import continue_import, discard_import
from gonets.audience.models import SubscriberImport
from gonets.audience.states import UNFINISHED_IMPORTS, ImportState
from gonets.kernel import clock

ABANDONED_AFTER = timedelta(days=2)


def run_pending_imports(stopping: Callable[[], bool] = lambda: False) -> None:
    """Import every file that was started, the oldest first, killed ones included.

    ``stopping`` is asked between portions of some milliseconds.
    """
    pending = SubscriberImport.objects.filter(state__in=UNFINISHED_IMPORTS)
    for import_id in pending.order_by("id").values_list("id", flat=True):
        if stopping():
            return
        continue_import(import_id, stopping=stopping)


def forget_old_sign_ups() -> None:
    """Forget whom a form named and who never answered."""
    forget_sign_ups()


def discard_abandoned_uploads() -> None:
    """Remove files that were chosen and never started; they hold addresses."""
    abandoned = SubscriberImport.objects.filter(
        state=ImportState.UPLOADED, created_at__lt=clock.now() - ABANDONED_AFTER
    )
    for import_id in abandoned.values_list("id", flat=True):
        discard_import(import_id)
