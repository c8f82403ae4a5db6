"""Why a material is in an issue or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gonets.content.models import Material
from gonets.content.states import Visibility
from gonets.newsletters.reasons import Circumstances, reason_for
from gonets.newsletters.states import Reason

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PRIVATE = {"visibility": Visibility.PRIVATE}
HIDDEN = {"is_published": False}
SENT_YESTERDAY = {"used_at": NOW - DAY}


def material(**fields):
    moments = {"published_at": NOW - 3 * DAY, "changed_at": NOW - 3 * DAY}
    return Material(**{**moments, **fields})


@pytest.mark.parametrize(
    ("fields", "known", "reason"),
    [
        ({}, {"is_by_rule": True}, Reason.NEW),
        ({}, {}, Reason.OUTSIDE),
        ({}, {"is_held": True}, Reason.HELD),
        ({}, SENT_YESTERDAY, Reason.SENT),
        ({"changed_at": NOW}, SENT_YESTERDAY, Reason.SENT),
        ({}, {"is_changed": True, **SENT_YESTERDAY}, Reason.CHANGED),
        ({}, {"is_over_limit": True, "is_by_rule": True}, Reason.OVER_LIMIT),
        ({}, {"is_over_limit": True}, Reason.OUTSIDE),
        ({}, {"is_over_limit": True, **SENT_YESTERDAY}, Reason.SENT),
        ({"changed_at": NOW}, {"is_by_rule": True}, Reason.NEW),
        ({}, {"is_held": True, **SENT_YESTERDAY}, Reason.HELD),
        (HIDDEN, {"is_by_rule": True}, Reason.UNPUBLISHED),
        (PRIVATE, {"is_by_rule": True}, Reason.PRIVATE),
        ({**PRIVATE, **HIDDEN}, {}, Reason.UNPUBLISHED),
        ({"published_at": NOW + DAY}, {"is_by_rule": True}, Reason.UPCOMING),
        ({"expires_at": NOW}, {"is_by_rule": True}, Reason.EXPIRED),
        ({"expires_at": NOW - DAY}, SENT_YESTERDAY, Reason.EXPIRED),
        ({"expires_at": NOW + DAY}, {"is_by_rule": True}, Reason.NEW),
    ],
)
def test_the_reason_is_what_matters_most(fields, known, reason):
    circumstances = Circumstances(now=NOW, **known)

    assert reason_for(material(**fields), circumstances) == reason
