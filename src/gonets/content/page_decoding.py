"""The characters of a web page out of its bytes, whatever its site says of them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Python knows more encodings than pages have; some of them take for ever.
_KNOWN = re.compile(
    r"utf-?8|utf-?16(?:-?[lb]e)?|(?:windows|cp)-?(?:125[0-8]|866|874|949)|x-cp1251"
    r"|ibm866|koi8-?[rut]|iso-?8859-?\d{1,2}|latin-?1|(?:x-)?mac-?cyrillic|tis-620"
    r"|gb2312|gbk|gb18030|big5|euc-?(?:jp|kr)|shift[_-]?jis|iso-2022-jp",
    re.IGNORECASE,
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_IN_PAGE = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE
)
_HIGH = re.compile(rb"[\x80-\xff]+")


def decoded(content: bytes, content_type: str = "") -> str:
    """Return the text of a page; what cannot be read is U+FFFD.

    What is valid UTF-8 is UTF-8, whatever is claimed: other texts hardly ever are.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in _claimed(content, content_type):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode(_guessed(content), "replace")


def _claimed(content: bytes, content_type: str) -> Iterator[str]:
    in_header = _IN_HEADER.search(content_type)
    in_page = _IN_PAGE.search(content[:4096])
    claims = [in_header[1]] if in_header else []
    claims += [in_page[1].decode("ascii", "replace")] if in_page else []
    known = [claim.lower() for claim in claims if _KNOWN.fullmatch(claim)]
    yield from (claim for claim in known if claim == "iso-2022-jp")  # valid UTF-8, too
    yield "utf-8"
    yield from known


def _guessed(content: bytes) -> str:
    """Return the likeliest one-byte encoding.

    In Cyrillic text letters beyond ASCII stand together; most of them are small ones,
    which KOI8-R has where Windows has the capitals.
    """
    runs = _HIGH.findall(content[:100_000])
    letters = b"".join(runs)
    if len(letters) < 3 * len(runs):
        return "windows-1252"
    upper_half = sum(byte >= 0xE0 for byte in letters)
    lower_half = sum(0xC0 <= byte < 0xE0 for byte in letters)
    return "koi8-r" if lower_half > upper_half else "windows-1251"
