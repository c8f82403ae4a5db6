"""Tables leave in portions, under either kind of server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import cast

from django.test import AsyncRequestFactory, RequestFactory

from gonets.web.tables import LINES_AT_A_TIME, as_csv


class Lines:
    """Counts how many lines somebody has taken."""

    def __init__(self, many: int) -> None:
        self.many = many
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for _number in range(self.many):
            self.taken += 1
            yield b"line\r\n"


def test_nothing_is_gathered_before_it_is_sent():
    lines = Lines(10 * LINES_AT_A_TIME)

    answer = as_csv(RequestFactory().get("/"), lines, name="people.csv")
    next(iter(answer))

    assert lines.taken == LINES_AT_A_TIME
    assert "people.csv" in answer["Content-Disposition"]


async def test_nor_under_asgi():
    lines = Lines(3 * LINES_AT_A_TIME + 1)

    answer = as_csv(AsyncRequestFactory().get("/"), lines, name="people.csv")
    portions = cast(AsyncIterator[bytes], aiter(answer))
    first = await anext(portions)

    assert lines.taken == LINES_AT_A_TIME
    assert len(first) == 6 * LINES_AT_A_TIME
    assert [len(rest) async for rest in portions][-1] == 6
