"""Whatever happens to a feed, we read in it what feedparser, the reference, reads."""

from __future__ import annotations

import random
import re
from calendar import timegm
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest

from gonets.content.columns import columns_of
from gonets.content.connectors.feed import read_feed
from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.entries import ZERO_DAYS
from gonets.content.markup import looks_like_html
from gonets.content.states import FetchFailure
from gonets.kernel.html import line_of, text_of

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "feeds").glob("*.xml"))
HERE = "https://feed.example/rss.xml"
REFUSED_ON_PURPOSE = {
    *(FetchFailure.DANGEROUS, FetchFailure.TOO_LARGE, FetchFailure.WEB_PAGE),
    *(FetchFailure.EMPTY, FetchFailure.TRUNCATED),
}
SCRIPT = re.compile(
    r"<\s*(?:script|iframe|object|embed|form|style|svg|meta|link)\b"
    r"|<[^<>]*\bon\w+\s*="
    r"|<[^<>]*(?:href|src)\s*=\s*[\"']?\s*(?:javascript|data|vbscript):",
    re.IGNORECASE,
)


def reference(content: bytes) -> list[tuple[str, str, datetime | None]]:
    """Return titles, links and dates as feedparser has them, entries with one alone."""
    parsed = feedparser.parse(
        BytesIO(content), response_headers={"content-location": HERE}
    )
    said = []
    for entry in map(dict, parsed.entries):
        title = str(entry.get("title", ""))
        title = line_of(text_of(title) if looks_like_html(title) else title)
        if title:
            said.append((squeezed(title), str(entry.get("link", "")), moment_of(entry)))
    return said


def moment_of(entry: dict[str, Any]) -> datetime | None:
    for name in ("published_parsed", "created_parsed", "updated_parsed"):
        moment = entry.get(name)
        if moment and moment[0] >= 1902 and tuple(moment[:3]) not in ZERO_DAYS:
            try:
                return datetime.fromtimestamp(timegm(moment), UTC)
            except (ValueError, OverflowError):
                continue
    return None


def squeezed(title: str) -> str:
    """Return the letters of a title: markup and blanks are told apart differently."""
    return re.sub(r"\W+", "", title)[:300]


def ours(content: bytes) -> list[tuple[str, str, datetime | None]]:
    return [
        (squeezed(draft.title), draft.address, draft.published_at)
        for draft in read_feed(content, address=HERE).materials
    ]


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return what servers, editors and lines make of a feed."""
    damage = rng.choice(
        [lose_a_tag, lose_a_piece, flip_bytes, double_a_piece, other_charset, cut]
    )
    return damage(content, rng)


def lose_a_tag(content: bytes, rng: random.Random) -> bytes:
    tags = list(re.finditer(rb"</?[a-zA-Z:]+[^<>]*>", content))
    if not tags:
        return content
    tag = rng.choice(tags)
    return content[: tag.start()] + content[tag.end() :]


def lose_a_piece(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.randrange(1, 30) :]


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randrange(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def double_a_piece(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    piece = content[start : start + rng.randrange(1, 200)]
    return content[:start] + piece + content[start:]


def other_charset(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(["latin-1", "utf-16"]), "replace")


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) // 2, len(content))]


def agree(content: bytes) -> bool:
    """True if we read what the reference reads, or refuse it with good reason."""
    try:
        expected = reference(content)
    except (ValueError, LookupError):  # It gives up itself.
        expected = []
    try:
        found = ours(content)
    except SourceUnreadable as error:
        return error.failure in REFUSED_ON_PURPOSE or not expected
    # Entries that came twice count once, and of a cut feed the last may be missing.
    there = {title for title, _link, _date in found}
    missing = [one for one in expected[:-1] if one[0] not in there]
    by_title = {one[0]: one for one in found}
    wrong = [
        one
        for one in expected
        if one[0] in by_title
        and not same(one, by_title[one[0]])
        and [other[0] for other in expected].count(one[0]) == 1
    ]
    return not wrong and len(missing) <= len(expected) - len(set(expected))


def same(expected: tuple[Any, ...], found: tuple[Any, ...]) -> bool:
    is_web = expected[1].startswith(("http://", "https://")) and "\n" not in expected[1]
    return found[2] == expected[2] and (not is_web or found[1] == expected[1].strip())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_read_as_the_reference_reads_them(sample):
    content = sample.read_bytes()
    if sample.stem in BETTER_THAN_THE_REFERENCE:
        assert ours(content)
        return

    assert agree(content)


BETTER_THAN_THE_REFERENCE = {
    "wrong_charset",  # Windows-1251 that says UTF-8
    "duplicate_guids",  # count once
    "entities",  # its own entities
    "hostile",  # a link with markup in it
}


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(2))
def test_damaged_feeds_are_read_as_the_reference_reads_them(seed):
    rng = random.Random(seed)
    contents = [
        sample.read_bytes()
        for sample in SAMPLES
        if sample.stem not in BETTER_THAN_THE_REFERENCE
    ]
    damaged = [mutated(rng.choice(contents), rng) for _ in range(500)]

    differing = [content for content in damaged if not agree(content)]

    assert len(differing) <= 0.01 * len(damaged), differing[:2]


@pytest.mark.parametrize("seed", range(3))
def test_no_damage_lets_a_script_through(seed):
    rng = random.Random(seed)
    contents = [sample.read_bytes() for sample in SAMPLES]
    for _ in range(150):
        content = mutated(mutated(rng.choice(contents), rng), rng)
        try:
            reading = read_feed(content, address=HERE)
        except SourceUnreadable:
            continue
        for draft in reading.materials:
            stored = columns_of(draft)
            assert not SCRIPT.search(stored["body"])
            assert not stored["address"] or stored["address"].startswith("http")
            assert stored["title"]
