"""Data folders with tables, an administrator, and the demo: made once, then copied.

Making one costs more than all the rest of a start.  That a first start makes it by
itself is shown by the walk.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.browser.product import Product

PREPARE = """
import gc
gc.disable()
import django
django.setup()
from gonets.delivery.models import CloneFence
from gonets.server.first_run import prepare
from gonets.server.settings import ENVIRONMENT
prepare(ENVIRONMENT)
CloneFence.objects.all().delete()
gc.freeze()
"""
"""The desk of a copy is a new one, not a clone that has to wait for a person.

Each migration makes models anew; looking for the old ones is a quarter of it.
"""


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

    def _prepared(self, *, language: str, demo: bool) -> Path:
        """Return the folder; whoever asks first makes it, and the others wait."""
        model = Product(
            self.shared / f"{language}-{'demo' if demo else 'empty'}",
            language=language,
            demo=demo,
        )
        model.folder.mkdir(parents=True, exist_ok=True)
        done = model.folder / "done"
        with (model.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                model.data.mkdir()
                subprocess.run(
                    [sys.executable, "-c", PREPARE],
                    cwd=model.folder,
                    env=model.environment_variables()
                    | {"DJANGO_SETTINGS_MODULE": "gonets.server.settings"},
                    check=True,
                )
                done.touch()
        return model.data
