"""Template tags of the newsletter desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gonets.content import pictures
from gonets.content.fetch_history import unread_trouble_count
from gonets.content.models import Picture
from gonets.delivery import causes
from gonets.delivery.models import Delivery
from gonets.delivery.queries import fenced
from gonets.kernel import clock
from gonets.newsletters import people
from gonets.newsletters.standing.zones import zone_words
from gonets.web.access import is_administrator

register = template.Library()


@register.filter
def may_set_up(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Tell whether someone also sets things up; a host says who does."""
    return user is not None and is_administrator(user)


@register.filter
def said(delivery: Delivery) -> str:
    """Show what was answered about a delivery."""
    return causes.said(delivery.answer, code=delivery.code)


@register.inclusion_tag("gonets/parts/nav_link.html", takes_context=True)
def nav_link(
    context: template.Context, view_name: str, icon: str, label: str
) -> dict[str, Any]:
    """Show a link of the main menu, or nothing where the host has no such page."""
    try:
        address = reverse(view_name)
    except NoReverseMatch:
        return {"address": ""}
    path = context["request"].path
    current = path == address or (address != "/" and path.startswith(address))
    return {"address": address, "icon": icon, "label": label, "current": current}


@register.inclusion_tag("gonets/parts/source_troubles.html")
def source_troubles() -> dict[str, int]:
    """Show in the menu how many sources fail, until somebody has read of it."""
    return {"count": unread_trouble_count()}


@register.inclusion_tag("gonets/parts/fence.html", takes_context=True)
def fence_notice(context: template.Context) -> dict[str, Any]:
    """Say that nothing is sent, because the database was copied; else nothing."""
    user = context["request"].user
    return {"fenced": fenced(), "may_lift": is_administrator(user)}


@register.filter(is_safe=True)
def when(moment: datetime | None) -> str:
    """Show a moment as people say it, inside ``<time>``; nothing for None."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = timezone.localdate(clock.now())
    days = (local.date() - today).days
    words = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    # Django's MONTH_DAY_FORMAT names the month in the wrong case in Russian.
    this_year = pgettext("format of a day of this year", "N j")
    form = this_year if local.year == today.year else "DATE_FORMAT"
    day = words.get(days) or date_format(local, form)
    text = f"{day}, {date_format(local, 'H:i')}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


@register.filter
def when_by(moment: datetime | None, zone: str) -> str:
    """As ``when``, by the clocks of a zone, which is named if it is not the site's."""
    if moment is None or zone == settings.TIME_ZONE:
        return when(moment)
    with timezone.override(zone):
        return format_html("{}, {}", when(moment), zone_words(zone))


@register.filter
def picture_address(picture: Picture) -> str:
    """Return where the browser finds a picture of ours."""
    return pictures.picture_address(picture)


@register.filter
def person_name(user: AbstractBaseUser | None) -> str:
    """Show what a colleague is called; nothing for nobody."""
    return people.name_of(user)
