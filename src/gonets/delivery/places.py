"""Where a database lives, in facts that a copy of it does not have.

A file is known by what the file system knows it by: the file system, the inode, and the
number that tells two lives of one inode apart.  A rename, a new process, a reboot and a
new container with the same volume keep these; a copy has its own.  A database of
PostgreSQL is known by the system identifier of its cluster and by its oid.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection

MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/cloud/data/instance-id"))
CONTAINER_MARKS = (
    Path("/.dockerenv"),
    Path("/run/.containerenv"),
    Path("/var/run/secrets/kubernetes.io"),
)
_INODE_GENERATION = 0x80087601  # FS_IOC_GETVERSION of linux/fs.h
_CLUSTER = """
    SELECT oid, has_function_privilege('pg_catalog.pg_control_system()', 'execute')
    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a database is.  An empty ``machine`` or ``path`` says nothing."""

    key: str
    machine: str = ""
    path: str = ""  # how the file is called at the moment

    def is_the_same_as(self, key: str, machine: str) -> bool:
        is_other_machine = self.machine and machine and self.machine != machine
        return self.key == key and not is_other_machine


def this_place() -> Place | None:
    """Return where this process's database is; None for one in memory alone."""
    if connection.vendor == "postgresql":
        return Place(key=_cluster_and_oid())
    file = Path(str(connection.settings_dict["NAME"]))
    return file_place(file.resolve()) if file.is_file() else None


def file_place(file: Path) -> Place:
    """Return where a file is, without loosening the locks that SQLite has on it."""
    inode = file.stat().st_ino
    system = os.statvfs(file).f_fsid
    life = _life_of_inode(file, system, inode)
    key = f"sqlite:{system:x}:{inode}:{life}"
    return Place(key=key, machine=_machine(), path=str(file))


@cache
def _life_of_inode(file: Path, _system: int, _inode: int) -> str:
    """Return the random number that an inode gets for every file it becomes.

    The descriptor stays open as long as the process lives: closing any descriptor of a
    file drops every lock that the process has on it, those of SQLite too
    (sqlite.org/howtocorrupt.html, 2.2).  While it is open, the inode is not used anew.
    """
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return fcntl.ioctl(descriptor, _INODE_GENERATION, bytes(8)).hex()
    except OSError:
        return ""  # The file system has none, as a tmpfs.


def _machine() -> str:
    """Return what tells cloned machines apart; nothing in a container.

    There the files are the image's, or new with every container.
    """
    if any(mark.exists() for mark in CONTAINER_MARKS):
        return ""
    return ":".join(_content(file) for file in MACHINE_FILES).strip(":")


def _content(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()[:90]
    except (OSError, ValueError):
        return ""


def _cluster_and_oid() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_CLUSTER)
        oid, may_ask = cursor.fetchone()
        if may_ask:
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            return f"postgresql:{cursor.fetchone()[0]}:{oid}"
    host = connection.settings_dict["HOST"] or "socket"
    return f"postgresql:{host}:{connection.settings_dict['PORT']}:{oid}"[:200]
