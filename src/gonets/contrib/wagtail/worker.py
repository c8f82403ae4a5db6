"""The worker of a Wagtail site: it sends, and does the desk's chores beside it."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections

from gonets.audience.tasks import (
    discard_abandoned_uploads,
    forget_old_sign_ups,
    run_pending_imports,
)
from gonets.content.carrying import carry_out_fetches
from gonets.content.tasks import (
    fetch_wanted_pictures,
    sources_wait,
    want_failed_pictures_again,
)
from gonets.delivery.worker import run_worker
from gonets.kernel.chores import Chore, do_chores
from gonets.publishing.actions import keep_environment_relay
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.tasks import (
    fold_old_runs,
    forget_old_looks,
    forget_old_rehearsals,
    freeze_pending_runs,
    look_around,
    rehearsals_wait,
    send_notices,
    settle_ended_runs,
    start_due_issues,
    tend_standing_drafts,
)

HOUR = 3600.0
REST = 0.02
END_WITHIN = 5.0


def work() -> None:
    """Send, and do the chores, until SIGTERM.

    :raises gonets.delivery.errors.LedgerUnsafe: if the database does not keep what it
        has confirmed.
    """
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    keep_environment_relay()
    connections.close_all()  # This thread asks nothing more.
    stopping = threading.Event()
    threads = [
        threading.Thread(target=do_chores, args=(chores, stopping), daemon=True)
        for chores in chores_of_worker(stopping)
    ]

    def begin() -> None:
        for thread in threads:
            thread.start()

    try:
        run_worker(PublishedLetters(), data_dir=data, when_begun=begin)
    finally:
        stopping.set()
        for thread in filter(threading.Thread.is_alive, threads):
            thread.join(END_WITHIN)


def chores_of_worker(stopping: threading.Event) -> tuple[list[Chore], ...]:
    """Return the chores of each thread; where somebody waits, nobody else may."""
    is_stopping = stopping.is_set
    imports = partial(run_pending_imports, stopping=is_stopping)
    folding = partial(fold_old_runs, stopping=partial(stopping.wait, REST))
    looking = partial(look_around, stopping=is_stopping)

    def fetch() -> None:
        if sources_wait():
            carry_out_fetches(stopping.wait)

    def rehearse() -> None:
        if rehearsals_wait():
            carry_out_rehearsals(is_stopping)

    return (
        [
            Chore(freeze_pending_runs, 0.25, "freezing audiences"),
            Chore(tend_standing_drafts, 5, "filling standing drafts"),
            Chore(start_due_issues, 5, "starting scheduled issues"),
            Chore(settle_ended_runs, 30, "settling ended runs"),
        ],
        [
            Chore(imports, 1, "importing subscribers"),
            Chore(fetch_wanted_pictures, 5, "fetching pictures"),
            Chore(want_failed_pictures_again, HOUR, "asking for pictures again"),
            Chore(forget_old_rehearsals, 60, "forgetting old rehearsals"),
            Chore(discard_abandoned_uploads, HOUR, "discarding abandoned uploads"),
            Chore(forget_old_sign_ups, HOUR, "forgetting unanswered sign-ups"),
            Chore(folding, HOUR, "folding old sendings into totals"),
        ],
        [
            Chore(looking, 1, "looking at links and domains"),
            Chore(forget_old_looks, HOUR, "forgetting old looks"),
        ],
        [Chore(send_notices, 2, "writing to editors and readers")],
        [Chore(fetch, 1, "fetching sources")],
        [Chore(rehearse, 1, "rehearsing")],
    )
