"""Filling the gaps of a letter: a value is encoded once for all its places."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from gonets.letters.encodings import Body
from gonets.letters.personalising import (
    MAX_PERSONAL_CHARACTERS,
    Personal,
    PersonalValues,
    ReaderAddress,
    SubscriberValue,
    UnsubscribeAddress,
    value_as_html,
)

PLANS_KEPT = 256
"""One for each set of values that some readers have; most letters need two."""

LONGEST_ENTITY = 6
LONGEST_TOGETHER = MAX_PERSONAL_CHARACTERS // LONGEST_ENTITY
"""No part becomes too long when all values together are shorter."""

# Way out, address and values, a line each.  One look at all of them takes a fifth of
# the time that it takes to escape and to encode each by itself.
_SAME_IN_HTML = re.compile(r"""[^&<>"'\n]+\n[^&<>"'\n]+(?:\n[^&<>"'/\n]+)*""")
# Not written otherwise in quoted-printable either; clean values end in no blank.
_PLAIN = re.compile(
    r"[!#-%(-;?-~]+\n(?!\.|From )[!#-%(-;?-~]+"
    r"(?:\n(?!\.|From )[ !#-%(-.0-;?-~]+)*"
)

Filled = tuple[Sequence[bytes], Sequence[bytes]]
"""What fills the gaps of the text, and those of the HTML."""


@dataclass(frozen=True, slots=True)
class BodyGaps:
    """The gaps of one body, and what is to stand in them."""

    body: Body
    personal: tuple[Personal, ...]


class Gaps:
    """The gaps of both bodies."""

    def __init__(self, *, text: BodyGaps, html: BodyGaps) -> None:
        self._text, self._html = text, html
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._are_of_values = all(
            isinstance(part, ReaderAddress | UnsubscribeAddress | SubscriberValue)
            for part in (*text.personal, *html.personal)
        )

    def filled(self, values: PersonalValues) -> Filled:
        """:raises ReaderUnfit: if a part cannot be filled in."""
        if self._are_of_values:
            filled = self._plan_for(tuple(values.subscriber)).filled(values)
            if filled is not None:
                return filled
        return self._filled_one_by_one(values)

    def _filled_one_by_one(self, values: PersonalValues) -> Filled:
        """Do the same for any part and any value; it takes twice as long."""
        text, html = self._text, self._html
        return (
            [text.body.gap(part.as_text(values)) for part in text.personal],
            [html.body.gap(part.as_html(values)) for part in html.personal],
        )

    def _plan_for(self, known: tuple[str, ...]) -> _Plan:
        plan = self._plans.get(known)
        if plan is None:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[known] = _Plan.of(known, self._text, self._html)
        return plan


def _escaped(values: PersonalValues) -> list[str]:
    return [
        html.escape(values.unsubscribe_address),
        html.escape(values.address),
        *map(value_as_html, values.subscriber.values()),
    ]


Pick = Callable[[Sequence[bytes]], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the gaps are filled for all of whom the same values are known."""

    text: Body
    html: Body
    pick_text: Pick
    pick_html: Pick
    # Encoded already: what stands in place of the others.
    missing_text: list[bytes]
    missing_html: list[bytes]

    @classmethod
    def of(cls, known: Sequence[str], text: BodyGaps, html: BodyGaps) -> _Plan:
        nobody = PersonalValues({}, "", "")
        missing = [
            part
            for part in dict.fromkeys((*text.personal, *html.personal))
            if isinstance(part, SubscriberValue) and part.name not in known
        ]
        places = _Places(known, missing)
        return cls(
            text.body,
            html.body,
            places.pick(text.personal),
            places.pick(html.personal),
            [text.body.gap(part.as_text(nobody)) for part in missing],
            [html.body.gap(part.as_html(nobody)) for part in missing],
        )

    def filled(self, values: PersonalValues) -> Filled | None:
        """Return None if some value is so long that each part must be looked at."""
        shown = [
            values.unsubscribe_address,
            values.address,
            *values.subscriber.values(),
        ]
        together = "\n".join(shown)
        if len(together) > LONGEST_TOGETHER:
            return None
        is_plain = _PLAIN.fullmatch(together) is not None
        text_gap = self.text.plain_gap if is_plain else self.text.gap
        texts = htmls = [*map(text_gap, shown)]
        if not (is_plain or _SAME_IN_HTML.fullmatch(together)):
            htmls = [*map(self.html.gap, _escaped(values))]
        elif self.html.encoding != self.text.encoding:
            html_gap = self.html.plain_gap if is_plain else self.html.gap
            htmls = [*map(html_gap, shown)]
        return (
            self.pick_text(texts + self.missing_text),
            self.pick_html(htmls + self.missing_html),
        )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where ``_Plan.filled`` lists what: the way out and the address come first."""

    known: Sequence[str]
    missing: Sequence[Personal]

    def pick(self, personal: Sequence[Personal]) -> Pick:
        """Return what picks that of each part from the list."""
        places = [self._of(part) for part in personal]
        if len(places) > 1:
            return itemgetter(*places)
        # Of one place alone it would return no sequence.
        return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))

    def _of(self, part: Personal) -> int:
        if isinstance(part, UnsubscribeAddress):
            return 0
        if isinstance(part, ReaderAddress):
            return 1
        if part in self.missing:
            return 2 + len(self.known) + self.missing.index(part)
        assert isinstance(part, SubscriberValue)
        return 2 + self.known.index(part.name)
