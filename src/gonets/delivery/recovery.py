"""Workers: their leases, and what is done with what a dead one held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q

from gonets.delivery.account import Moves, lock_run, shift
from gonets.delivery.erasing import erased_among, forget_words
from gonets.delivery.errors import LedgerUnsafe
from gonets.delivery.holding import held_deliveries, holders, runs_held_by
from gonets.delivery.models import Delivery, Worker
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.kernel import clock

LEASE = timedelta(seconds=60)
"""How long a worker may be silent before others take over what it held."""

_SQLITE_FULL = 2
_UNSAFE = (
    "Nothing is sent, because the database may forget after a power cut what it has"
    " confirmed: {found}. Set {wanted}."
)

_SEES_IN_TIME = "read committed"
_LAGGING = (
    "Nothing is sent, because a transaction of PostgreSQL in its isolation level"
    " “{found}” does not see who has unsubscribed while it waited. Set"
    " default_transaction_isolation = 'read committed', and no other isolation_level in"
    " the options of the database."
)


def check_durability() -> None:
    """Make sure that what the database has committed is on its disk, and is seen.

    :raises LedgerUnsafe: with the setting that has to be changed.
    """
    if connection.vendor == "sqlite":
        _check_sqlite()
    elif connection.vendor == "postgresql":
        _check_postgresql()
    else:
        raise LedgerUnsafe(f"The database {connection.vendor} is not supported.")


def is_durable() -> bool:
    """Tell whether workers would send on the strength of this database."""
    try:
        check_durability()
    except LedgerUnsafe:
        return False
    return True


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
    found = _isolation()
    if found != _SEES_IN_TIME:
        raise LedgerUnsafe(_LAGGING.format(found=found))


def _isolation() -> str:
    """Return in what isolation a transaction begins, without beginning one."""
    of_driver = connection.connection.isolation_level
    if of_driver is None:
        return _ask("SHOW transaction_isolation")
    return str(of_driver.name).replace("_", " ").lower()


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


def recover_place(place: str, *, but: int) -> list[int]:
    """Recover after former workers of a place whose exclusive lock is ours now.

    On SQLite the lock lies beside the database, so that every other worker is dead.
    """
    dead = Worker.objects.filter(ended_at=None).exclude(pk=but)
    if connection.vendor != "sqlite":
        dead = dead.filter(place=place)
    return _recover(dead.values_list("pk", flat=True))


def recover_expired(*, but: int) -> list[int]:
    """Recover after workers anywhere whose lease has expired.

    One that was given up may have claimed something before it noticed: that too.
    """
    expired = Q(ended_at=None, lease_until__lt=clock.now())
    still_holds = Q(ended_at__isnull=False, pk__in=holders())
    dead = Worker.objects.filter(expired | still_holds).exclude(pk=but)
    return _recover(dead.values_list("pk", flat=True))


def _recover(worker_ids: Iterable[int]) -> list[int]:
    return [lost for worker_id in list(worker_ids) for lost in give_up(worker_id)]


def give_up(worker_id: int) -> list[int]:
    """Free what a worker held; return the deliveries that it leaves uncertain.

    Whatever it had only claimed is certainly not sent and goes back.
    """
    uncertain: list[int] = []
    with transaction.atomic():
        for run_id in runs_held_by(worker_id):
            lock_run(run_id)
            uncertain += _leave_uncertain(run_id, worker_id)
            _give_back(run_id, worker_id)
        now = clock.now()
        Worker.objects.filter(pk=worker_id, ended_at=None).update(ended_at=now)
    return uncertain


def retire(worker_id: int, *, lease: timedelta = LEASE) -> bool:
    """End a worker that goes on under another id, once its last answers are in.

    What it has claimed goes back, also what it does not know about: a connection that
    breaks at the commit leaves open whether it claimed anything.  True: it has ended.
    """
    with transaction.atomic():
        for run_id in runs_held_by(worker_id):
            lock_run(run_id)
            _give_back(run_id, worker_id)
    if held_deliveries().filter(worker=worker_id).exists():
        renew(worker_id, lease=lease)
        return False
    give_up(worker_id)
    return True


def _leave_uncertain(run_id: int, worker_id: int) -> list[int]:
    lost = _held(run_id, worker_id, DeliveryStatus.INTENT)
    rows = Delivery.objects.filter(pk__in=lost, status=DeliveryStatus.INTENT)
    rows.update(
        status=DeliveryStatus.UNCERTAIN, settled_at=clock.now(), stage=Stage.DOT
    )
    forget_words(Delivery.objects.filter(pk__in=erased_among(lost)))
    _move(run_id, DeliveryStatus.INTENT, DeliveryStatus.UNCERTAIN, len(lost))
    return lost


def _give_back(run_id: int, worker_id: int) -> None:
    claimed = _held(run_id, worker_id, DeliveryStatus.CLAIMED)
    rows = Delivery.objects.filter(pk__in=claimed, status=DeliveryStatus.CLAIMED)
    rows.update(status=DeliveryStatus.PENDING, worker=None)
    _move(run_id, DeliveryStatus.CLAIMED, DeliveryStatus.PENDING, len(claimed))


def _held(run_id: int, worker_id: int, status: DeliveryStatus) -> list[int]:
    """Return what the worker holds of a run that is locked: nothing of it moves."""
    rows = held_deliveries().filter(worker=worker_id, status=status, run=run_id)
    return list(rows.values_list("pk", flat=True))


def _move(run_id: int, was: DeliveryStatus, status: DeliveryStatus, count: int) -> None:
    moves: Moves = Moves({was: -count, status: count})
    shift(run_id, moves)
