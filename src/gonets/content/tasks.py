"""What the worker does for the content in quiet moments."""

from __future__ import annotations

from gonets.content.picture_fetching import fetch_pictures


def fetch_wanted_pictures() -> int:
    """Fetch a few pictures that materials still want; return how many are left.

    Usually the page that fetched the source has done so already.
    """
    return fetch_pictures(at_most=8).waiting
