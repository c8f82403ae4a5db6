"""A consistent copy of everything, made while the product runs.

Live WAL files cannot be copied by hand: SQLite's own backup is asked for a snapshot.
The mailbox is left out, because it stands for somebody else's mail server.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from gonets import __version__
from gonets.delivery.fence import keep_fence, mark_as_copy
from gonets.kernel import clock
from gonets.server.errors import CannotStart
from gonets.server.secret import SECRET_FILE

DATABASE_COPY = "gonets.sqlite3"
DUMP = "gonets.pgdump"
FOLDERS = ("media", "imports")


def default_name() -> str:
    return f"gonets-{clock.now():%Y-%m-%d-%H%M%S}.tar.gz"


def make_backup(folder: Path, target: Path) -> int:
    """Write database, pictures and keys into ``target``; return its size.

    The file appears whole or not at all, readable by this user only.

    :raises CannotStart: if it cannot be written, or the database cannot be copied.
    """
    try:
        with tempfile.TemporaryDirectory(dir=_parent_of(target)) as scratch:
            return _make(folder, target, Path(scratch))
    except OSError as error:
        raise CannotStart(
            gettext_noop(
                "The backup could not be written to %(target)s (%(reason)s): name "
                "another place with enough room."
            ),
            target=target,
            reason=error.strerror or error,
        ) from error


def _parent_of(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.parent


def _make(folder: Path, target: Path, scratch: Path) -> int:
    unfinished = scratch / target.name
    unfinished.touch(mode=0o600)
    database = _copied_database(scratch)
    with tarfile.open(unfinished, "w:gz", compresslevel=6) as archive:
        archive.add(_note(scratch), "README.txt")
        archive.add(database, database.name)
        for path in _kept_files(folder):
            archive.add(path, str(path.relative_to(folder)))
    size = unfinished.stat().st_size
    unfinished.replace(target)
    return size


def _kept_files(folder: Path) -> Iterator[Path]:
    if (folder / SECRET_FILE).exists():
        yield folder / SECRET_FILE
    for name in FOLDERS:
        if (folder / name).is_dir():
            yield folder / name


def _note(scratch: Path) -> Path:
    file = scratch / "README.txt"
    file.write_text(
        f"A backup of Gonets {__version__}, made {clock.now():%Y-%m-%d %H:%M} UTC.\n"
        "To restore: stop Gonets, unpack into an empty data folder (GONETS_DATA), and\n"
        "start it. A PostgreSQL dump is restored with pg_restore first.\n"
        "What is restored sends nothing until an administrator confirms on the page\n"
        "Planned that the former database sends no more.\n",
        "utf-8",
    )
    return file


def _copied_database(scratch: Path) -> Path:
    if connection.vendor == "sqlite":
        return _copied_sqlite(scratch / DATABASE_COPY)
    dump = _dumped_postgresql(scratch / DUMP)
    # A dump cannot be marked: let the database be a step further than what is in it.
    keep_fence()
    return dump


def _copied_sqlite(copy: Path) -> Path:
    source = Path(str(connection.settings_dict["NAME"]))
    with (
        closing(sqlite3.connect(source, timeout=20)) as live,
        closing(sqlite3.connect(copy)) as snapshot,
    ):
        live.backup(snapshot)
        snapshot.execute("PRAGMA journal_mode=DELETE")
    mark_as_copy(copy)
    return copy


def _dumped_postgresql(copy: Path) -> Path:
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotStart(
            gettext_noop(
                "The database is PostgreSQL and pg_dump is not installed here: install "
                "the PostgreSQL client (Debian: postgresql-client), or make the backup "
                "where it is."
            )
        )
    settings: dict[str, Any] = connection.settings_dict
    facts = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
    }
    done = subprocess.run(  # noqa: S603  # The program found, with our own arguments.
        [program, "--format=custom", f"--file={copy}", settings["NAME"]],
        env={**os.environ, **{k: str(v) for k, v in facts.items() if v}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(
            gettext_noop("pg_dump could not copy the database: %(reason)s"),
            reason=done.stderr.strip().splitlines()[-1] if done.stderr else "?",
        )
    return copy
