"""How the product writes its lines."""

from __future__ import annotations

import json
import logging
import sys

from gonets.kernel.logs import FACTS
from gonets.server.logs import JsonFormatter, LineFormatter


def record(message: str, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("gonets.x", logging.WARNING, "", 1, message, (), None)
    if facts:
        setattr(made, FACTS, {"event": message, **facts})
    return made


def test_a_line_of_another_package_loses_addresses_too():
    line = LineFormatter("{message}", style="{").format(record("to <ann@x.example>"))

    assert line.startswith("to <address:")


def test_machines_get_one_object_a_line():
    line = JsonFormatter().format(record("The run is paused", run=7, answer="Нет"))

    told = json.loads(line)
    assert (told["event"], told["run"], told["answer"]) == (
        "The run is paused",
        7,
        "Нет",
    )
    assert (told["level"], told["logger"]) == ("warning", "gonets.x")
    assert told["at"].endswith("+00:00")


def test_what_was_raised_is_in_the_object():
    plain = record("It failed")
    try:
        raise ValueError("ann@x.example")
    except ValueError:
        plain.exc_info = sys.exc_info()

    line = JsonFormatter().format(plain)

    assert "ValueError" in json.loads(line)["exception"]
    assert "ann@" not in line
    assert "\n" not in line
