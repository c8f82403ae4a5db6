"""Looking where a database lies must never loosen what holds it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from gonets.delivery.places import file_place

WRITE = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
base.execute("BEGIN IMMEDIATE")
"""


def another_process_may_write(file: Path) -> bool:
    tried = subprocess.run(
        [sys.executable, "-c", WRITE, str(file)], capture_output=True, check=False
    )
    return tried.returncode == 0


def test_a_look_at_the_file_keeps_the_locks_of_its_process(tmp_path):
    file = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("CREATE TABLE letters (id INTEGER)")
        base.execute("BEGIN IMMEDIATE")
        assert not another_process_may_write(file)

        file_place(file)
        file_place(file)

        assert not another_process_may_write(file)


def test_another_file_of_the_same_name_is_another_place(tmp_path):
    file, other = tmp_path / "desk.sqlite3", tmp_path / "other.sqlite3"
    file.write_bytes(b"one")
    other.write_bytes(b"two")
    before = file_place(file)

    other.replace(file)

    assert file_place(file).key != before.key
