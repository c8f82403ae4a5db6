"""The form for signing up on a page of the site, from what its author wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from wagtail.models import Page

from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import newsletters_to_join
from gonets.web.sign_up_forms import FormWords, form_context, page_of


def newsletter_choices() -> list[tuple[str, str]]:
    """Return what an author may choose from; asked anew each time."""
    return [(each.readership.key, each.title) for each in newsletters_to_join()]


def offered(keys: Collection[str]) -> list[Newsletter]:
    """Return those of these keys that can be joined today; of none, all that can."""
    found = newsletters_to_join()
    return list(found.filter(readership__key__in=keys) if keys else found)


def signup_context(
    newsletters: Sequence[Newsletter],
    words: FormWords,
    around: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what the form shows; ``around`` is the page's own context."""
    return form_context(
        newsletters, words, page=_address(around or {}), key=uuid4().hex[:8]
    )


def _address(around: Mapping[str, Any]) -> str:
    request, page = around.get("request"), around.get("page")
    # Previews are asked for at an address of the admin's.
    if isinstance(page, Page):
        return str(page.get_full_url(request) or "")
    return page_of(request) if isinstance(request, HttpRequest) else ""
