"""Settings of a host that has nothing but the engine: ``gonets.delivery`` alone."""

import json
import os

SECRET_KEY = "for tests only"
INSTALLED_APPS = [
    "gonets.delivery",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
GONETS_FENCE = os.environ.get("ENGINE_FENCE")
DATABASES = {
    "default": json.loads(os.environ.get("ENGINE_DATABASE", "null"))
    or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("ENGINE_SQLITE", ":memory:"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": float(os.environ.get("ENGINE_PATIENCE", "20")),
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            + os.environ.get("ENGINE_PRAGMAS", ""),
        },
    }
}
