"""What the Wagtail admin shows of the newsletter desk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from gonets.web.access import is_administrator, is_editor


class NewslettersMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return is_editor(request.user) or is_administrator(request.user)


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def newsletters_menu_item() -> Any:
    return NewslettersMenuItem(
        _("Newsletters"),
        reverse_lazy("gonets:newsletters"),
        name="newsletters",
        icon_name="mail",
        order=250,
    )


@hooks.register("register_permissions")  # type: ignore[untyped-decorator]
def permissions_of_groups() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="gonets_wagtail")
