"""Whether the product is ready, for people and for machines that watch it."""

from __future__ import annotations

import pkgutil
from datetime import timedelta
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets import __version__
from gonets.delivery.disk import database_folders, missing_room
from gonets.delivery.errors import LedgerUnsafe
from gonets.delivery.fence import is_fenced
from gonets.delivery.queries import worker_last_seen
from gonets.delivery.recovery import check_durability
from gonets.kernel import clock

WORKER_SILENCE = timedelta(seconds=20)
"""It gives a sign of life every five seconds (delivery)."""


@login_not_required
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 once everything is ready, 503 with the reasons before."""
    problems = problems_now()
    answer = {
        "status": "unready" if problems else "ok",
        "version": __version__,
        "problems": problems,
        "notes": [] if problems else notes_now(),
    }
    return JsonResponse(answer, status=503 if problems else 200)


def problems_now() -> list[str]:
    """Return what stands in the way, for operators, in English."""
    try:
        if unapplied_migrations():
            return ["the database has to be migrated"]
        return [*ledger_problems(), *worker_problems()]
    except DatabaseError as error:
        return [f"the database does not answer: {error}"]


def notes_now() -> list[str]:
    """Return what a person must decide: the product is ready for them to do so."""
    notes = []
    if is_fenced():
        notes.append(
            "this database was copied or restored: nothing is sent until an "
            "administrator confirms that the other copy sends no more"
        )
    room = missing_room([settings.DATA_DIR, *database_folders()])
    if room is not None:
        notes.append(f"the disk is almost full, so nothing is sent: {room} free")
    return notes


def ledger_problems() -> list[str]:
    """Return why the worker refuses to begin: it says so, but only in the log."""
    try:
        check_durability()
    except LedgerUnsafe as error:
        return [str(error)]
    return []


def worker_problems() -> list[str]:
    seen_at = worker_last_seen()
    if seen_at is None or clock.now() - seen_at > WORKER_SILENCE:
        return ["no worker has given a sign of life"]
    return []


def unapplied_migrations() -> list[str]:
    """Return what has to be done to the database before it fits this version.

    Every start and every probe asks: the names of the files are enough, as long as the
    database knows all of them.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    if _migrations_on_disk() <= applied.keys():
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def _migrations_on_disk() -> set[tuple[str, str]]:
    """Return application and name of each file, and load none of them."""
    found = set()
    for label in (each.label for each in apps.get_app_configs()):
        package, _is_named = MigrationLoader.migrations_module(label)
        spec = find_spec(package) if package else None
        places = spec.submodule_search_locations if spec else None
        found |= {(label, each.name) for each in pkgutil.iter_modules(places or [])}
    return found
