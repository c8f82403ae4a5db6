"""What the fields of a page are: by their usual names, or as its site says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wagtail.blocks import StreamValue
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.rich_text import RichText, expand_db_html

from gonets.content.model_sources import read
from gonets.contrib.wagtail.blocks import (
    NewsletterSignupBlock,
    SavedNewsletterSignupBlock,
)

TEASERS = ("search_description", "teaser", "lead", "intro", "introduction", "summary")
BODIES = ("body", "content", "text")
PICTURES = (
    *("header_image", "hero_image", "main_image", "cover", "image", "picture"),
    *("photo", "feed_image", "listing_image"),
)
USUAL: Mapping[str, tuple[str, ...]] = {
    "teaser": TEASERS,
    "body": BODIES,
    "picture": PICTURES,
    "author": ("author",),
    "tags": ("tags",),
}

FORMS = (NewsletterSignupBlock, SavedNewsletterSignupBlock)
"""Are for visitors of the site, and no part of what a page says."""

Field = str | Callable[[Any], Any]
_said: dict[type[Page], dict[str, Field]] = {}
_left_out: set[type[Page]] = set()


def page_fields(page_type: type[Page], **fields: Field) -> None:
    """Say which fields of a page type are its teaser, body, picture, author, tags.

    A page type that is named here is material even where its pages have others below.
    """
    _said[page_type] = fields


def leave_out(page_type: type[Page]) -> None:
    """Let pages of a type be sections at most, never material."""
    _left_out.add(page_type)


def left_out() -> frozenset[type[Page]]:
    return frozenset(_left_out)


def named() -> frozenset[type[Page]]:
    return frozenset(_said)


def said(page: Any, field: str) -> Any:
    """Return what a page says in a field; None if nothing."""
    mapped = _said.get(type(page), {}).get(field)
    if callable(mapped):
        return mapped(page)
    names = (mapped,) if mapped else USUAL.get(field, ())
    for name in names:
        if not hasattr(page, name.split(".", maxsplit=1)[0]):
            continue
        value = read(page, name)
        if value:
            return value
    return None


def html_of(value: Any) -> str:
    """Return a text as HTML: rich text with its links resolved, streams rendered."""
    if value is None:
        return ""
    if isinstance(value, StreamValue):
        said = (child for child in value if not isinstance(child.block, FORMS))
        return "".join(str(child.render()) for child in said)
    if isinstance(value, RichText):
        return str(expand_db_html(value.source))
    if isinstance(value, str):
        return str(expand_db_html(value))
    return str(value)


def _is_private(image: Any) -> bool:
    """Tell whether its collection is not for everybody, though Wagtail serves it."""
    collection = image.collection if image.collection_id else None
    return collection is not None and collection.get_view_restrictions().exists()


def rendition_address(image: Any) -> str:
    """Return the address of a rendition that fits into letters; empty if none."""
    if not isinstance(image, get_image_model()) or _is_private(image):
        return ""
    try:
        return str(image.get_rendition("max-1200x1200").url)
    except (OSError, ValueError):  # The file is lost, or not a picture any more.
        return ""
