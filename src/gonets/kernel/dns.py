"""Questions to DNS, asked of the machine's own resolver."""

from __future__ import annotations

LONGEST_WAIT = 4.0
"""Seconds; a person waits for the answer."""


class NoDnsAnswer(Exception):
    """Nobody could say whether the record exists."""


def txt_records(name: str) -> list[bytes]:
    """Return the texts that ``name`` has, the strings of each one joined.

    :raises NoDnsAnswer: if DNS does not answer, or not with yes or no.
    """
    # A twentieth of every start, for what is asked now and then.
    from dns.exception import DNSException  # noqa: PLC0415
    from dns.resolver import NXDOMAIN, NoAnswer, resolve  # noqa: PLC0415

    try:
        answer = resolve(name, "TXT", lifetime=LONGEST_WAIT, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise NoDnsAnswer(str(error)) from error
    return [b"".join(record.strings) for record in answer]
