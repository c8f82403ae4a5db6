"""Following the models of this site at once: a row is saved or deleted, we know."""

from __future__ import annotations

import logging
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

logger = logging.getLogger(__name__)


def begin_following() -> None:
    """Find what the site's apps have registered, and hear of every change."""
    autodiscover_modules("newsletter_sources")
    post_save.connect(_changed, dispatch_uid="gonets-model-saved")
    post_delete.connect(_changed, dispatch_uid="gonets-model-deleted")


def follow_row(model_source: ModelSource, external_id: str) -> None:
    """Let our materials say of a row what visitors see of it now.

    Whatever goes wrong here stays here: the site's own work has been done, and the
    next fetch repairs it.
    """
    try:
        for source in _listening(model_source):
            draft = draft_by_id(model_source, external_id)
            sections = tuple(all_sections(model_source)) if draft else ()
            reading = Reading(
                sections=sections,
                lists_sections=bool(sections),
                materials=(draft,) if draft else (),
                withdrawn=() if draft else (external_id,),
            )
            note_arrival(source.pk, take_over(source, reading))
    except Exception:
        logger.exception("%s %s is not followed", model_source.name, external_id)


def _changed(sender: type[models.Model], instance: Any, **told: Any) -> None:
    if told.get("raw"):
        return
    for model_source in sources_of(sender):
        follow = partial(follow_row, model_source, str(instance.pk))
        transaction.on_commit(follow, robust=True)


def _listening(model_source: ModelSource) -> Any:
    return Source.objects.filter(
        kind=KIND, settings__source=model_source.name, is_paused=False
    )
