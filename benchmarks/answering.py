"""A process that answers: one JSON call a line, one line for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any


def answer_calls(callee: object) -> None:
    """Call the methods of ``callee`` until the standard input ends."""
    for line in sys.stdin:
        request: Mapping[str, Any] = json.loads(line)
        try:
            method = getattr(callee, request["do"])
            reply = {"answer": method(*request["args"], **request["named"])}
        except Exception as error:  # noqa: BLE001 - the caller gets it as an answer
            reply = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply, default=str) + "\n")
        sys.stdout.flush()
