"""Things the engine does beside the letters, each a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from gonets.delivery.errors import LedgerUnavailable
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Errands:
    """Keeps tasks alive until they are done, and writes down how they failed."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        await asyncio.gather(*self._running, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LedgerUnavailable):
            logger.error("The database is not available", why=error)
        elif error is not None:
            logger.error("An errand of the engine failed", exc_info=error)
