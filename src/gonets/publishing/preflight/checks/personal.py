"""Personal parts: is what they ask for known at all, and of how many people not?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.audience.fields import BUILT_IN
from gonets.audience.queries import Lack, known_fields, people_lacking
from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.fields import fields_of
from gonets.letters.own_texts import FIELD as OWN_TEXT
from gonets.letters.own_texts import own_text
from gonets.letters.personalising import Personal, PersonalValues
from gonets.letters.problems import Level, Problem
from gonets.letters.types import LetterContent
from gonets.publishing.preflight.dossiers import Check, Dossier

ALIASES = {
    **dict.fromkeys(("email", "e_mail", "mail"), "address"),
    **dict.fromkeys(("first_name", "firstname", "fname", "full_name"), "name"),
}
"""What other programs call the two values that everybody has."""

MOST_COMBINED = 4
"""Values in one part; beyond that it counts as empty only where all are missing."""


def unknown_values(dossier: Dossier) -> Iterator[Problem]:
    known = {**dict.fromkeys(sorted(BUILT_IN), ""), **known_fields()}
    seen: set[tuple[str, str]] = set()
    for field, part in _parts(dossier.specimen.content):
        for name in sorted(part.names - known.keys()):
            if (field, name) in seen:
                continue
            seen.add((field, name))
            yield Problem(
                level=Level.WARNING,
                code="personal-value-unknown",
                text=_("Nothing is known as “subscriber.%(name)s”; it stays empty.")
                % {"name": name},
                fix=_advice(name, known),
                field=field,
            )


def empty_parts(dossier: Dossier) -> Iterator[Problem]:
    """Parts with nothing said for those of whom their values are not known."""
    known = BUILT_IN | known_fields().keys()
    first: dict[str, tuple[str, Personal]] = {}
    for field, part in _parts(dossier.specimen.content):
        # A condition is meant to be empty for some; an unknown value has its own line.
        if part.source.startswith("{{") and part.names <= known:
            first.setdefault(part.source, (field, part))
    lacks = {source: tuple(_blank_for(part)) for source, (_f, part) in first.items()}
    asked = {source: lack for source, lack in lacks.items() if lack}
    if not asked:
        return
    readership_id = dossier.issue.newsletter.readership_id
    people, counts = people_lacking(readership_id, asked)
    for source, empty in counts.items():
        if empty:
            yield _empty_part(source, first[source][0], empty=empty, people=people)


def _parts(content: LetterContent) -> Iterator[tuple[str, Personal]]:
    """Yield every personal part with the field it is in."""
    try:
        fields = fields_of(content)
        written = own_text(content) if content.own_text.strip() else ()
    except TemplateFault:
        return  # Another check names it.
    for name in ("subject", "preheader", "greeting", "intro", "outro"):
        for piece in getattr(fields, name):
            if not isinstance(piece, str):
                yield name, piece
    for name, pieces in (*fields.entries.items(), (OWN_TEXT, written)):
        for piece in pieces:
            if not isinstance(piece, str):
                yield name, piece


def _blank_for(part: Personal) -> Iterator[Lack]:
    """Yield which values may be missing so that nothing at all is said."""
    names = sorted(part.names)
    sizes = range(1, len(names) + 1)
    if len(names) > MOST_COMBINED:
        sizes = range(len(names), len(names) + 1)
    for size in sizes:
        for missing in combinations(names, size):
            if _is_blank(part, missing):
                known = part.names.difference(missing)
                yield Lack(missing=frozenset(missing), known=known)


def _is_blank(part: Personal, missing: Collection[str]) -> bool:
    values = {name: "1" for name in part.names if name not in missing}
    try:
        filled = part.as_text(PersonalValues(values, "", ""))
    except ReaderUnfit:
        return False
    return not filled.strip()


def _empty_part(source: str, field: str, *, empty: int, people: int) -> Problem:
    text = ngettext(
        "“%(source)s” stays empty for %(count)s subscriber of %(people)s.",
        "“%(source)s” stays empty for %(count)s subscribers of %(people)s.",
        empty,
    )
    return Problem(
        level=Level.WARNING,
        code="personal-part-empty",
        text=text
        % {"source": source, "count": _number(empty), "people": _number(people)},
        why=_("Their letter has a hole in the middle of a sentence."),
        fix=_('Say what stands there instead: | default("friends").'),
        field=field,
    )


def _advice(name: str, known: Mapping[str, str]) -> str:
    like = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    meant = ALIASES.get(name.casefold(), like[0] if like else "")
    if meant:
        return _("Did you mean subscriber.%(name)s?") % {"name": meant}
    names = ", ".join(f"subscriber.{each}" for each in list(known)[:8])
    return _("What is known of subscribers: %(names)s.") % {"names": names}


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


CHECKS: tuple[Check, ...] = (unknown_values, empty_parts)
