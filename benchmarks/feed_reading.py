"""Reads a thousand feeds in a process of its own and says what that took, as JSON."""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

WORDS = """
the town council has opened a new bridge over river after two years building and
everybody who lives on the other side can walk to library in ten minutes город открыл
новый мост через реку после двух лет работы и теперь жители другого берега идут пешком
в библиотеку театр школу парк
"""
ENTRIES = 50
_WORDS = WORDS.split()


def feed(number: int) -> bytes:
    """Return a feed as sites have them: summaries, whole texts, categories."""
    rng = random.Random(number)
    entries = "".join(_entry(rng, number, place) for place in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Feed {number}</title><link>https://site{number}.example/</link>"
        f"<description>News</description>{entries}</channel></rss>"
    ).encode()


def _entry(rng: random.Random, number: int, place: int) -> str:
    def words(count: int) -> str:
        return " ".join(rng.choices(_WORDS, k=count))

    link = f"https://site{number}.example/{place}"
    paragraphs = "".join(
        f"<p>{words(45)} <a href='{link}#more'><b>{words(3)}</b></a> {words(10)}.</p>"
        for _ in range(3)
    )
    picture = f"<p><img src='{link}.jpg' alt='{words(4)}' width='600'></p>"
    return (
        f"<item><title>{words(7)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 {place % 24:02}:30:00 +0300</pubDate>"
        f"<dc:creator>{words(2)}</dc:creator><category>{words(1)}</category>"
        f"<description>{words(30)}.</description>"
        f"<content:encoded><![CDATA[{paragraphs}{picture}]]></content:encoded></item>"
    )


def main() -> None:
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    _start_django(folder)
    print(json.dumps(_measured(count)))


def _start_django(folder: Path) -> None:
    for name in ("data", "fence"):
        (folder / name).mkdir()
    os.environ |= {
        "GONETS_DATA": str(folder / "data"),
        "GONETS_FENCE": str(folder / "fence"),
        "GONETS_ENV_FILE": os.devnull,
        "GONETS_SECRET_KEY": "only-for-benchmarks-" * 3,
        "DJANGO_SETTINGS_MODULE": "gonets.server.settings",
    }
    import django  # noqa: PLC0415  # The environment comes first.
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    gc.freeze()  # As the fetching process does; it helps the reference as well.


def _measured(count: int) -> dict[str, Any]:
    import feedparser  # noqa: PLC0415

    from gonets.content.models import Material, Source  # noqa: PLC0415

    def reference(number: int) -> None:
        feedparser.parse(BytesIO(feed(number)))

    making = _cpu(count, feed)
    plain = _cpu(count, reference) - making
    ids = _sources(Source, count)
    with _answers() as answers:
        first = _cpu(count // 5, lambda n: _fetch(ids[n]))
        warm = _memory()
        rest = _cpu(range(count // 5, count), lambda n: _fetch(ids[n]))
        grown = _memory() - warm
        same_bytes = _cpu(count, lambda n: _fetch(ids[n])) - making
        answers["not_modified"] = True
        not_modified = _cpu(count, lambda n: _fetch(ids[n]))
    stored = Material.objects.count()
    if stored != count * ENTRIES:
        raise RuntimeError(f"{stored} materials are stored, not {count * ENTRIES}.")
    return {
        "feedparser": plain,
        "all new": first + rest - making,
        "same bytes": same_bytes,
        "not modified": not_modified,
        "grown": max(grown, 0),
    }


def _sources(sources: Any, count: int) -> list[int]:
    from gonets.kernel import clock  # noqa: PLC0415

    rows = [
        sources(
            kind="feed",
            name=f"Feed {number}",
            address=f"https://site{number}.example/feed",
            created_at=clock.now(),
            next_fetch_at=clock.now(),
        )
        for number in range(count)
    ]
    sources.objects.bulk_create(rows)
    return list(
        sources.objects.filter(kind="feed").order_by("pk").values_list("pk", flat=True)
    )


@contextmanager
def _answers() -> Iterator[dict[str, bool]]:
    """Let the web answer from memory: what the network costs is nobody's here."""
    from gonets.kernel import http  # noqa: PLC0415

    says = {"not_modified": False}

    def fetch(address: str, **_how: Any) -> http.Answer:
        number = int(address.partition("//site")[2].partition(".")[0])
        is_same = says["not_modified"]
        return http.Answer(
            address=address,
            lasting_address=address,
            status=304 if is_same else 200,
            headers={"content-type": "application/rss+xml", "etag": f'"{number}"'},
            content=b"" if is_same else feed(number),
        )

    real, http.fetch = http.fetch, fetch
    try:
        yield says
    finally:
        http.fetch = real


def _fetch(source_id: int) -> None:
    from gonets.content.fetching import fetch_source  # noqa: PLC0415

    report = fetch_source(source_id)
    if report.failure:
        raise RuntimeError(report.detail)


def _cpu(numbers: int | Iterable[int], do: Callable[[int], object]) -> float:
    began = time.process_time()
    for number in range(numbers) if isinstance(numbers, int) else numbers:
        do(number)
    return time.process_time() - began


def _memory() -> int:
    """Return what the process holds now: its peak is the reference's as well."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
