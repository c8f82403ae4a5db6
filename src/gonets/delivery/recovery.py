"""Workers: their leases, and what is done with what a dead one held."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q

from gonets.delivery.account import Moves, lock_run, shift
from gonets.delivery.errors import LedgerUnsafe
from gonets.delivery.models import Delivery, Worker
from gonets.delivery.states import DeliveryStatus
from gonets.kernel import clock

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before others take over what it held."""

_SQLITE_FULL = 2
_UNSAFE = (
    "Nothing is sent, because the database may forget after a power cut what it has"
    " confirmed: {found}. Set {wanted}."
)


def check_durability() -> None:
    """Make sure that what the database has committed is on its disk.

    :raises LedgerUnsafe: with the setting that has to be changed.
    """
    if connection.vendor == "sqlite":
        _check_sqlite()
    elif connection.vendor == "postgresql":
        _check_postgresql()
    else:
        raise LedgerUnsafe(f"The database {connection.vendor} is not supported.")


def _check_sqlite() -> None:
    if _ask("PRAGMA synchronous") != str(_SQLITE_FULL):
        raise LedgerUnsafe(
            _UNSAFE.format(
                found="SQLite's synchronous is not FULL",
                wanted="PRAGMA synchronous=FULL in the database's init_command",
            )
        )
    mode = _ask("PRAGMA journal_mode")
    if mode not in ("wal", "memory"):  # "memory": a database without any file
        raise LedgerUnsafe(
            _UNSAFE.format(
                found=f"SQLite's journal_mode is {mode}",
                wanted="PRAGMA journal_mode=WAL in the database's init_command",
            )
        )


def _check_postgresql() -> None:
    for setting, safe in (
        ("fsync", {"on"}),
        ("synchronous_commit", {"on", "remote_apply", "remote_write", "local"}),
    ):
        value = _ask(f"SHOW {setting}")
        if value not in safe:
            raise LedgerUnsafe(
                _UNSAFE.format(
                    found=f"PostgreSQL's {setting} is {value}", wanted=f"{setting} = on"
                )
            )


def limit_idle_transactions(*, lease: timedelta) -> None:
    """Let PostgreSQL end a transaction in which a worker has fallen asleep.

    Otherwise a suspended worker would hold the lock of a run until it wakes up, and
    nobody else could take the run over.
    """
    if connection.vendor == "postgresql":
        milliseconds = round(lease.total_seconds() * 1000 / 2)
        _ask(
            "SELECT set_config('idle_in_transaction_session_timeout',"
            f" '{milliseconds}', false)"
        )


def _ask(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def enlist(*, place: str, pid: int, lease: timedelta = LEASE) -> int:
    """Register this process as a worker; return its id."""
    now = clock.now()
    worker = Worker.objects.create(
        place=place, pid=pid, started_at=now, seen_at=now, lease_until=now + lease
    )
    return worker.pk


def renew(worker_id: int, *, lease: timedelta = LEASE) -> bool:
    """Renew the lease; False if the worker has been given up meanwhile."""
    now = clock.now()
    living = Worker.objects.filter(pk=worker_id, ended_at=None)
    return bool(living.update(seen_at=now, lease_until=now + lease))


def recover_place(place: str, *, but: int) -> int:
    """Recover after former workers of a place whose exclusive lock is ours now.

    On SQLite the lock lies beside the database, so that every other worker is dead.
    """
    dead = Worker.objects.filter(ended_at=None).exclude(pk=but)
    if connection.vendor != "sqlite":
        dead = dead.filter(place=place)
    return sum(give_up(pk) for pk in dead.values_list("pk", flat=True))


def recover_expired(*, but: int) -> int:
    """Recover after workers anywhere whose lease has expired."""
    dead = Worker.objects.filter(ended_at=None, lease_until__lt=clock.now())
    return sum(give_up(pk) for pk in dead.exclude(pk=but).values_list("pk", flat=True))


def give_up(worker_id: int) -> int:
    """Free what a worker held; return how many letters it leaves uncertain.

    Whatever it had only claimed is certainly not sent and goes back.
    """
    uncertain = 0
    held = Q(worker=worker_id, status__in=["claimed", "intent"])
    runs = Delivery.objects.filter(held).order_by("run_id").values_list("run_id")
    with transaction.atomic():
        for (run_id,) in list(runs.distinct()):
            uncertain += _free(run_id, worker_id)
        now = clock.now()
        Worker.objects.filter(pk=worker_id, ended_at=None).update(ended_at=now)
    return uncertain


def _free(run_id: int, worker_id: int) -> int:
    lock_run(run_id)
    rows = Delivery.objects.filter(run_id=run_id, worker=worker_id)
    freed = rows.filter(status=DeliveryStatus.CLAIMED).update(
        status=DeliveryStatus.PENDING, worker=None
    )
    lost = rows.filter(status=DeliveryStatus.INTENT).update(
        status=DeliveryStatus.UNCERTAIN, settled_at=clock.now(), stage="dot"
    )
    moves: Moves = Counter(
        {
            DeliveryStatus.CLAIMED: -freed,
            DeliveryStatus.PENDING: freed,
            DeliveryStatus.INTENT: -lost,
            DeliveryStatus.UNCERTAIN: lost,
        }
    )
    shift(run_id, moves)
    return lost
