"""Pictures: what readers get instead of them, and what they would betray."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.pages import PagePicture
from gonets.letters.problems import Level, Problem
from gonets.letters.specimens import Specimen

LARGEST_PIXEL = 3
"""Wide and high: nobody is meant to see a picture as small as that."""


def descriptions(specimen: Specimen) -> Iterator[Problem]:
    titles = {
        f"entry.{entry.key}": entry.title
        for section in specimen.content.sections
        for entry in section.entries
    }
    for picture in specimen.page.pictures:
        if (picture.alt or "").strip() or _is_pixel(picture):
            continue
        title = titles.get(".".join(picture.field.split(".")[:2]), "")
        yield Problem(
            level=Level.WARNING,
            code="picture-without-description",
            text=_("The picture of “%(title)s” has no description.")
            % {"title": title if len(title) <= 60 else f"{title[:59]}…"}
            if title
            else _("A picture has no description."),
            why=_("Many mail programs show pictures only when asked."),
            fix=_("Describe it for readers who do not see pictures."),
            field=picture.field,
        )


def tracking_pixels(specimen: Specimen) -> Iterator[Problem]:
    for picture in specimen.page.pictures:
        if _is_pixel(picture):
            yield Problem(
                level=Level.ADVICE,
                code="tracking-pixel",
                text=_("There is an invisible picture in the letter: %(address)s")
                % {"address": picture.address[:80]},
                why=_(
                    "It tells somebody who opens the letter and when; in many "
                    "countries readers have to agree to that first."
                ),
                fix=_("Take it out unless your readers agreed."),
                field=picture.field,
            )


def _is_pixel(picture: PagePicture) -> bool:
    sizes = (picture.width, picture.height)
    return all(size is not None and size <= LARGEST_PIXEL for size in sizes)


CHECKS = (descriptions, tracking_pixels)
