"""What a source says, made harmless; whoever reads a source need not think of it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from gonets.kernel.html import storable

LONGEST_ADDRESS = 2000
TITLE_CHARACTERS = 500
TITLE_FROM_TEXT_CHARACTERS = 90
TEASER_CHARACTERS = 400

_NO_TAGS = str.maketrans({one: quote(one) for one in '<>"'})
_UNFIT_FOR_ADDRESS = re.compile(r"""[\s<>"'`{}|\\^\x00-\x1f\x7f-\x9f\ud800-\udfff]""")


def web_address(address: str) -> str:
    """Return an address of the web nearly as it was given, and nothing of any other."""
    address = address.translate(_NO_TAGS)
    scheme, colon, rest = "".join(address.splitlines()).strip().partition("://")
    is_web = scheme.lower() in {"http", "https"} and len(address) <= LONGEST_ADDRESS
    return f"{scheme.lower()}{colon}{rest}" if is_web and rest else ""


def clean_address(address: str) -> str:
    """Return a web address as it may stand anywhere: no quotes, brackets, blanks."""
    found = web_address(_UNFIT_FOR_ADDRESS.sub(_escaped, web_address(address)))
    try:
        return found if urlsplit(found).netloc else ""
    except ValueError:  # "https://[" looks like an address and is none.
        return ""


def _escaped(unfit: re.Match[str]) -> str:
    return quote(storable(unfit[0]), safe="")
