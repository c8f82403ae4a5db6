"""A thousand made-up readers: names of the language, addresses that cannot exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from random import Random
from typing import Any

from gonets.audience.types import NewPerson

NAMELESS = 0.05
"""The share of readers who gave no name; letters greet them otherwise."""

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SOUNDS = (
    *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y"),
    *("k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f"),
    *("kh", "ts", "ch", "sh", "sch", "", "y", "", "e", "yu", "ya"),
)
_LATIN = dict(zip(_CYRILLIC, _SOUNDS, strict=True))


def made_up_people(names: Mapping[str, Any], *, count: int) -> list[NewPerson]:
    """Return different people, the same ones every time."""
    return list(islice(_people(names, Random(1912)), count))  # noqa: S311


def _people(names: Mapping[str, Any], rng: Random) -> Iterator[NewPerson]:
    taken: set[str] = set()
    while True:
        is_woman = rng.random() < 0.54
        first = rng.choice(names["women" if is_woman else "men"])
        last = rng.choice(names["surnames"]) + names["woman_ending"] * is_woman
        local = _local_part(_latin(first), _latin(last), rng)
        address = f"{local}@{rng.choice(names['domains'])}"
        if address in taken:
            continue
        taken.add(address)
        is_nameless = rng.random() < NAMELESS
        # Greeted as people greet each other here: by the first name, most of them.
        full = first if rng.random() < 0.6 else f"{first} {last}"
        yield NewPerson(address=address, name="" if is_nameless else full)


def _local_part(first: str, last: str, rng: Random) -> str:
    shapes = (
        f"{first}.{last}",
        f"{first[0]}.{last}",
        f"{last}.{first}",
        f"{first}{rng.randint(50, 99)}",
        f"{last}{rng.randint(1, 40)}",
        f"{first}_{last}",
    )
    return rng.choice(shapes)


def _latin(name: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in name.lower())
