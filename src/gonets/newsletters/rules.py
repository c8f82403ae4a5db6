"""Which materials a newsletter's next issue takes by itself, as a value; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from gonets.newsletters.states import Selection


class TagMatch(TextChoices):
    """Which of the newsletter's tags a material must have to be proposed."""

    ALL = "all", _("all of them")
    ANY = "any", _("at least one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRule:
    """The included sections, how far back, and the tags that a material must have."""

    section_ids: tuple[int, ...]
    selection: str = Selection.SINCE_LAST_ISSUE
    days: int = 7
    count: int = 5
    tags: tuple[str, ...] = ()
    tags_match: str = TagMatch.ALL
    section_limit: int | None = None  # how many of each an issue takes by itself

    def suits(self, tags: Any) -> bool:
        """Tell whether a material with these tags is wanted; case does not matter."""
        if not self.tags:
            return True
        wanted = _folded(self.tags)
        present = _folded(tags)
        if self.tags_match == TagMatch.ANY:
            return bool(wanted & present)
        return wanted <= present


def _folded(tags: Any) -> set[str]:
    """What a source gave as tags may be anything."""
    if not isinstance(tags, Iterable) or isinstance(tags, str):
        return set()
    return {_folded_tag(tag) for tag in tags if isinstance(tag, str)}


def _folded_tag(tag: str) -> str:
    """A letter with its accent may be one character or two: й, ё, é."""
    return " ".join(unicodedata.normalize("NFC", tag).split()).casefold()
