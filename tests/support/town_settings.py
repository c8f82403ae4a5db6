"""Settings of the example whose tests find their tables ready (``--keepdb``)."""

from town.settings import *  # noqa: F403

DATABASES["default"]["TEST"] = {"NAME": DATA / "tests.sqlite3"}  # noqa: F405
