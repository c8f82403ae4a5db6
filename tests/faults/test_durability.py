"""What the kernel is asked to do, in which order: the intent is on the disk first."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.faults.accounts import readers
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

STRACE = shutil.which("strace")
A_LETTER = re.compile(r'(?:write|sendto|writev|sendmsg)\(.*"From: <news@sender')


def can_trace() -> bool:
    """Containers often forbid to trace even one's own processes."""
    if STRACE is None:
        return False
    tried = subprocess.run([STRACE, "true"], capture_output=True, check=False)
    return not tried.returncode


@pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="PostgreSQL syncs in its own process"
)
@pytest.mark.skipif(not can_trace(), reason="strace is missing or not allowed")
def test_before_every_letter_its_intent_is_synced(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(30), connections=1)
    trace = engine.folder / "trace"

    engine.start_worker(under=[*strace(), str(trace)])
    engine.wait_for(run_id, "finished", within=40)

    synced, letters = 0, 0
    for line in trace.read_text(errors="replace").splitlines():
        synced += "fdatasync(" in line or "fsync(" in line
        if A_LETTER.search(line):
            letters += 1
            assert synced > 0, f"letter {letters} left before its intent was synced"
            synced = 0
    assert letters == 30


def strace() -> list[str]:
    calls = "fdatasync,fsync,write,writev,sendto,sendmsg"
    return [str(STRACE), "-f", "-s", "64", "-e", f"trace={calls}", "-o"]
