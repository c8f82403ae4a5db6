"""The example site's own tests, in a process of its own: Wagtail is installed there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.prepared import PreparedFolders
from tests.support.engine import ROOT
from tests.support.town import EXAMPLE, copy_town, site_environment

STRICT = ("-W", "error::DeprecationWarning", "-W", "error::PendingDeprecationWarning")
"""What the next Django and Wagtail remove is used nowhere."""


@pytest.mark.hosts
def test_the_plug_in_holds_on_a_real_wagtail_site(
    tmp_path: Path, prepared: PreparedFolders
) -> None:
    copy_town(prepared.shared / "town", tmp_path / "tests.sqlite3")
    environment = site_environment(
        tmp_path,
        DJANGO_SETTINGS_MODULE="tests.support.town_settings",
        PYTHONPATH=os.pathsep.join(map(str, (ROOT, ROOT / "src"))),
    )

    ran = subprocess.run(
        [sys.executable, *STRICT, "manage.py", "test", "--noinput", "--keepdb"],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-4000:]
    assert "Ran 40 tests" in ran.stderr
