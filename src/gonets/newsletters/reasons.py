"""Why a material is in an issue or is not; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gonets.content.models import Material
from gonets.content.states import Visibility
from gonets.newsletters.states import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of a material in one newsletter besides what it is itself.

    ``is_by_rule``: the newsletter's rule proposes it.  ``is_over_limit``: its section
    has as many in the issue as it may.  ``is_changed``: it says something else than
    it said when it was sent.  ``sees_private``: its readers are let in to the private
    things of these sources.  ``is_repeated``: another source has brought its page.
    """

    now: datetime
    used_at: datetime | None = None
    is_changed: bool = False
    is_held: bool = False
    is_by_rule: bool = False
    is_over_limit: bool = False
    is_repeated: bool = False
    sees_private: frozenset[int] = frozenset()


def reason_for(material: Material, known: Circumstances) -> Reason:
    """Return what matters most to whoever decides about the material.

    What readers could not see comes first, then what they have already seen.
    """
    obstacle = _obstacle(material, known)
    if obstacle is not None:
        return obstacle
    if known.is_held:
        return Reason.HELD
    if known.used_at is not None:
        return Reason.CHANGED if known.is_changed else Reason.SENT
    if known.is_repeated:
        return Reason.REPEATED
    if not known.is_by_rule:
        return Reason.OUTSIDE
    return Reason.OVER_LIMIT if known.is_over_limit else Reason.NEW


def _obstacle(material: Material, known: Circumstances) -> Reason | None:
    if not material.is_published:
        return Reason.UNPUBLISHED
    if material.is_private and not _is_let_in(material, known):
        return Reason.PRIVATE
    if material.published_at > known.now:
        return Reason.UPCOMING
    return Reason.EXPIRED if material.is_expired(known.now) else None


def _is_let_in(material: Material, known: Circumstances) -> bool:
    is_for_some = material.visibility == Visibility.PRIVATE
    return is_for_some and material.source_id in known.sees_private
