"""An issue to rehearse, and somebody who carries rehearsals out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.rehearsal.reports import RehearsalState, newest_rehearsal
from tests.support.postbox import Postbox


@pytest.fixture(autouse=True)
def relay(settings: Any) -> Any:
    """The relay of the real sending; a rehearsal gives it no letter."""
    with Postbox() as relay:
        settings.GONETS_CATCHER_PORT = None
        settings.GONETS_RELAY_URL = f"smtp://127.0.0.1:{relay.port}"
        yield relay
        assert not relay.letters


Rehearse = Callable[[Issue], RehearsalState]


@pytest.fixture
def rehearse() -> Rehearse:
    """Return what rehearses an issue from beginning to end."""

    def rehearse(issue: Issue) -> RehearsalState:
        actions.start_rehearsal(issue.pk, user=None)
        carry_out_rehearsals()
        state = newest_rehearsal(issue.pk)
        assert state is not None
        return state

    return rehearse
