"""Saves of several people brought together: what is posted, what is answered."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gonets.newsletters.types import Conflict, Saved

MOST_CHARACTERS = 200_000


def posted_editions(request: HttpRequest) -> dict[str, int]:
    """Return the fields that the page saw at another edition than the rest.

    Nonsense is passed over: then the edition of the rest counts.
    """
    text = request.POST.get("seen", "")
    try:
        seen = json.loads(text) if len(text) <= MOST_CHARACTERS else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(seen, dict):
        return {}
    return {name: at for name, at in seen.items() if isinstance(at, int) and at >= 0}


def saved_as_json(saved: Saved) -> dict[str, Any]:
    return {
        "edition": saved.edition,
        "behind": saved.is_behind,
        "conflicts": [_conflict(each, saved.edition) for each in saved.conflicts],
    }


def _conflict(conflict: Conflict, edition: int) -> dict[str, Any]:
    change = conflict.change
    words = {
        "who": change.made_by or _("Someone"),
        "time": date_format(timezone.localtime(change.made_at), "TIME_FORMAT"),
    }
    if conflict.theirs is None:
        message = _("%(who)s took this out of the letter at %(time)s.")
    else:
        message = _("%(who)s wrote here, too, at %(time)s. Which wording stays?")
    return {
        "field": conflict.field,
        "mine": conflict.mine,
        "theirs": conflict.theirs,
        "edition": edition,
        "message": message % words,
    }
