"""Which database, and the settings that make its commits durable."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_noop

from gonets.server.errors import WrongSetting

SQLITE_FILE = "gonets.sqlite3"
SQLITE_OPTIONS: dict[str, Any] = {
    # Without IMMEDIATE two writers that both read first fail instead of waiting.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: a committed intent must survive a power cut (docs/architecture.md).
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# Whatever the server's defaults: an intent counts only once it is on disk, and sees
# every stop that was committed before it.
_SESSION = r"-c synchronous_commit=on -c default_transaction_isolation=read\ committed"


def database_settings(url: str, data: Path) -> dict[str, Any]:
    """Return Django's settings for ``GONETS_DATABASE_URL``.

    :raises WrongSetting: if it is neither an address of PostgreSQL nor a file.
    """
    if not url:
        return _sqlite(data / SQLITE_FILE)
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _sqlite(Path(url).expanduser().resolve())
    if scheme == "sqlite":
        return _sqlite(
            Path("/" + rest.lstrip("/")) if rest.startswith("/") else Path(rest)
        )
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise WrongSetting(
        gettext_noop(
            "GONETS_DATABASE_URL begins with “%(scheme)s”: write "
            "postgresql://name:password@host:5432/database, or the path of a SQLite "
            "file, or nothing."
        ),
        scheme=f"{scheme}://",
    )


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    options = dict(parse_qsl(parts.query))
    host = unquote(parts.hostname or "") or options.pop("host", "")
    name = unquote(parts.path.strip("/"))
    if not name:
        raise WrongSetting(
            gettext_noop(
                "GONETS_DATABASE_URL names no database: write "
                "postgresql://name:password@host:5432/database."
            )
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "options": _SESSION},
    }
