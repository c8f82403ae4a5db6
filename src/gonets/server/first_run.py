"""Bringing a data folder to life: the database, an administrator, the demo site."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from gonets.publishing.actions import keep_environment_relay
from gonets.server.accounts.passwords import made_up_password
from gonets.server.environment import Environment
from gonets.server.health import unapplied_migrations
from gonets.server.models import User

PASSWORD_FILE = "first-password"  # noqa: S105  # A file name.

DEMO_ADDRESS = "editor@pristan.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """``password`` is empty once somebody has chosen another."""

    name: str
    password: str


def prepare(environment: Environment) -> None:
    """Migrate; in an empty database also make an administrator and the demo."""
    if unapplied_migrations():
        call_command("migrate", interactive=False, verbosity=0)
    if not User.objects.exists():
        _make_administrator(environment)
        if environment.demo:
            call_command("demo", language=environment.language)
    keep_environment_relay()
    _forget_a_changed_password(environment)


def log_in_to_show(environment: Environment) -> LogIn:
    """Return what a prepared folder says; the database is not asked."""
    file = environment.data / PASSWORD_FILE
    password = file.read_text("ascii").strip() if file.exists() else ""
    return LogIn(name=environment.admin_name, password=password)


def _make_administrator(environment: Environment) -> None:
    """Keep a made-up password readable in the data folder until it is changed."""
    password = environment.admin_password or made_up_password()
    if not environment.admin_password:
        _write_private(environment.data / PASSWORD_FILE, password)
    User.objects.create_superuser(
        username=environment.admin_name,
        # What the desk tells its editors comes to the mailbox of the demo too.
        email=DEMO_ADDRESS if environment.demo else "",
        password=password,
        language="",
    )


def _forget_a_changed_password(environment: Environment) -> None:
    """Keep the made-up password only while it is still the one that lets in."""
    file = environment.data / PASSWORD_FILE
    if not file.exists():
        return
    user = User.objects.filter(username=environment.admin_name).first()
    if user is None or not user.check_password(file.read_text("ascii").strip()):
        file.unlink()


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text + "\n")
