"""What a change did, in words for editors; pure but for the language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.newsletters.documents import ORDER, Alteration, inverse
from gonets.newsletters.states import ChangeKind
from gonets.newsletters.types import Change

MOST_NAMED = 2
"""Entries of one kind that are named by their titles; more are counted."""

MOST_PHRASES = 3
LONGEST_TITLE = 60


def told(alteration: Alteration, titles: Mapping[int, str]) -> list[str]:
    """Return what was changed, a phrase for each thing, the weightiest first.

    ``titles`` names entries that the change itself does not name.
    """
    names = {**titles, **titles_in(alteration)}
    return [
        *_coming_and_going(alteration, names),
        *_words(alteration),
        *_headings(alteration),
        *_corrections(alteration, names),
        *_places(alteration),
    ]


def in_a_row(phrases: Sequence[str]) -> str:
    """Return the first few phrases as a line, and how many more there are."""
    shown = ", ".join(phrases[:MOST_PHRASES])
    rest = len(phrases) - MOST_PHRASES
    if rest <= 0:
        return shown
    more = _("and %(count)s more") % {"count": localize(rest)}
    return f"{shown} {more}"


def told_change(change: Change, titles: Mapping[int, str]) -> list[str]:
    """Return the same of a step of history, with what it was."""
    if change.kind == ChangeKind.START:
        return [_("the issue was prepared")]
    is_undo = change.kind == ChangeKind.UNDO
    what = inverse(change.alteration) if is_undo else change.alteration
    phrases = told(what, titles)
    if not phrases:
        return [_("nothing that readers see")]
    if is_undo:
        return [_("undone: %(what)s") % {"what": phrase} for phrase in phrases]
    if change.kind == ChangeKind.REDO:
        return [_("done again: %(what)s") % {"what": phrase} for phrase in phrases]
    return phrases


def titles_in(alteration: Alteration) -> dict[int, str]:
    """Return the titles of entries that a change tells, the later ones first."""
    titles: dict[int, str] = {}
    for path, value in (*alteration.before.items(), *alteration.after.items()):
        match path.split("."):
            case ["entry", pk, "title"] if value:
                titles[int(pk)] = str(value)
    return titles


def _coming_and_going(
    alteration: Alteration, titles: Mapping[int, str]
) -> Iterator[str]:
    held = {pk for pk in alteration.removed if _is_held(alteration, pk)}
    removed = [pk for pk in alteration.removed if pk not in held]
    yield from _named(
        alteration.added,
        titles,
        one=_("“%(title)s” added"),
        many=lambda n: ngettext("%(count)d entry added", "%(count)d entries added", n),
    )
    yield from _named(
        removed,
        titles,
        one=_("“%(title)s” removed"),
        many=lambda n: ngettext(
            "%(count)d entry removed", "%(count)d entries removed", n
        ),
    )
    yield from _named(
        sorted(held),
        titles,
        one=_("“%(title)s” left for the next issue"),
        many=lambda n: ngettext(
            "%(count)d entry left for the next issue",
            "%(count)d entries left for the next issue",
            n,
        ),
    )


def _is_held(alteration: Alteration, pk: int) -> bool:
    material = alteration.before.get(f"entry.{pk}.material_id")
    return f"held.{material}" in alteration.after


def _words(alteration: Alteration) -> Iterator[str]:
    phrases = {
        "subject": _("subject changed"),
        "preheader": _("preheader changed"),
        "greeting": _("greeting changed"),
        "intro": _("introduction changed"),
        "outro": _("closing words changed"),
        "template": _("design changed"),
        "limits": _("limits of the sections changed"),
    }
    places = alteration.places
    known = {name for name in places if "." not in name}
    yield from (phrase for name, phrase in phrases.items() if name in known)
    if known - phrases.keys():
        yield _("settings of the letter changed")


def _headings(alteration: Alteration) -> Iterator[str]:
    headings = {
        str(value)
        for path, value in alteration.after.items()
        if path.endswith(".heading") and path in alteration.before
    }
    for heading in sorted(headings):
        yield _("heading “%(heading)s” changed") % {"heading": shortened(heading)}


def _corrections(alteration: Alteration, titles: Mapping[int, str]) -> Iterator[str]:
    found = _corrected(alteration)
    for pk, columns in list(found.items())[:MOST_NAMED]:
        title = shortened(titles.get(pk, ""))
        for sentence in sorted({_sentence(column) for column in columns}):
            yield sentence % {"title": title}
    rest = len(found) - MOST_NAMED
    if rest > 0:
        yield ngettext(
            "%(count)d more entry changed", "%(count)d more entries changed", rest
        ) % {"count": rest}


def _corrected(alteration: Alteration) -> dict[int, list[str]]:
    coming_or_going = {*alteration.added, *alteration.removed}
    found: dict[int, list[str]] = {}
    for path in sorted(alteration.places):
        kind, _dot, rest = path.partition(".")
        pk, _dot, column = rest.partition(".")
        if kind != "entry" or column in {"heading", "part"}:
            continue
        # The site deleted a material: nobody here did that.
        is_loss = column == "material_id" and alteration.after.get(path) is None
        if int(pk) not in coming_or_going and not is_loss:
            found.setdefault(int(pk), []).append(column)
    return found


def _sentence(column: str) -> str:
    match column.partition(".")[0]:
        case "title":
            return _("title of “%(title)s” changed")
        case "teaser":
            return _("text of “%(title)s” changed")
        case "picture_id":
            return _("picture of “%(title)s” changed")
        case "picture_alt":
            return _("description of the picture of “%(title)s” changed")
        case "button":
            return _("button of “%(title)s” changed")
        case "address":
            return _("link of “%(title)s” changed")
        case _:
            return _("“%(title)s” changed")


def field_words(field: str, titles: Mapping[int, str]) -> str:
    """Return what a field of the letter is called."""
    match field.split("."):
        case ["section", _part, "heading"]:
            return _("Heading of the section")
        case ["entry", pk, _word]:
            return _("“%(title)s”") % {"title": shortened(titles.get(int(pk), ""))}
        case [word]:
            return _names_of_words().get(word, word)
        case _:
            return field


def _names_of_words() -> dict[str, str]:
    return {
        "subject": _("Subject"),
        "preheader": _("Preheader"),
        "greeting": _("Greeting"),
        "intro": _("Introduction"),
        "outro": _("Closing words"),
        "own_text": _("Text part"),
    }


def _places(alteration: Alteration) -> Iterator[str]:
    if alteration.added or alteration.removed:
        return
    parts = [path for path in alteration.paths if path.endswith(".part")]
    if ORDER in alteration.paths or parts:
        yield _("order changed")


def _named(
    ids: Iterable[int],
    titles: Mapping[int, str],
    *,
    one: str,
    many: Callable[[int], str],
) -> Iterator[str]:
    known = list(ids)
    if len(known) > MOST_NAMED or any(not titles.get(pk) for pk in known):
        yield many(len(known)) % {"count": len(known)}
        return
    for pk in known:
        yield one % {"title": shortened(titles[pk])}


def shortened(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return title[: LONGEST_TITLE - 1].rstrip() + "…"
