"""The process that carries rehearsals out: there only while one waits."""

from __future__ import annotations

from collections.abc import Sequence

from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.tasks import rehearsals_wait
from gonets.server.children import CLI, OccasionalChild, work_quietly

REHEARSE = (*CLI, "rehearse", "--supervised")


class RehearsalChild(OccasionalChild):
    def __init__(self, command: Sequence[str] = REHEARSE) -> None:
        super().__init__(command, waits=rehearsals_wait)


def rehearse(*, is_supervised: bool) -> None:
    """Carry out what waits, then return; SIGTERM: hand it back after this portion."""
    carry_out_rehearsals(work_quietly(is_supervised=is_supervised).is_set)
