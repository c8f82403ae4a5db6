"""How a source is, and what its fetches brought, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.content.models import Fetch, Source
from gonets.content.states import FetchFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``tone`` is that of a status; while it ``is_busy`` the page looks again."""

    tone: str
    words: str
    is_busy: bool = False


def standing_of(source: Source, under_way: Fetch | None) -> Standing:
    if under_way is not None:
        return Standing(tone="busy", words=_progress(under_way), is_busy=True)
    if source.wanted_at is not None:
        return Standing(tone="busy", words=_("Waiting for its turn…"), is_busy=True)
    if source.failure == FetchFailure.GONE:
        return Standing(tone="bad", words=_("Closed by the site"))
    if source.failure and source.told_at:
        return Standing(tone="bad", words=_("Does not work"))
    if source.is_paused:
        return Standing(tone="note", words=_("Paused"))
    if source.failure:
        return Standing(tone="warn", words=_("The last fetch did not work"))
    if source.succeeded_at is None:
        return Standing(tone="note", words=_("Not fetched yet"))
    return Standing(tone="good", words=_("Works"))


def brought(fetch: Fetch) -> str:
    """Say in one line what a fetch brought; empty for one that failed or is cut."""
    if fetch.failure or fetch.ended_at is None:
        return ""
    parts = _counts(fetch)
    return ", ".join(parts) + "." if parts else _("Nothing new.")


def left_out(fetch: Fetch) -> str:
    """Say what did not come in, and why."""
    parts = []
    if fetch.skipped:
        words = ngettext(
            "%d without a title and text, or twice",
            "%d without a title and text, or twice",
            fetch.skipped,
        )
        parts.append(words % fetch.skipped)
    if fetch.private:
        words = ngettext(
            "%d that visitors of the site cannot see",
            "%d that visitors of the site cannot see",
            fetch.private,
        )
        parts.append(words % fetch.private)
    return _("Left out: %s.") % ", ".join(parts) if parts else ""


def _progress(fetch: Fetch) -> str:
    parts = _counts(fetch)
    if not fetch.pages:
        return _("Fetching…")
    seen = fetch.new + fetch.changed + fetch.unchanged
    words = ngettext("%d material read", "%d materials read", seen) % seen
    return _("Fetching: %s…") % ", ".join([words, *parts])


def _counts(fetch: Fetch) -> list[str]:
    parts = []
    if fetch.new:
        words = ngettext("%d new material", "%d new materials", fetch.new)
        parts.append(words % fetch.new)
    if fetch.changed:
        parts.append(
            ngettext("%d changed", "%d changed", fetch.changed) % fetch.changed
        )
    return parts
