"""The far relay answers together what arrived together, and not too early."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from benchmarks.far_sink import Session

SECONDS = 0.05
LETTER = b"Subject: far away\r\n\r\nHello\r\n..\r\n.\r\n"


@pytest.fixture
async def relay() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Session(seconds=SECONDS, extensions=b"250 far.example\r\n"),
        "127.0.0.1",
        0,
    )
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"220 ")
    yield reader, writer
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def codes(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    return [(await reader.readline())[:3] for _one in range(count)]


async def test_what_arrives_together_is_answered_together_and_never_early(relay):
    reader, writer = relay
    began = time.monotonic()

    writer.write(b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n")
    answers = await reader.read(1000)

    assert time.monotonic() - began >= SECONDS
    assert [line[:3] for line in answers.splitlines()] == [b"250", b"250", b"354"]


async def test_a_letter_ends_at_its_dot_wherever_it_is_cut(relay):
    reader, writer = relay
    writer.write(b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n")
    await codes(reader, 3)

    for cut in range(len(LETTER) - 6, len(LETTER)):
        writer.write(LETTER[:cut])
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(LETTER[cut:] + b"MAIL FROM:<a@x.example>\r\nDATA\r\n")
        assert await codes(reader, 3) == [b"250", b"250", b"354"]


async def test_it_takes_leave(relay):
    reader, writer = relay

    writer.write(b"EHLO we.example\r\nQUIT\r\n")

    assert await codes(reader, 2) == [b"250", b"221"]
    assert await reader.read() == b""
