"""Personal parts: does the program know what they ask for?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.errors import TemplateFault
from gonets.letters.fields import Fields, Pieces, fields_of
from gonets.letters.problems import Level, Problem
from gonets.letters.specimens import Specimen

KNOWN_VALUES = {"name", "address"}


def unknown_values(specimen: Specimen) -> Iterator[Problem]:
    try:
        fields = fields_of(specimen.content)
    except TemplateFault:
        return  # ``rendering`` names it.
    for field, pieces in _named(fields):
        for name in sorted(_values_of(pieces) - KNOWN_VALUES):
            yield Problem(
                level=Level.WARNING,
                code="personal-value-unknown",
                text=_("Nothing is known as “subscriber.%(name)s”; it stays empty.")
                % {"name": name},
                fix=_("Write subscriber.name or subscriber.address."),
                field=field,
            )


def _named(fields: Fields) -> Iterator[tuple[str, Pieces]]:
    for name in ("subject", "preheader", "greeting", "intro", "outro"):
        yield name, getattr(fields, name)
    yield from fields.entries.items()


def _values_of(pieces: Pieces) -> set[str]:
    sources = (piece.source for piece in pieces if not isinstance(piece, str))
    return {name for source in sources for name in _VALUE.findall(source)}


_VALUE = re.compile(r"\bsubscriber\.(\w+)")

CHECKS = (unknown_values,)
