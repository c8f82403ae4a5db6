"""What `gonets doctor` looks at: everything that makes a desk fail in silence."""

from __future__ import annotations

import json
import os
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils.translation import gettext as _

from gonets.delivery.disk import LEAST_ROOM, Room, database_folders, room_of
from gonets.delivery.queries import fenced, worker_last_seen
from gonets.delivery.trials import check_relay
from gonets.kernel import clock
from gonets.publishing.errors import RelayMissing
from gonets.publishing.relays import relays_in_use
from gonets.publishing.types import RelayInUse
from gonets.server.environment import Environment, is_loopback
from gonets.server.first_run import PASSWORD_FILE
from gonets.server.health import WORKER_SILENCE, unapplied_migrations
from gonets.server.models import User
from gonets.server.secret import SECRET_FILE

GIGABYTE = 1024**3
SCARCE = GIGABYTE


class Level(Enum):
    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``text`` says what is so, and what to do unless it is fine."""

    level: Level
    text: str


def findings(environment: Environment) -> Iterator[Finding]:
    """Look at everything; a look that fails is a finding too."""
    for look in LOOKS:
        try:
            yield from look(environment)
        except DatabaseError as error:
            yield _fault(_("The database does not answer: %(error)s"), error=error)


def _data_folder(environment: Environment) -> Iterator[Finding]:
    folder = environment.data
    try:
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        text = _("The data folder %(folder)s is not writable: %(error)s.")
        yield _fault(text, folder=folder, error=error.strerror)
        return
    yield _fine(_("Data folder: %(folder)s."), folder=folder)
    for one in {folder.resolve(), *database_folders()}:
        yield _free_disk(room_of(one))


def _free_disk(room: Room) -> Finding:
    """Say how much there is; below the least the worker pauses what it sends."""
    facts = {"free": round(room.free / GIGABYTE, 1), "folder": room.folder}
    if LEAST_ROOM.is_missing(room):
        text = _(
            "Only %(free)s GB are free on the disk of %(folder)s, so nothing is sent: "
            "free some, then continue the sendings."
        )
        return _fault(text, **facts)
    if room.free < SCARCE:
        text = _("Only %(free)s GB are free on the disk of %(folder)s.")
        return _warning(text, **facts)
    return _fine(_("Free on the disk of %(folder)s: %(free)s GB."), **facts)


def _private_files(environment: Environment) -> Iterator[Finding]:
    for name in (SECRET_FILE, PASSWORD_FILE, ".env"):
        folder = Path.cwd() if name == ".env" else environment.data
        file = folder / name
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            text = _("%(file)s can be read by others: chmod 600 %(file)s")
            yield _warning(text, file=file)


def _database(_environment: Environment) -> Iterator[Finding]:
    waiting = unapplied_migrations()
    if waiting:
        text = _(
            "The database is not up to date: start gonets serve, or gonets migrate."
        )
        yield _fault(text)
    else:
        yield _fine(_("The database is up to date (%(kind)s)."), kind=connection.vendor)
    yield from _durability()


def _durability() -> Iterator[Finding]:
    """A committed intent must survive a power cut; each database says it its way."""
    wanted: dict[str, tuple[str, ...]] = (
        {"PRAGMA journal_mode": ("wal",), "PRAGMA synchronous": ("2", "3")}
        if connection.vendor == "sqlite"
        else {"SHOW fsync": ("on",), "SHOW synchronous_commit": ("on", "remote_apply")}
    )
    for question, answers in wanted.items():
        answer = _asked(question)
        if answer not in answers:
            text = _(
                "%(question)s is %(answer)s: letters could go twice after a power cut."
            )
            yield _fault(text, question=question, answer=answer)
            return
    yield _fine(_("What is committed survives a power cut."))
    if connection.vendor == "sqlite" and _asked("PRAGMA quick_check") != "ok":
        yield _fault(_("The database file is damaged: restore the last backup."))


def _asked(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def _people(_environment: Environment) -> Iterator[Finding]:
    if not User.objects.filter(is_active=True, is_superuser=True).exists():
        yield _fault(_("There is no administrator: gonets createsuperuser makes one."))


def _port(environment: Environment) -> Iterator[Finding]:
    host = "127.0.0.1" if environment.host in ("0.0.0.0", "::") else environment.host  # noqa: S104
    answer = _health(host, environment.port)
    if answer is not None:
        problems = "; ".join(answer.get("problems", []))
        if problems:
            yield _fault(_("Gonets runs but is not ready: %(why)s"), why=problems)
        else:
            yield _fine(_("Gonets runs on port %(port)s."), port=environment.port)
    elif _is_taken(host, environment.port):
        text = _(
            "Port %(port)s is taken by another program: choose another GONETS_PORT."
        )
        yield _fault(text, port=environment.port)
    else:
        yield _warning(_("Gonets does not run: gonets serve starts it."))


def _health(host: str, port: int) -> dict[str, Any] | None:
    netloc = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    address = f"http://{netloc}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # Ours.
            return _json_object(answer.read())
    except urllib.error.HTTPError as refusal:
        return _json_object(refusal.read())
    except (OSError, ValueError, HTTPException):  # Another program's language.
        return None


def _json_object(content: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "problems" in value else None


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


def _worker(_environment: Environment) -> Iterator[Finding]:
    seen_at = worker_last_seen()
    if seen_at is None or clock.now() - seen_at > WORKER_SILENCE:
        yield _warning(_("No worker is at work: letters wait until gonets serve runs."))
    else:
        yield _fine(_("A worker is at work."))


def _fence(environment: Environment) -> Iterator[Finding]:
    held = fenced()
    if held is not None:
        text = _(
            "This database was copied or restored (%(cause)s). Nothing is sent until "
            "an administrator confirms at %(page)s that the other copy sends no more."
        )
        page = f"{environment.public_url}{reverse('gonets:fence')}"
        yield _fault(text, cause=held.cause.label, page=page)
    folder = environment.fence
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        text = _(
            "%(folder)s cannot be written, so that an older state of the database put "
            "back in its place may go unnoticed: name another folder in GONETS_FENCE."
        )
        yield _warning(text, folder=environment.fence)


def _relays(_environment: Environment) -> Iterator[Finding]:
    try:
        relays = relays_in_use()
    except RelayMissing:
        yield _fault(_("There is no mail server: write one as GONETS_RELAY_URL."))
        return
    for relay in relays:
        yield _relay(relay)


def _relay(relay: RelayInUse) -> Finding:
    check = check_relay(relay.url)
    if not check.is_fine:
        text = _("The mail server %(host)s takes no letters: %(why)s")
        return _fault(text, host=relay.host, why=check.explanation)
    if relay.is_mailbox:
        return _fine(_("Letters go to the built-in mailbox, not to the Internet."))
    return _fine(_("The mail server %(host)s answers."), host=relay.host)


def _public_url(environment: Environment) -> Iterator[Finding]:
    local = is_loopback(urlsplit(environment.public_url).hostname)
    if local or not environment.is_https:
        text = _(
            "%(url)s is good for trying out only: before writing to real people, give "
            "the site an https:// address and write it as GONETS_PUBLIC_URL."
        )
        yield _warning(text, url=environment.public_url)
    else:
        yield _fine(_("Readers reach %(url)s."), url=environment.public_url)


LOOKS: tuple[Callable[[Environment], Iterator[Finding]], ...] = (
    _data_folder,
    _private_files,
    _database,
    _people,
    _port,
    _worker,
    _fence,
    _relays,
    _public_url,
)


def _fine(text: str, **values: object) -> Finding:
    return Finding(level=Level.FINE, text=text % values)


def _warning(text: str, **values: object) -> Finding:
    return Finding(level=Level.WARNING, text=text % values)


def _fault(text: str, **values: object) -> Finding:
    return Finding(level=Level.FAULT, text=text % values)
