"""What is worth a line on the terminal, and how it is written there."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from gonets.kernel.logs import FACTS, without_secrets


def is_not_a_health_probe(record: logging.LogRecord) -> bool:
    """Drop "not ready yet": whoever asks for it gets the answer."""
    return "/healthz" not in record.getMessage()


class LineFormatter(logging.Formatter):
    """For people: lines of other packages lose addresses and passwords too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, FACTS, None) or {"event": record.getMessage()}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            **facts,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        told = {name: _told(value) for name, value in line.items()}
        return json.dumps(told, ensure_ascii=False)


def _told(value: object) -> object:
    is_plain = value is None or isinstance(value, int | float)
    return value if is_plain else without_secrets(str(value))
