"""Power cuts: the write-ahead log ends anywhere after what was synced last.

A run is traced once.  Then every length that its log may have had at a power cut is
tried: no letter that had left by then may look as if it had not.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from django.conf import settings

from tests.faults.accounts import Comparison, readers
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle
from tests.support.tracing import needs_strace, traced

pytestmark = [
    pytest.mark.faults,
    needs_strace,
    pytest.mark.skipif(
        settings.TEST_DATABASE == "postgres", reason="about a log of SQLite"
    ),
]

CALLS = ["-y", "-s", "80", "-e", "trace=pwrite64,fdatasync,write,writev,sendto,sendmsg"]
LOG_WRITTEN = re.compile(r"pwrite64\(\d+<\S*-wal>, .*, (\d+), (\d+)(?:\)| <unf)")
LOG_SYNCING = re.compile(r"fdatasync\(\d+<\S*-wal>")
LETTER = re.compile(r'"From: <news@sender.example>\\r\\nTo: <([^>]+)>')
LOG_HEADER, FRAME = 32, 24 + 4096  # sqlite.org/fileformat2.html#the_write_ahead_log
ODD_BYTES = (1, 23, 25, 2000, FRAME - 1)
AUDIENCE = 25


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter that left, and how much of the log was certainly on the disk then."""

    address: str
    synced: int


@dataclass(frozen=True, kw_only=True)
class Recording:
    run_id: int
    database: bytes  # The file itself is not written before a checkpoint.
    log: bytes
    letters: list[Letter]
    relay: Oracle

    def lengths(self) -> Iterator[int]:
        """Return every frame's end since the first letter, and odd bytes beyond it."""
        odd = cycle(ODD_BYTES)
        for frame in range(LOG_HEADER, len(self.log) + 1, FRAME):
            if frame >= self.letters[0].synced:
                yield from (frame, frame + next(odd))

    def left_by(self, length: int) -> list[str]:
        """Return who may have got a letter although the log ends here."""
        return [one.address for one in self.letters if one.synced <= length]

    def restore(self, folder: Path, length: int) -> None:
        """Put the files back, in place, so that they are the same to the fence."""
        _overwrite(folder / DATABASE, self.database)
        _overwrite(folder / f"{DATABASE}-wal", self.log[:length])
        (folder / f"{DATABASE}-shm").unlink(missing_ok=True)
        shutil.rmtree(folder / "fences", ignore_errors=True)


def _overwrite(file: Path, content: bytes) -> None:
    with file.open("r+b" if file.exists() else "wb") as stream:
        stream.write(content)
        stream.truncate()


@pytest.fixture
def recording(
    tmp_path: Path, migrated: Path, make_oracle: Callable[..., Oracle]
) -> Recording:
    """A run that was carried out without a checkpoint, and all that was synced."""
    shutil.copy(migrated, tmp_path / DATABASE)
    engine = Engine(
        tmp_path, environment={"ENGINE_PRAGMAS": "PRAGMA wal_autocheckpoint=0"}
    )
    oracle = make_oracle()
    addresses = readers(AUDIENCE)
    run_id = engine.do("run", url=oracle.url, addresses=addresses, connections=2)
    log = tmp_path / f"{DATABASE}-wal"
    synced = log.stat().st_size
    with traced(engine.fork_stopped(), CALLS, tmp_path / "trace"):
        engine.wait_for(run_id, "finished")
    lines = (tmp_path / "trace").read_text(errors="replace").splitlines()
    recorded = Recording(
        run_id=run_id,
        database=(tmp_path / DATABASE).read_bytes(),
        log=log.read_bytes(),
        letters=list(letters_in(lines, synced=synced)),
        relay=oracle,
    )
    engine.close()
    assert len(recorded.letters) == AUDIENCE
    return recorded


def letters_in(trace: Iterable[str], *, synced: int) -> Iterator[Letter]:
    written = synced
    syncing: dict[str, int] = {}  # by thread: what was written when it asked
    for line in trace:
        thread = line.partition(" ")[0]
        if wrote := LOG_WRITTEN.search(line):
            written = max(written, int(wrote[1]) + int(wrote[2]))
        if LOG_SYNCING.search(line):
            syncing[thread] = written
        if "fdatasync" in line and line.endswith("= 0"):
            synced = max(synced, syncing.pop(thread, 0))
        if letter := LETTER.search(line):
            yield Letter(address=letter[1], synced=synced)


def unknown_to(database: sqlite3.Connection) -> set[str]:
    """Return who waits, neither on the way nor accepted in shorthand either."""
    waiting = database.execute(
        "SELECT id, recipient FROM gonets_delivery_delivery"
        " WHERE status IN ('pending', 'claimed')"
    )
    noted = database.execute(
        "SELECT delivery_ids, accepted FROM gonets_delivery_ontheway"
    )
    known = set()
    for ids, accepted in noted:
        known |= {*json.loads(ids)}
        for _at, letters in json.loads(f"[{accepted.rstrip(',')}]"):
            known |= {letter[0] for letter in letters}
    return {address for pk, address in waiting if pk not in known}


def test_whatever_a_power_cut_leaves_knows_of_every_letter_that_had_left(
    recording: Recording, tmp_path: Path
) -> None:
    lengths = list(recording.lengths())

    for length in lengths:
        recording.restore(tmp_path, length)
        with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            forgotten = unknown_to(database) & {*recording.left_by(length)}
        assert not forgotten, f"the log ends at {length}"

    assert len(lengths) > AUDIENCE


def resume(recording: Recording, folder: Path, *, length: int) -> None:
    """Start what a power cut has left; judge it by both lives together."""
    recording.restore(folder, length)
    recording.relay.accepted.clear()
    engine = Engine(folder)
    try:
        engine.start_worker()
        engine.wait_for(recording.run_id, "finished")
        comparison = Comparison(
            taken=recording.relay.copies() + Counter(recording.left_by(length)),
            account=engine.do("account", recording.run_id),
            progress=engine.do("progress", recording.run_id),
        )
    finally:
        engine.close()
    faults = comparison.faults()
    assert not faults, f"the log ends at {length}:\n" + "\n".join(faults)
    assert len(comparison.having("uncertain")) <= 2


def test_after_a_power_cut_the_run_goes_on_and_repeats_nobody(
    recording: Recording, tmp_path: Path
) -> None:
    lengths = list(recording.lengths())

    for length in lengths[:: len(lengths) // 5]:
        resume(recording, tmp_path, length=length)


@pytest.mark.soak
def test_after_any_power_cut_the_run_goes_on_and_repeats_nobody(
    recording: Recording, tmp_path: Path
) -> None:
    for length in recording.lengths():
        resume(recording, tmp_path, length=length)
