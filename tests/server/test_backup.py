"""`gonets backup` copies everything, consistently, while writers are at work."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import tarfile
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from gonets.server import backup
from gonets.server.backup import make_backup
from gonets.server.errors import CannotStart


@pytest.fixture
def live(tmp_path, monkeypatch):
    """A database in WAL mode that somebody keeps writing to."""
    folder = tmp_path / "var"
    (folder / "media" / "pictures").mkdir(parents=True)
    (folder / "media" / "pictures" / "a.jpg").write_bytes(b"picture")
    (folder / "secret-key").write_text("the key")
    (folder / "mailbox.sqlite3").write_text("not ours")
    base = folder / "gonets.sqlite3"
    with closing(sqlite3.connect(base, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE pair (a, b)")
    pretend(monkeypatch, "sqlite", {"NAME": base})
    return folder


def pretend(monkeypatch, vendor, facts):
    """Let the site's database be this one."""
    database = SimpleNamespace(vendor=vendor, settings_dict=facts)
    monkeypatch.setattr(backup, "connection", database)


def unpacked(target, folder):
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "-xzf", target, "-C", folder], check=True)
    return {
        str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()
    }


def test_database_pictures_and_keys_are_in_it(live, tmp_path):
    target = tmp_path / "backup.tar.gz"

    size = make_backup(live, target)

    assert size == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert unpacked(target, tmp_path / "restored") == {
        "README.txt",
        "gonets.sqlite3",
        "secret-key",
        "media/pictures/a.jpg",
    }


def test_the_copy_is_of_one_moment_while_others_write(live, tmp_path):
    stop = threading.Event()

    def write():
        with closing(sqlite3.connect(live / "gonets.sqlite3", timeout=10)) as base:
            number = 0
            while not stop.is_set():
                number += 1
                with base:
                    base.execute("INSERT INTO pair (a) VALUES (?)", (number,))
                    base.execute("UPDATE pair SET b = a WHERE b IS NULL")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        make_backup(live, tmp_path / "backup.tar.gz")
    finally:
        stop.set()
        writer.join()

    unpacked(tmp_path / "backup.tar.gz", tmp_path / "restored")
    with closing(sqlite3.connect(tmp_path / "restored" / "gonets.sqlite3")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert (
            copy.execute("SELECT count(*) FROM pair WHERE b IS NULL").fetchone()[0] == 0
        )


def test_a_failed_backup_leaves_the_former_one(live, tmp_path, monkeypatch):
    target = tmp_path / "backup.tar.gz"
    target.write_text("the former one")
    monkeypatch.setattr(tarfile, "open", lambda *_args, **_options: no_room())

    with pytest.raises(CannotStart, match="enough room"):
        make_backup(live, target)

    assert target.read_text() == "the former one"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup.tar.gz", "var"]


def no_room():
    raise OSError(28, "No space left on device")


def test_without_pg_dump_the_operator_is_told_what_to_install(
    live, tmp_path, monkeypatch
):
    pretend(monkeypatch, "postgresql", {})
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(CannotStart, match="postgresql-client"):
        make_backup(live, tmp_path / "backup.tar.gz")


def test_what_pg_dump_says_is_passed_on(live, tmp_path, monkeypatch):
    failing = tmp_path / "pg_dump"
    failing.write_text("#!/bin/sh\necho 'pg_dump: no such database' >&2\nexit 1\n")
    failing.chmod(0o755)
    facts = {"NAME": "gonets", "HOST": "", "PORT": "", "USER": "", "PASSWORD": ""}
    pretend(monkeypatch, "postgresql", facts)
    monkeypatch.setattr(shutil, "which", lambda _name: str(failing))

    with pytest.raises(CannotStart, match="no such database"):
        make_backup(live, tmp_path / "backup.tar.gz")
