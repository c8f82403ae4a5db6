"""What is worth a line on the terminal."""

from __future__ import annotations

import logging


def is_not_a_health_probe(record: logging.LogRecord) -> bool:
    """Drop "not ready yet": whoever asks for it gets the answer."""
    return "/healthz" not in record.getMessage()
