"""Why there can be no demo.

CannotStart
    SiteNotEmpty — somebody works here already
"""

from __future__ import annotations

from gonets.server.errors import CannotStart


class SiteNotEmpty(CannotStart):
    """The demo would mix with what is here."""
