"""Following what concerns many pages at once: moves, and restrictions of a branch."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from gonets.content.model_updates import follow_row
from gonets.contrib.wagtail.pages import WagtailPages

logger = logging.getLogger(__name__)


def begin_following() -> None:
    """Publishing, unpublishing and deleting are saves, and followed as such."""
    post_page_move.connect(_moved, dispatch_uid="gonets-page-moved")
    for number, signal in enumerate((post_save, post_delete)):
        signal.connect(
            _restricted,
            sender=PageViewRestriction,
            dispatch_uid=f"gonets-page-restricted-{number}",
        )


def _moved(instance: Any, **_told: Any) -> None:
    transaction.on_commit(partial(_follow_branch, instance.pk), robust=True)


def _restricted(instance: Any, **_told: Any) -> None:
    transaction.on_commit(partial(_follow_branch, instance.page_id), robust=True)


def _follow_branch(page_id: int) -> None:
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        return
    branch = Page.objects.filter(path__startswith=page.path)
    source = WagtailPages()
    for pk in branch.values_list("pk", flat=True):
        follow_row(source, str(pk))
