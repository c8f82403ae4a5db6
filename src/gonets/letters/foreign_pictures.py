"""Pictures that a letter's page would load from other sites."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>", re.IGNORECASE)
_SHEET = re.compile(r"<style\b[^>]*>(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r"@font-face\s*\{[^}]*\}?", re.IGNORECASE)
_ADDRESS = r"(?P<address>(?:https?:)?//[^\s\"'<>)&,](?:(?!&quot;|&#39;)[^\s\"'<>),])*)"
_IN_TAG = re.compile(
    rf"[\s\"'](?:src|srcset|background|poster)\s*=\s*[\"']?\s*{_ADDRESS}", re.IGNORECASE
)
_IN_STYLE = re.compile(rf"url\(\s*(?:&quot;|&#39;|[\"'])?\s*{_ADDRESS}", re.IGNORECASE)


def foreign_pictures(page: str, *, own: str = "") -> list[str]:
    """Return their addresses as they are written, each once.

    ``own`` is what addresses of ours begin with.  What stands in comments for Outlook
    is not among them: no browser loads it.
    """
    visible = _COMMENT.sub("", page)
    found = dict.fromkeys(_addresses(visible))
    return [each for each in found if not own or not each.startswith(own)]


def _addresses(page: str) -> Iterator[str]:
    for tag in _TAG.finditer(page):
        for pattern in (_IN_TAG, _IN_STYLE):
            yield from (match["address"] for match in pattern.finditer(tag[0]))
    for sheet in _SHEET.finditer(page):
        # A font is no picture, and is not loaded in any case.
        rules = _FONT.sub("", sheet[1])
        yield from (match["address"] for match in _IN_STYLE.finditer(rules))
