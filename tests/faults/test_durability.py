"""What the kernel is asked to do, in which order: the intent is on the disk first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle
from tests.support.tracing import needs_strace, traced

pytestmark = [
    pytest.mark.faults,
    needs_strace,
    pytest.mark.skipif(
        settings.TEST_DATABASE == "postgres",
        reason="PostgreSQL syncs in its own process",
    ),
]

CALLS = ["-s", "64", "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg"]
A_LETTER = re.compile(r'(?:write|sendto|writev|sendmsg)\(.*"From: <news@sender')


def test_before_every_letter_its_intent_is_synced(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(100), connections=1)
    trace = engine.folder / "trace"

    with traced(engine.fork_stopped(), CALLS, trace):
        engine.wait_for(
            run_id,
            "finished",
        )

    synced, letters = 0, 0
    for line in trace.read_text(errors="replace").splitlines():
        synced += "fdatasync(" in line or "fsync(" in line
        if A_LETTER.search(line):
            letters += 1
            assert synced > 0, f"letter {letters} left before its intent was synced"
            synced = 0
    assert letters == 100
    assert uncertain_after_check(engine, run_id, oracle) == 0
