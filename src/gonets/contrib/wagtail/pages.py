"""The pages of the site as a source: its tree as sections, public pages as material."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, PageViewRestriction, Site

from gonets.content.model_sources import ModelSource, site_address
from gonets.contrib.wagtail.page_fields import (
    html_of,
    left_out,
    named,
    rendition_address,
    said,
)
from gonets.kernel import clock

KEY = "wagtail"
LOCAL = {"localhost", "127.0.0.1", ""}


class WagtailPages(ModelSource):
    """What any visitor sees: live, not expired, on a site, below nothing private."""

    key = KEY
    caption = _("Pages of this site")
    published = "first_published_at"
    changed = "last_published_at"
    expires = "expire_at"

    @cached_property
    def model(self) -> Any:
        return Page

    def rows(self) -> QuerySet[Any]:
        pages = public_pages().filter(Q(numchild=0) | Q(pk__in=_of_types(named())))
        pages = pages.exclude(path__in=root_paths()).exclude(_repeats())
        found: QuerySet[Any] = pages.exclude(pk__in=_of_types(left_out())).specific()
        return found

    def section_rows(self) -> Iterable[Any]:
        parents = {_parent_path(path) for path in self._paths()}
        return (self.section_at(path) for path in sorted(parents))

    def section(self, page: Any) -> Any:
        return self.section_at(_parent_path(page.path))

    def section_at(self, path: str) -> Any:
        """Return the page there or the next one above that visitors may know of."""
        paths = [path[:end] for end in range(Page.steplen * 2, len(path) + 1, 4)]
        return public_pages().filter(path__in=paths).order_by("-depth").first()

    def section_row(self, external_id: str) -> Any:
        return public_pages().filter(pk=external_id).first()

    def section_name(self, page: Any) -> str:
        return str(page.title)

    def section_parent(self, page: Any) -> Any:
        return self.section_at(_parent_path(page.path))

    def sections(self) -> Any:
        return (each for each in super().sections() if each.name)

    def address(self, page: Any) -> str:
        parts = page.get_url_parts()
        if not parts or parts[2] is None:
            return ""
        _site, root, path = parts
        is_local = urlsplit(root or "").hostname in LOCAL
        return str(path) if is_local else f"{root}{path}"

    def teaser(self, page: Any) -> str:
        return strip_tags(html_of(said(page, "teaser")))

    def body(self, page: Any) -> str:
        return html_of(said(page, "body"))

    def picture(self, page: Any) -> str:
        return site_address(rendition_address(said(page, "picture")))

    def picture_alt(self, page: Any) -> str:
        image = said(page, "picture")
        if image is None:
            return ""
        return str(getattr(image, "description", "") or "")

    def author(self, page: Any) -> str:
        return str(said(page, "author") or "")

    def tags(self, page: Any) -> Any:
        return said(page, "tags")

    def language(self, page: Any) -> str:
        return str(page.locale.language_code) if page.locale_id else ""

    def _paths(self) -> Iterable[str]:
        paths: Iterable[str] = self.rows().order_by().values_list("path", flat=True)
        return paths


def public_pages() -> Any:
    """Return the pages that visitors see now; a restriction holds for all below."""
    now = clock.now()
    live = Page.objects.filter(Q(expire_at=None) | Q(expire_at__gt=now), live=True)
    private = PageViewRestriction.objects.values_list("page__path", flat=True)
    return live.filter(_below(root_paths())).exclude(_below(private))


def root_paths() -> list[str]:
    """Return where the sites' trees begin, those in other languages too."""
    roots = Page.objects.filter(pk__in=Site.objects.values("root_page"))
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        keys = roots.values("translation_key")
        roots = Page.objects.filter(translation_key__in=keys)
    return list(roots.values_list("path", flat=True))


def _repeats() -> Q:
    """Return the aliases of public pages: the same once more, at another address."""
    return Q(alias_of__in=public_pages().order_by().values("pk"))


def _below(paths: Iterable[str]) -> Q:
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    return below


def _of_types(page_types: Iterable[Any]) -> list[int]:
    return [
        pk for each in page_types for pk in each.objects.values_list("pk", flat=True)
    ]


def _parent_path(path: str) -> str:
    return path[: -Page.steplen]
