"""The site's secret key: made once, kept in the data folder, closed to others."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from django.utils.translation import gettext_noop

from gonets.server.errors import CannotStart

SECRET_FILE = "secret-key"  # noqa: S105  # A file name.


def kept_secret_key(folder: Path) -> str:
    """Return the key of this data folder, made at the first call.

    :raises CannotStart: if the folder cannot be written to.
    """
    file = folder / SECRET_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _read(file) or _make(file)
    except OSError as error:
        raise CannotStart(
            gettext_noop(
                "The data folder %(folder)s cannot be used (%(reason)s): make it "
                "writable for this user, or name another one in GONETS_DATA."
            ),
            folder=folder,
            reason=error.strerror,
        ) from error


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        return ""


def _make(file: Path) -> str:
    """Write the key beside its place, then link: of two processes one wins whole."""
    descriptor, name = tempfile.mkstemp(prefix=f".{SECRET_FILE}", dir=file.parent)
    fresh = Path(name)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(48) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(fresh)
    fresh.unlink()
    return _read(file)
