"""How the letters of a newsletter look: the site's brand, and what is different."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings

from gonets.content.models import Picture
from gonets.content.pictures import picture_address
from gonets.letters.types import Brand, BrandLink, PictureContent
from gonets.newsletters.models import BrandSettings

TEXTS = ("accent", "background", "ink", "heading_font", "text_font", "footer")


def brand_of(newsletter_id: int | None) -> Brand:
    """Return the brand of a newsletter; without one, the site's."""
    rows = BrandSettings.objects.select_related("logo", "logo_dark")
    site = rows.filter(newsletter=None).first()
    own = rows.filter(newsletter=newsletter_id).first() if newsletter_id else None
    return merged(site, own)


def brand_settings(newsletter_id: int | None) -> BrandSettings | None:
    """Return what is set for exactly this newsletter, or for the site."""
    rows = BrandSettings.objects.select_related("logo", "logo_dark")
    return rows.filter(newsletter=newsletter_id).first()


def merged(site: BrandSettings | None, own: BrandSettings | None) -> Brand:
    """Return the site's brand with what the newsletter's own has in its place.

    A logo brings its dark variant along: the site's would not belong to it.
    """
    given = [row for row in (own, site) if row is not None]
    texts = {
        name: next((text for row in given if (text := getattr(row, name))), "")
        for name in TEXTS
    }
    links: list[list[str]] = next((row.links for row in given if row.links), [])
    row = next((row for row in given if row.logo), None)
    return Brand(
        **texts,
        logo=_logo(row.logo) if row else None,
        logo_dark=_logo(row.logo_dark) if row else None,
        links=tuple(BrandLink(label=label, address=at) for label, at in links),
    )


def _logo(picture: Picture | None) -> PictureContent | None:
    if picture is None:
        return None
    return PictureContent(
        address=urljoin(settings.GONETS_PUBLIC_URL, picture_address(picture)),
        alt="",
        width=picture.width,
        height=picture.height,
    )
