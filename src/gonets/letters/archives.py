"""A letter that comes as an archive: a page with its pictures in folders."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from gonets.letters.companions import Companions

SIGNATURE = b"PK\x03\x04"
MOST_FILES = 1_000
MOST_UNPACKED = 40_000_000
"""Bytes: an archive may claim to hold anything, so what it yields is counted."""

PAGES = {".html", ".htm"}
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".avif"}
SHEETS = {".css"}
# A locked one is a RuntimeError, an unknown compression a kind of it.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError),
    *(RuntimeError, ValueError),
)
ROOT = "http://archive.invalid/"


class BadArchive(Exception):
    """It is damaged, locked or too large."""


def unpacked_page(content: bytes) -> tuple[bytes, Companions] | None:
    """Return the page of an archive and what lies beside it; None without a page.

    :raises BadArchive: if it cannot be read, or not at a reasonable cost.
    """
    files = dict(_files(content))
    page = min((name for name in files if _kind(name) in PAGES), key=_rank, default="")
    if not page:
        return None
    pictures = {ROOT + n: each for n, each in files.items() if _kind(n) in PICTURES}
    sheets = {
        ROOT + name: each.decode("utf-8", "replace")
        for name, each in files.items()
        if _kind(name) in SHEETS
    }
    return files[page], Companions(base=ROOT + page, pictures=pictures, sheets=sheets)


def _files(content: bytes) -> Iterator[tuple[str, bytes]]:
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > MOST_FILES:
                raise BadArchive
            for info in archive.infolist():
                if info.is_dir() or _kind(info.filename) not in _WANTED:
                    continue
                with archive.open(info) as file:
                    unpacked = file.read(left + 1)
                left -= len(unpacked)
                if left < 0:
                    raise BadArchive
                yield _tidy(info.filename), unpacked
    except UNREADABLE as error:
        raise BadArchive from error


def _tidy(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")))


def _kind(name: str) -> str:
    """Return the ending; "" for what macOS puts beside each file."""
    path = PurePosixPath(name.replace("\\", "/"))
    if "__MACOSX" in path.parts or path.name.startswith("."):
        return ""
    return path.suffix.lower()


def _rank(name: str) -> tuple[int, bool, str]:
    """Nearest to the top first, an index before others."""
    path = PurePosixPath(name)
    return len(path.parts), path.stem.lower() != "index", name


_WANTED = PAGES | PICTURES | SHEETS
