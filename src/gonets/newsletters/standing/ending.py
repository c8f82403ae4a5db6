"""The end of a standing draft, written together with what ends it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from gonets.kernel import clock
from gonets.newsletters.standing.models import PlacedMaterial, StandingDraft
from gonets.newsletters.standing.states import OPEN_STATES, SkipReason, StandingState


def end_as_released(issue_id: int) -> None:
    """The issue goes out, by whomever: the next standing draft may open."""
    _open(issue_id).update(state=StandingState.RELEASED, ended_at=clock.now())


def end_as_deleted(issue_id: int) -> None:
    _open(issue_id).update(
        state=StandingState.SKIPPED,
        reason=SkipReason.DELETED,
        ended_at=clock.now(),
    )


def record_placed(issue_id: int, material_ids: list[int]) -> None:
    """Remember what was in a standing draft: taken out, it never comes back by itself.

    For an issue that is none, it does nothing.
    """
    if material_ids and _open(issue_id).exists():
        PlacedMaterial.objects.bulk_create(
            (
                PlacedMaterial(issue_id=issue_id, material_id=material_id)
                for material_id in material_ids
            ),
            ignore_conflicts=True,
        )


def is_standing() -> Exists:
    """Tell, in a query of issues, whether the issue is an open standing draft."""
    return Exists(
        StandingDraft.objects.filter(issue=OuterRef("pk"), state__in=OPEN_STATES)
    )


def _open(issue_id: int) -> QuerySet[StandingDraft]:
    return StandingDraft.objects.filter(issue=issue_id, state__in=OPEN_STATES)
