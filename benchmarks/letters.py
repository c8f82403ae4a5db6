"""A personalised letter of 15 KB, made as quickly as a compiled letter can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gonets.delivery.ports import Binding, Envelope, Recipient, Withheld

LETTER_BYTES = 15_000
DATE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_LINE = b"Lorem ipsum is not what our readers get, but it has the right length.\r\n"
_BODY = _LINE * (LETTER_BYTES // len(_LINE))


class BenchmarkLetter:
    """Fixed parts are joined with the few that are personal."""

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        token = binding.values["token"]
        head = (
            f"From: News <news@sender.example>\r\nTo: <{recipient.address}>\r\n"
            f"Subject: News\r\nMessage-ID: {binding.message_id}\r\n"
            f"List-Unsubscribe: <https://sender.example/u/{token}>\r\n\r\n"
            f"Hello {binding.values['name']}!\r\n"
        )
        return Envelope(
            sender="news@sender.example",
            recipient=recipient.address,
            content=head.encode() + _BODY,
            is_wire_ready=True,  # no line of it begins with a dot, or is long
        )


class BenchmarkLetters:
    def letter(self, letter_ref: str) -> BenchmarkLetter:
        return BenchmarkLetter()

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        return [
            Binding(
                letter_ref=letter_ref,
                message_id=f"<{run_id}.{one.delivery_id}@sender.example>",
                date=DATE,
                values={"name": "Reader", "token": f"{run_id}-{one.delivery_id}"},
            )
            for one in recipients
        ]
