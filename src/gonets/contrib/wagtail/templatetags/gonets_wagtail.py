"""``{% saved_newsletter_signup "Foot of every page" %}`` in any template."""

from __future__ import annotations

from typing import Any

from django import template

from gonets.contrib.wagtail.models import NewsletterSignup

register = template.Library()


@register.inclusion_tag("gonets/parts/sign_up_form.html", takes_context=True)
def saved_newsletter_signup(context: template.Context, name: str) -> dict[str, Any]:
    """Show the saved form of this name; nothing if there is none any more."""
    saved = NewsletterSignup.objects.filter(name=name).first()
    return saved.form_context(context.flatten()) if saved else {}
