"""What is done now and then beside the sending, by the standalone product."""

from __future__ import annotations

import threading
from functools import partial

from gonets.audience.tasks import (
    discard_abandoned_uploads,
    forget_old_sign_ups,
    run_pending_imports,
)
from gonets.content.tasks import fetch_wanted_pictures, want_failed_pictures_again
from gonets.kernel import clock
from gonets.kernel.chores import Chore, do_chores
from gonets.publishing.tasks import (
    fold_old_runs,
    forget_old_looks,
    forget_old_rehearsals,
    freeze_pending_runs,
    look_around,
    send_notices,
    settle_ended_runs,
    start_due_issues,
    tend_standing_drafts,
)
from gonets.server.accounts.actions import forget_old_sessions
from gonets.server.fetching import FetchingChild
from gonets.server.rehearsing import RehearsalChild

HOUR = 3600.0
REST = 0.02


class Chores:
    """Threads of chores; those of one thread take turns."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._rehearsal = RehearsalChild()
        self._fetching = FetchingChild()
        self._threads = [
            threading.Thread(
                target=do_chores, args=(group, self._stopping), daemon=True
            )
            for group in self.groups()
        ]

    def groups(self) -> tuple[list[Chore], ...]:
        return (
            self._quick_ones(),
            self._long_ones(),
            self._curious_ones(),
            # A slow mail server holds nothing else up.
            [Chore(send_notices, 2, "writing to editors and readers")],
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, *, within: float) -> None:
        """Ask them to end; what takes longer is cut at its next commit by the exit."""
        self._stopping.set()
        deadline = clock.monotonic() + within
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(max(0.0, deadline - clock.monotonic()))
        for child in (self._rehearsal, self._fetching):
            child.stop(within=max(1.0, deadline - clock.monotonic()))

    def _quick_ones(self) -> list[Chore]:
        return [
            # Somebody has pressed Send and waits.
            Chore(freeze_pending_runs, 0.25, "freezing audiences"),
            Chore(self._rehearsal.look, 1, "looking for rehearsals"),
            Chore(self._fetching.look, 1, "looking for sources to fetch"),
            Chore(tend_standing_drafts, 5, "filling standing drafts"),
            Chore(start_due_issues, 5, "starting scheduled issues"),
            Chore(settle_ended_runs, 30, "settling ended runs"),
            Chore(forget_old_sessions, HOUR, "forgetting old sessions"),
        ]

    def _long_ones(self) -> list[Chore]:
        imports = partial(run_pending_imports, stopping=self._stopping.is_set)
        # A rest before each step lets others write in between.
        folding = partial(fold_old_runs, stopping=partial(self._stopping.wait, REST))
        return [
            Chore(imports, 1, "importing subscribers"),
            Chore(fetch_wanted_pictures, 60, "fetching pictures"),
            Chore(want_failed_pictures_again, HOUR, "asking for pictures again"),
            Chore(forget_old_rehearsals, 60, "forgetting old rehearsals"),
            Chore(discard_abandoned_uploads, HOUR, "discarding abandoned uploads"),
            Chore(forget_old_sign_ups, HOUR, "forgetting unanswered sign-ups"),
            Chore(folding, HOUR, "folding old sendings into totals"),
        ]

    def _curious_ones(self) -> list[Chore]:
        """An editor waits for what strangers' servers take their time to say."""
        looking = partial(look_around, stopping=self._stopping.is_set)
        return [
            Chore(looking, 1, "looking at links and domains"),
            Chore(forget_old_looks, HOUR, "forgetting old looks"),
        ]
