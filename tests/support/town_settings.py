"""Settings of the example whose tests find their tables ready (``--keepdb``)."""

from town.settings import *  # noqa: F403

DATABASES["default"]["TEST"] = {"NAME": DATA / "tests.sqlite3"}  # noqa: F405
# None of them tries to break in; a costly hash of each "x" is a third of their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
