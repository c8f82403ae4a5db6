"""Runs that go wrong in many ways, and a log that names nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.faults.accounts import readers
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


def test_a_log_of_troubles_names_runs_and_stages_but_no_address(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    addresses = readers(30)
    refused, cut = addresses[3], addresses[7]

    def rcpt(recipient: str) -> bytes:
        unknown = f"550 5.1.1 <{recipient}>: no such user".encode()
        return unknown if recipient == refused else b"250 2.1.5 Ok"

    fine = make_oracle(
        rcpt=rcpt, cut=lambda recipient: "after_accept" if recipient == cut else ""
    )
    blocking = make_oracle(
        dot=lambda recipient: f"550 5.7.1 {recipient} is not for you".encode()
    )
    full = make_oracle(mail=lambda sender: f"421 4.7.0 {sender}: slowly".encode())
    first = engine.do("run", url=fine.url, addresses=addresses, connections=2)
    engine.start_worker(gives_up_after=0.5)
    engine.wait_for(first, "finished")
    paused = []
    for origin, oracle in (("issue:2", blocking), ("issue:3", full)):
        run_id = engine.do("run", url=oracle.url, addresses=addresses, origin=origin)
        paused.append(engine.wait_for(run_id, "paused"))

    log = engine.log()
    assert "is not for you" in paused[0]["reason"]
    for progress in paused:
        assert f"run={progress['run_id']}" in log
    assert "mail" in log
    assert re.search(r"address:\w", log)
    assert not re.search(r"@\w+\.example", log)
