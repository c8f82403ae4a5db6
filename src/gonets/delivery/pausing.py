"""The engine pauses a run by itself, with the cause, and consumes nobody."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from gonets.delivery.actions import pause_run
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.circle import Circle
from gonets.delivery.errors import RunStateWrong
from gonets.delivery.states import PauseCause
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Pauser:
    def __init__(self, *, books: Bookkeeper) -> None:
        self._books = books

    def halt(
        self, run_id: int, circle: Circle, cause: PauseCause, answer: str = ""
    ) -> Coroutine[Any, Any, None]:
        """Let no relay take the run up any more; the errand returned pauses it."""
        circle.is_halted = True
        return self._halt(run_id, circle, cause, answer)

    async def _halt(
        self, run_id: int, circle: Circle, cause: PauseCause, answer: str
    ) -> None:
        try:
            await self.pause(run_id, cause, answer)
        finally:
            circle.is_over = True

    async def pause(self, run_id: int, cause: PauseCause, answer: str = "") -> None:
        logger.warning("The run is paused", run=run_id, cause=cause, answer=answer)
        try:
            await self._books.do(pause_run, run_id, cause=cause, answer=answer)
        except RunStateWrong as wrong:
            logger.info("Not paused", run=run_id, why=wrong)
