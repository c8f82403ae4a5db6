"""The example site's own tests, in a process of its own: Wagtail is installed there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STRICT = ("-W", "error::DeprecationWarning", "-W", "error::PendingDeprecationWarning")
"""What the next Django and Wagtail remove is used nowhere."""

EXAMPLE = Path(__file__).parents[2] / "example" / "wagtail"


@pytest.mark.hosts
def test_the_plug_in_holds_on_a_real_wagtail_site(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GONETS_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "town.settings",
        "EXAMPLE_DATA": str(tmp_path),
        "EXAMPLE_URL": "http://localhost:8000",
    }

    ran = subprocess.run(
        [sys.executable, *STRICT, "manage.py", "test", "--noinput"],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-4000:]
    assert "Ran 40 tests" in ran.stderr
