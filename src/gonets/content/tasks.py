"""What the worker does for the content: pictures, and fetching what is due."""

from __future__ import annotations

from gonets.content.carrying import sources_wait
from gonets.content.picture_fetching import (
    fetch_pictures,
    want_failed_pictures_again,
)

__all__ = ["fetch_wanted_pictures", "sources_wait", "want_failed_pictures_again"]


def fetch_wanted_pictures() -> int:
    """Fetch a few pictures that materials still want; return how many are left.

    Usually the page that fetched the source has done so already.
    """
    return fetch_pictures(at_most=8).waiting
