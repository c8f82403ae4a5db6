"""The engine pauses a run by itself, with the cause, and consumes nobody."""

from __future__ import annotations

from gonets.delivery.actions import pause_run
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.errors import RunStateWrong
from gonets.delivery.states import PauseCause
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Pauser:
    def __init__(self, *, books: Bookkeeper) -> None:
        self._books = books

    async def pause(self, run_id: int, cause: PauseCause, answer: str = "") -> None:
        logger.warning("The run is paused", run=run_id, cause=cause, answer=answer)
        try:
            await self._books.do(pause_run, run_id, cause=cause, answer=answer)
        except RunStateWrong as wrong:
            logger.info("Not paused", run=run_id, why=wrong)
