"""Following the models of this site at once: a row is saved or deleted, we know."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from django.utils.module_loading import autodiscover_modules

from gonets.content.arrivals import note_arrival
from gonets.content.connectors.base import Reading
from gonets.content.connectors.model import KIND, all_sections, draft_by_id
from gonets.content.intake import take_over
from gonets.content.model_sources import ModelSource, sources_of
from gonets.content.models import Source
from gonets.kernel import clock

logger = logging.getLogger(__name__)


def begin_following() -> None:
    """Find what the site's apps have registered, and hear of every change."""
    autodiscover_modules("newsletter_sources")
    post_save.connect(_changed, dispatch_uid="gonets-model-saved")
    post_delete.connect(_changed, dispatch_uid="gonets-model-deleted")


def follow_rows(
    model_source: ModelSource, external_ids: Sequence[str], *, gone: Sequence[str] = ()
) -> None:
    """Let our materials say of rows what visitors see of them now, of ``gone`` nothing.

    Whatever goes wrong here stays here: the site's own work has been done, and the
    next fetch repairs it.  Of a paused source nothing comes, but what visitors see no
    more goes at once all the same.
    """
    try:
        for source in _of(model_source):
            reading = _reading(model_source, external_ids, gone=gone)
            if source.is_paused:
                reading = Reading(withdrawn=reading.withdrawn)
            note_arrival(source.pk, take_over(source, reading))
    except Exception:
        logger.exception("%s %s: not followed", model_source.name, external_ids[:5])


def _reading(
    model_source: ModelSource, external_ids: Sequence[str], *, gone: Sequence[str]
) -> Reading:
    found = {each: draft_by_id(model_source, each) for each in external_ids}
    drafts = tuple(draft for draft in found.values() if draft is not None)
    unseen = [each for each, draft in found.items() if draft is None]
    return Reading(
        sections=tuple(all_sections(model_source)) if drafts else (),
        lists_sections=bool(drafts),
        materials=drafts,
        withdrawn=(*unseen, *gone),
    )


def read_anew(name: str) -> None:
    """Let all of a registered class be read again soon, not only what has changed."""
    Source.objects.filter(kind=KIND, settings__source=name).update(
        changed_since=None, cursor="", memory={}, wanted_at=clock.now()
    )


def _changed(sender: type[models.Model], instance: Any, **told: Any) -> None:
    if told.get("raw"):
        return
    for model_source in sources_of(sender):
        follow = partial(follow_rows, model_source, [str(instance.pk)])
        transaction.on_commit(follow, robust=True)


def _of(model_source: ModelSource) -> Any:
    return Source.objects.filter(kind=KIND, settings__source=model_source.name)
