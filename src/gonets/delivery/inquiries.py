"""Asking the logs of relays what became of uncertain letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gonets.delivery import relay_logs
from gonets.delivery.models import Delivery
from gonets.delivery.relay_logs.base import (
    MOST_QUESTIONS,
    LogAnswer,
    LogFinding,
    LogQuestion,
    LogUnreadable,
    OpenLog,
    RelayLog,
)
from gonets.kernel.plugins import find_plugins

NOT_FROM_HERE = gettext_noop("No letter was offered from here.")
_MORE_THAN_ANY = 2**31


def log_kinds() -> Mapping[str, OpenLog]:
    """Return the kinds of logs that can be read, by the name they are configured by."""
    return find_plugins(relay_logs, attribute="open_log", group="gonets.relay_logs")


def open_relay_log(configuration: str) -> RelayLog | None:
    """Return the log of "kind:place"; None if nothing is configured.

    :raises LogUnreadable: if there is no such kind.
    """
    if not configuration:
        return None
    kind, _colon, place = configuration.partition(":")
    kinds = log_kinds()
    if kind not in kinds or not place:
        raise LogUnreadable(
            _(
                "“%(written)s” names no log: write %(kinds)s, a colon and the path of"
                " the file."
            )
            % {"written": configuration[:100], "kinds": " / ".join(kinds)}
        )
    return kinds[kind](place)


def ask_relay_log(
    log: RelayLog, deliveries: Sequence[Delivery]
) -> dict[int, LogAnswer]:
    """Return what the log says of each letter.

    :raises LogUnreadable: if it cannot be read.
    """
    answers = {one.pk: _not_from_here() for one in deliveries if not one.message_id}
    asked = iter([one for one in deliveries if one.message_id])
    while some := list(islice(asked, MOST_QUESTIONS)):
        found = log.ask([_question(one) for one in some])
        answers |= {one.pk: answer for one, answer in zip(some, found, strict=True)}
    return answers


def _question(delivery: Delivery) -> LogQuestion:
    # What another copy of the database did is not among our attempts.
    is_from_copy = not delivery.stage
    return LogQuestion(
        message_id=delivery.message_id,
        since=delivery.first_attempt_at or delivery.run.created_at,
        attempts=_MORE_THAN_ANY if is_from_copy else delivery.attempts,
    )


def _not_from_here() -> LogAnswer:
    return LogAnswer(finding=LogFinding.UNKNOWN, evidence=NOT_FROM_HERE)
