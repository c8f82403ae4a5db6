"""Fields of subscribers beside name and address: how they are called and kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from gonets.audience.errors import BadField
from gonets.audience.names import visible_line

MAX_FIELDS = 50
MAX_NAME = 40
MAX_LABEL = 80
MAX_VALUE = 1_000

BUILT_IN = frozenset({"name", "address"})
"""What is known of everybody without a field."""

_TAKEN = BUILT_IN | {"email", "unsubscribe_address", "subscriber", *dir(dict)}
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m"),
            *("n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch"),
            *("", "y", "", "e", "yu", "ya", "i", "yi", "ye", "g", "u"),
        ),
        strict=True,
    )
)


def field_name(label: str) -> str:
    """Return how letters call the field: Latin letters, digits, low lines.

    The same label always gives the same name, and a name gives itself.  «Город» is
    ``gorod``; what letters use otherwise gets a low line at its end, and what has no
    Latin spelling a number of its own.
    """
    folded = unicodedata.normalize("NFC", label).casefold()
    spelled = "".join(_LATIN.get(each, each) for each in folded)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not name:
        digest = hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
        name = f"field_{digest[:6]}"
    if name[0].isdigit():
        name = f"field_{name}"
    name = name[: MAX_NAME - 1].strip("_")
    return f"{name}_" if name in _TAKEN else name


def clean_label(text: str) -> str:
    """Return what people call the field, on one line.

    :raises BadField: if nothing is left, or it is too long.
    """
    label = visible_line(text)
    if not label:
        raise BadField(_("Say what the field is called."))
    if len(label) > MAX_LABEL:
        raise BadField(
            _("The name of a field is longer than %(limit)d characters.")
            % {"limit": MAX_LABEL}
        )
    return label


def clean_value(text: str) -> str:
    """Return a value on one line, without invisible characters.

    :raises BadField: if it is too long.
    """
    value = visible_line(text)
    if len(value) > MAX_VALUE:
        raise BadField(
            _("“%(start)s…” is longer than %(limit)d characters.")
            % {"start": value[:30], "limit": MAX_VALUE}
        )
    return value


def clean_values(values: Mapping[str, str], *, known: Iterable[str]) -> dict[str, str]:
    """Return what is to be kept: of known fields, and nothing that is empty.

    :raises BadField: if one is too long.
    """
    names = set(known)
    cleaned = {
        name: clean_value(text) for name, text in values.items() if name in names
    }
    return {name: value for name, value in cleaned.items() if value}
