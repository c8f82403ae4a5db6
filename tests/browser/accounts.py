"""The account of a run as an editor downloads it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from tests.browser.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    all: list[str]
    accepted: list[str]
    refused: list[str]
    uncertain: list[str]
    withheld: list[str]


def account_of(desk: Desk, issue_id: int) -> Account:
    """Return the addresses of the issue's newest run by what became of them."""
    return Account(
        all=_addresses(desk, issue_id, state=""),
        accepted=_addresses(desk, issue_id, state="accepted"),
        refused=_addresses(desk, issue_id, state="refused"),
        uncertain=_addresses(desk, issue_id, state="uncertain"),
        withheld=_addresses(desk, issue_id, state="withheld"),
    )


def _addresses(desk: Desk, issue_id: int, *, state: str) -> list[str]:
    answer = desk.page.request.get(f"/issues/{issue_id}/account.csv?state={state}")
    assert answer.ok
    text = answer.body().decode("utf-8-sig")
    delimiter = ";" if desk.language == "ru" else ","
    return [
        row[0] for row in list(csv.reader(io.StringIO(text), delimiter=delimiter))[1:]
    ]
