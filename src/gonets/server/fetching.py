"""The process that fetches sources: there only while some are due."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from gonets.content.carrying import carry_out_fetches
from gonets.content.tasks import sources_wait
from gonets.server.children import CLI, OccasionalChild, work_quietly

FETCH = (*CLI, "fetch", "--supervised")


class FetchingChild(OccasionalChild):
    def __init__(self, command: Sequence[str] = FETCH) -> None:
        super().__init__(command, waits=sources_wait)


def fetch_sources(*, is_supervised: bool) -> None:
    """Fetch what is due, then return; SIGTERM: hand back what is under way."""
    gc.freeze()  # What stays to the end is not looked through again for each feed.
    carry_out_fetches(work_quietly(is_supervised=is_supervised).wait)
