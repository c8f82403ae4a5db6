"""Following what concerns many pages at once: moves, addresses, restrictions."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_slug_changed, post_page_move

from gonets.content.model_updates import follow_rows, read_anew
from gonets.contrib.wagtail.pages import KEY, WagtailPages

MOST_AT_ONCE = 100
"""An editor waits for these; more are left to the worker."""


def begin_following() -> None:
    """Publishing, unpublishing and deleting are saves, and followed as such."""
    post_page_move.connect(_moved, dispatch_uid="gonets-page-moved")
    page_slug_changed.connect(_moved, dispatch_uid="gonets-page-address")
    for number, signal in enumerate((post_save, post_delete)):
        signal.connect(
            _restricted,
            sender=PageViewRestriction,
            dispatch_uid=f"gonets-page-restricted-{number}",
        )
        signal.connect(
            _addressed_anew, sender=Site, dispatch_uid=f"gonets-site-changed-{number}"
        )


def _moved(instance: Any, **_told: Any) -> None:
    transaction.on_commit(partial(_follow_branch, instance.pk), robust=True)


def _restricted(instance: Any, **_told: Any) -> None:
    transaction.on_commit(partial(_follow_branch, instance.page_id), robust=True)


def _addressed_anew(**told: Any) -> None:
    """Another root, host or port changes every page of a site: read all of them."""
    if not told.get("raw"):
        transaction.on_commit(partial(read_anew, KEY), robust=True)


def _follow_branch(page_id: int) -> None:
    """Withdraw at once what visitors see no more; the worker reads a large branch."""
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        return
    source = WagtailPages()
    branch = Page.objects.filter(path__startswith=page.path)
    shown = source.rows().filter(path__startswith=page.path).order_by()
    shown_ids = list(shown.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(shown_ids) > MOST_AT_ONCE:
        read_anew(KEY)
        shown_ids = []
    hidden = branch.exclude(pk__in=shown.values("pk")).values_list("pk", flat=True)
    follow_rows(source, list(map(str, shown_ids)), gone=list(map(str, hidden)))
