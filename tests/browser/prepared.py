"""Data folders with tables, an administrator, and the demo: made once, then copied.

Making one costs more than all the rest of a start.  That a first start makes it by
itself is shown by the walk.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gonets.server.database import SQLITE_FILE
from tests.browser.product import Product

MIGRATE = """
import gc
gc.disable()
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
connection.close()
gc.freeze()
"""
"""Each migration makes models anew; looking for the old ones is a quarter of it."""

PREPARE = """
import gc
import django
django.setup()
from gonets.delivery.models import CloneFence
from gonets.server.first_run import prepare
from gonets.server.settings import ENVIRONMENT
prepare(ENVIRONMENT)
CloneFence.objects.all().delete()
gc.freeze()
"""
"""The desk of a copy is a new one, not a clone that has to wait for a person."""


@dataclass(frozen=True)
class PreparedFolders:
    """Kept in a folder that all test processes of one run share."""

    shared: Path

    def copy_for(self, product: Product) -> None:
        """Give the product its data, unless it has some."""
        if product.data.exists():
            return
        prepared = self._prepared(language=product.language, demo=product.demo)
        shutil.copytree(prepared, product.data)

    def copy_tables_for(self, product: Product) -> None:
        """Give it nothing but its tables, so that it still has a first start."""
        product.data.mkdir(parents=True)
        shutil.copy(self._tables(), product.data)

    def _prepared(self, *, language: str, demo: bool) -> Path:
        """Return the folder; whoever asks first makes it, and the others wait."""
        model = Product(
            self.shared / f"{language}-{'demo' if demo else 'empty'}",
            language=language,
            demo=demo,
        )
        with _made_once(model.folder) as is_made:
            if not is_made:
                model.data.mkdir()
                shutil.copy(self._tables(), model.data)
                _run(PREPARE, model)
        return model.data

    def _tables(self) -> Path:
        """Return a database with every table and nothing in it, in no language."""
        model = Product(self.shared / "tables", language="en", demo=False)
        with _made_once(model.folder) as is_made:
            if not is_made:
                model.data.mkdir()
                _run(MIGRATE, model)
        return model.data / SQLITE_FILE


@contextmanager
def _made_once(folder: Path) -> Iterator[bool]:
    """Say whether it is made already; else it is at the end, and the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "done"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield done.exists()
        done.touch()


def _run(script: str, model: Product) -> None:
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=model.folder,
        env=model.environment_variables()
        | {"DJANGO_SETTINGS_MODULE": "gonets.server.settings"},
        check=True,
    )
