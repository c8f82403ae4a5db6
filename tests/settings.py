"""Settings of the tests: the product's own, on a database and a folder of their own.

``GONETS_TEST_DATABASE`` says which: ``memory`` (SQLite, the default), ``file`` (SQLite
in a file, for tests with several processes) or ``postgres`` (started by conftest.py).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="gonets-tests-"))
FENCES = Path(f"{FOLDER}-fences")
for folder in (FOLDER, FENCES):
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("GONETS_")]:
    if not name.startswith("GONETS_TEST_"):
        del os.environ[name]
os.environ |= {
    "GONETS_DATA": str(FOLDER),
    "GONETS_FENCE": str(FENCES),
    "GONETS_ENV_FILE": os.devnull,
    "GONETS_LANGUAGE": "en",
    "GONETS_TIME_ZONE": "Europe/Moscow",
    "GONETS_SECRET_KEY": "only-for-tests-" * 3,
}

from gonets.server.settings import *  # noqa: E402, F403

TEST_DATABASE = os.environ.get("GONETS_TEST_DATABASE", "memory")
if TEST_DATABASE == "postgres":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "gonets",
            "USER": "postgres",
            "HOST": "",  # conftest.py starts the server and fills this in.
        }
    }
elif TEST_DATABASE == "file":
    DATABASES["default"]["TEST"] = {"NAME": FOLDER / "test.sqlite3"}
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    }
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = FOLDER / "media"
# The desk's own pages are what is tested; the lock-out has tests of its own.
AXES_ENABLED = False
WHITENOISE_USE_FINDERS = False
# A site's own models, for the sources that are made of them.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.newsroom"]  # noqa: F405
