"""The form for signing up in any template of the site: ``{% newsletter_signup %}``."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import template
from django.http import HttpRequest

from gonets.newsletters.queries import newsletters_to_join
from gonets.web.sign_up_forms import FormWords, form_context, page_of

register = template.Library()


@register.inclusion_tag("gonets/parts/sign_up_form.html", takes_context=True)
def newsletter_signup(
    context: template.Context, *keys: str, asks_name: bool = False, **words: str
) -> dict[str, Any]:
    """Show a form for the newsletters of these keys, or for all that can be joined.

    ``heading``, ``text``, ``button`` and ``consent`` say something else than usually.
    """
    offered = newsletters_to_join()
    if keys:
        offered = offered.filter(readership__key__in=keys)
    request = context.get("request")
    page = page_of(request) if isinstance(request, HttpRequest) else ""
    said = FormWords(asks_name=asks_name, **words)
    return form_context(list(offered), said, page=page, key=uuid4().hex[:8])
