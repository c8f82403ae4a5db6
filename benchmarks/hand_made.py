"""A worker whose letters are joined by hand: what is left when making them is free.

``python -m benchmarks.hand_made`` is ``gonets worker`` with these letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import django

django.setup()

from django.conf import settings  # noqa: E402

from gonets.delivery.ports import Binding, Envelope, Recipient, Withheld  # noqa: E402
from gonets.delivery.worker import run_worker  # noqa: E402
from gonets.server.chores import Chores  # noqa: E402

LETTER_BYTES = 14_900
DATE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_LINE = b"Lorem ipsum is not what our readers get, but it has the right length.\r\n"
_BODY = _LINE * ((LETTER_BYTES - 280) // len(_LINE))


class HandMadeLetter:
    """Fixed parts are joined with the few that are personal."""

    is_costly = False

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        name, link = binding.values["name"], binding.values["unsubscribe_address"]
        head = (
            f"From: News <news@harbour.example>\r\nTo: <{recipient.address}>\r\n"
            f"Subject: News\r\nMessage-ID: {binding.message_id}\r\n"
            f"List-Unsubscribe: <{link}>\r\n\r\n"
            f"Hello {name}! To leave: {link}\r\n"
        )
        return Envelope(
            sender="news@harbour.example",
            recipient=recipient.address,
            content=head.encode() + _BODY,
            is_wire_ready=True,  # no line of it begins with a dot, or is long
        )


class HandMadeLetters:
    """Knows nobody: every reader has the same name, and a link with their number."""

    def letter(self, letter_ref: str) -> HandMadeLetter:
        return HandMadeLetter()

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        return [_bound(run_id, letter_ref, one.delivery_id) for one in recipients]


def _bound(run_id: int, letter_ref: str, delivery_id: int) -> Binding:
    link = f"https://letters.town.example/u/{run_id}-{delivery_id:032}/"
    return Binding(
        letter_ref=letter_ref,
        message_id=f"<{run_id}.{delivery_id:040}@harbour.example>",
        date=DATE,
        values={"name": "Reader", "unsubscribe_address": link},
    )


if __name__ == "__main__":
    chores = Chores()
    chores.start()
    run_worker(HandMadeLetters(), data_dir=settings.DATA_DIR)
    chores.stop(within=5)
