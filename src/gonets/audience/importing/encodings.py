"""In which encoding a file of text was written."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from gonets.audience.errors import ImportRefused

ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "cp866": "DOS (CP866)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
}
"""Codecs that can be chosen, and what people call them."""

RUSSIAN = ("cp1251", "koi8-r", "cp866")
FREQUENT = frozenset("оеаинтсрвл")
SAMPLE_BYTES = 64 * 1024
BLOCK_BYTES = 1024 * 1024
NOT_TEXT = _(
    "This is not a table of text. Save it as CSV or as an Excel workbook (XLSX) and"
    " choose it again."
)


def detect_encoding(path: Path) -> str:
    """Return the codec: certain for Unicode, else the likeliest; people can switch.

    :raises ImportRefused: if the file is not text at all.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (unmarked := _unmarked_utf16(sample)) is not None:
        return unmarked
    if _looks_binary(sample):
        raise ImportRefused(str(NOT_TEXT))
    return "utf-8-sig" if _is_utf8(path) else _likeliest(sample)


def _is_utf8(path: Path) -> bool:
    """Read all of it: the first Cyrillic name may come after a million Latin ones."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _unmarked_utf16(sample: bytes) -> str | None:
    """Latin letters, digits and commas have a zero in every second byte."""
    if len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even + odd < len(sample) / 5:
        return None
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else None


def _looks_binary(sample: bytes) -> bool:
    """A stray NUL is a damaged line; a tenth of control bytes is not a table."""
    if sample.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!")):
        return True
    control = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in sample)
    return control > len(sample) / 10


def _likeliest(sample: bytes) -> str:
    """Return the Russian encoding that gives the most of the frequent letters."""

    def frequent_letters(codec: str) -> int:
        return sum(letter in FREQUENT for letter in sample.decode(codec, "replace"))

    best = max(RUSSIAN, key=frequent_letters)
    return best if frequent_letters(best) else "cp1252"
