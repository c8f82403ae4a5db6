"""Log lines as events: what happened, and key=value what it was about.

Addresses are not written in clear: a keyed hash stands for each, the same for the same
address, unless ``GONETS_LOG_ADDRESSES`` says otherwise.  What servers and databases say
in their errors is searched too, because they like to quote addresses.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import structlog
from django.conf import settings

from gonets.kernel import tokens
from gonets.kernel.addresses import BadAddress, canonical_address

FACTS = "gonets_facts"
"""The attribute of a log record that holds the facts which its text tells."""

HASH_CHARACTERS = 10

_CREDENTIALS = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)[^\s/@]*@", re.IGNORECASE)
_ATOM = r"""[^\s<>"'(),;:\[\]=@]"""
# O'Brien has an apostrophe in the middle; those around a value are not part of it.
# Looked for only where a word begins: else a long line would take minutes.
_ADDRESS = re.compile(
    rf"""(?:"[^"\n]*"|(?<!{_ATOM})(?<!{_ATOM}'){_ATOM}+(?:'{_ATOM}+)*'?)"""
    rf"""@(?:\[[^\]\s]*\]|{_ATOM}+)"""
)
_PLAIN = re.compile(r"""[^\s"'=]+""")


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger that takes facts by name: ``log.info("Paused", run=1)``.

    It writes through the logger of the standard library with this name, so that a host
    site decides what becomes of the lines.
    """
    logger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            _without_secrets,
            _to_standard_library,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return cast(structlog.stdlib.BoundLogger, logger)


def without_secrets(text: str) -> str:
    """Return the text without passwords in URLs, and with hashes for addresses."""
    if "@" not in text:
        return text
    text = _CREDENTIALS.sub(r"\g<scheme>", text)
    if getattr(settings, "GONETS_LOG_ADDRESSES", False):
        return text
    return _ADDRESS.sub(_hashed, text)


def line_of(event: str, facts: Mapping[str, Any]) -> str:
    """Return an event and its facts as one line, and what was raised below it."""
    raised = facts.get("exception")
    named = {k: v for k, v in facts.items() if k != "exception" and v is not None}
    line = " ".join([event, *(f"{k}={_plain(v)}" for k, v in named.items())])
    return f"{line}\n{raised}" if raised else line


def _plain(value: Any) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _hashed(found: re.Match[str]) -> str:
    text = found[0].rstrip(".")
    try:
        key = canonical_address(text)
    except BadAddress:
        key = text.casefold()
    mac = tokens.fingerprint("log", key)[0][:HASH_CHARACTERS]
    return f"address:{mac}{found[0][len(text) :]}"


def _without_secrets(
    _logger: Any, _method: str, facts: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in facts.items():
        if not isinstance(value, int | float | None):
            facts[name] = without_secrets(str(value))
    return facts


def _to_standard_library(
    _logger: Any, _method: str, facts: MutableMapping[str, Any]
) -> tuple[tuple[str, str], dict[str, Any]]:
    event = str(facts.pop("event"))
    kept = {"event": event, **facts}
    # What was raised is in the line already; ``exception`` would add it once more.
    named = {"extra": {FACTS: kept}, "exc_info": False}
    return ("%s", line_of(event, facts)), named
