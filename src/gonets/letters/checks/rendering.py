"""Can the letter be made at all, and does Gmail show the whole of it?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.clipping import CLIP_BYTES
from gonets.letters.problems import Goal, Level, Problem
from gonets.letters.specimens import Specimen

NEARLY_CLIPPED_BYTES = 92_000


def rendering(specimen: Specimen) -> Iterator[Problem]:
    if specimen.fault is not None:
        yield Problem(
            level=Level.BLOCKING,
            code="letter-broken",
            text=str(specimen.fault),
            fix=_("Correct it; the letter cannot be made until then."),
            field=getattr(specimen.fault, "field", ""),
        )


def size(specimen: Specimen) -> Iterator[Problem]:
    kilobytes = -(-specimen.html_bytes // 1024)
    if specimen.html_bytes > CLIP_BYTES:
        yield Problem(
            level=Level.WARNING,
            code="letter-clipped",
            text=_("The letter has %(size)d KB; Gmail cuts off what is over 100 KB.")
            % {"size": kilobytes},
            why=_("The end is hidden there, with the link to unsubscribe in it."),
            fix=_("Take some materials out or shorten the texts."),
            goal=Goal.SIZE,
        )
    elif specimen.html_bytes > NEARLY_CLIPPED_BYTES:
        yield Problem(
            level=Level.ADVICE,
            code="letter-nearly-clipped",
            text=_("The letter has %(size)d KB; Gmail cuts off what is over 100 KB.")
            % {"size": kilobytes},
            fix=_("It still fits, but add nothing more."),
            goal=Goal.SIZE,
        )


CHECKS = (rendering, size)
