"""The example's Wagtail site: its tables are made once in a run, and then copied.

Wagtail's own two hundred migrations cost more than all the tests that need them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "example" / "wagtail"
DATABASE = "site.sqlite3"
MIGRATE = """
import gc
gc.disable()
import django
django.setup()
from functools import cache
from django.apps import apps
apps.get_swappable_settings_name = cache(apps.get_swappable_settings_name)
from django.core.management import call_command
call_command("migrate", verbosity=0)
gc.freeze()
"""
"""Each builds all the models anew; looking for the old ones is a quarter of it, and a
tenth is to look for those that a setting can replace, each time through all of them."""


def site_environment(data: Path, **settings: str) -> dict[str, str]:
    """Return what the site is told when its folder of data is to be this one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GONETS_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "town.settings",
        "EXAMPLE_DATA": str(data),
        "EXAMPLE_URL": "http://localhost:8000",
        **settings,
    }


def migrated_town(shared: Path) -> Path:
    """Return the database file; whoever asks first makes it, and the others wait."""
    shared.mkdir(parents=True, exist_ok=True)
    done = shared / "done"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run(
                [sys.executable, "-c", MIGRATE],
                cwd=EXAMPLE,
                env=site_environment(shared),
                check=True,
            )
            done.touch()
    return shared / DATABASE


def copy_town(shared: Path, file: Path) -> None:
    """Give a site its database, with every table and nothing else in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated_town(shared), file)
