"""The quick way of nearly every letter: one row of bytes that only is to be joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from gonets.letters import headers
from gonets.letters.encodings import Body, QuotedPrintableBody
from gonets.letters.personalising import (
    MAX_PERSONAL_CHARACTERS,
    Personal,
    PersonalValues,
    ReaderAddress,
    SubscriberValue,
    UnsubscribeAddress,
    value_as_html,
)
from gonets.letters.types import Reader
from gonets.letters.wire import BodyPart, Wire

PLANS_KEPT = 256
"""One for each set of values that some readers have; most letters need two."""

LONGEST_ENTITY = 6
LONGEST_TOGETHER = min(
    headers.MAX_LINK_CHARACTERS, MAX_PERSONAL_CHARACTERS // LONGEST_ENTITY
)
"""No link is too long, and no value becomes so, when all are shorter together."""

# One look at all of a reader takes a fifth of the time of a look at each value.  What
# is plain is legal in headers, has one blank between words, and is written in HTML and
# in quoted-printable as it is.  Values that are not plain may follow.
_ATOM = r"[A-Za-z0-9!#$%*+/?^_`{|}~-]+"
_WORD = r"[!#-%(-.0-;?-~]+"
_PLAIN = re.compile(
    r"<[!-;=?A-~]{1,120}@[!-;=?A-~]{1,120}>"
    rf"\n(?=.{{3,254}}\n){_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
    r"\nhttps?://[!#-%(-;?-~]+(?=\n|\Z)"
    rf"(?:\n(?!\.|From ){_WORD}(?: {_WORD})*(?=\n|\Z))*"
)
_ESCAPED = re.compile(r"""[&<>"'/]""")


class Splice:
    """Makes the bytes that ``Wire`` makes, in a third of the time."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._names = tuple(wire.names)
        self._text, self._html = wire.text.body, wire.html.body
        self._is_one_encoding = self._text.encoding == self._html.encoding
        self._is_of_values = all(
            isinstance(part, ReaderAddress | UnsubscribeAddress | SubscriberValue)
            for part in (*wire.text.personal, *wire.html.personal)
        )
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def message_for(self, reader: Reader) -> bytes:
        """Return the message as ``Wire.message_for`` does.

        :raises ReaderUnfit: as it does.
        """
        if not self._is_of_values:
            return self._wire.message_for(reader)
        address, given, link, message_id, date = reader
        known, name = self._names, given.get("name", "")
        values = [*filter(None, map(given.get, known))]
        together = "\n".join([message_id, address, link, *values])
        plain = _PLAIN.match(together)
        if not (
            plain
            and len(together) <= LONGEST_TOGETHER
            and together.count("\n") == 2 + len(values)  # None of them has a line end.
        ):
            return self._wire.message_for(reader)
        if plain.end() < len(together):
            return self._message_of_odd_values(reader)
        lines = together.encode("ascii").split(b"\n")
        gaps = self._text.plain_gaps(lines[1:])
        if self._is_one_encoding:
            gaps += gaps
        else:
            gaps += self._html.plain_gaps(lines[1:])
        if len(values) < len(known):
            known = tuple([name for name in known if given.get(name)])
        shown = [*lines[:3], *gaps, headers.date_line(date), headers.phrase(name)]
        return self._joined(reader, known, shown)

    def _message_of_odd_values(self, reader: Reader) -> bytes:
        """Clean, escape and encode the values one by one; all else is plain."""
        address, _given, link, message_id, date = reader
        known = PersonalValues.of(reader, self._names).subscriber
        lines = [one.encode("ascii") for one in (message_id, address, link)]
        values = [*known.values()]
        gaps = self._text.plain_gaps(lines[1:])
        gaps += map(self._text.gap, values)
        if self._is_one_encoding and not _ESCAPED.search("".join(values)):
            gaps += gaps
        else:
            gaps += self._html.plain_gaps(lines[1:])
            gaps += map(self._html.gap, map(value_as_html, values))
        name = headers.phrase(known.get("name", ""))
        shown = [*lines, *gaps, headers.date_line(date), name]
        return self._joined(reader, tuple(known), shown)

    def _joined(
        self, reader: Reader, known: tuple[str, ...], shown: list[bytes]
    ) -> bytes:
        subject = self._wire.subject
        if subject.personal:
            shown.append(subject.encoded(PersonalValues.of(reader, self._names)))
        plan = self._plans.get(known)
        if plan is None:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[known] = _Plan(self._wire, known)
        return plan.joined(shown)


Place = str
"""Where something of a reader is to stand, by the name of what that is."""

Pick = Callable[[Sequence[bytes]], Sequence[bytes]]


class _Plan:
    """How the letters are joined of all readers of whom the same values are known."""

    def __init__(self, wire: Wire, known: Sequence[str]) -> None:
        self._known = known
        values = [f"subscriber.{name}" for name in known]
        self._shown: list[Place] = [
            *("message_id", "address", "link"),
            *(f"text {one}" for one in ("address", "link", *values)),
            *(f"html {one}" for one in ("address", "link", *values)),
            *("date", "name"),
            *(("subject",) if wire.subject.personal else ()),
        ]
        # Bodies that each reader shifts; what stands in for what is not known.
        self._shifting: list[tuple[Body, list[bytes], Pick]] = []
        pieces = [
            *self._head(wire),
            *(wire.text.before, *self._body(wire.text, "text")),
            *(wire.html.before, *self._body(wire.html, "html"), wire.ending),
        ]
        self._row, places = _alternating(pieces)
        self._pick = _picking([self._shown.index(place) for place in places])

    def joined(self, shown: list[bytes]) -> bytes:
        """``shown`` are those that ``_shown`` names."""
        for body, missing, pick in self._shifting:
            shown.append(b"".join(body.stretches(pick(shown + missing))))
        row = self._row.copy()
        row[1::2] = self._pick(shown)
        return b"".join(row)

    def _head(self, wire: Wire) -> list[bytes | Place]:
        return [
            *(wire.opening, b"To: "),
            *(("name", headers.FOLD) if "name" in self._known else ()),
            *(b"<", "address", b">\r\nDate: ", "date"),
            *(b"\r\nMessage-ID: ", "message_id"),
            *(b"\r\nList-Unsubscribe: <", "link", b">\r\n"),
            *(("subject",) if wire.subject.personal else wire.subject.fixed),
        ]

    def _body(self, part: BodyPart, kind: str) -> list[bytes | Place]:
        body = part.body
        gaps = [self._gap(body, personal, kind) for personal in part.personal]
        if isinstance(body, QuotedPrintableBody):
            row: list[bytes | Place] = [*body.row]
            row[1::2] = gaps
            return row
        places: list[int] = []
        missing: list[bytes] = []
        for gap in gaps:
            if isinstance(gap, bytes):
                places.append(len(self._shown) + len(missing))
                missing.append(gap)
            else:
                places.append(self._shown.index(gap))
        self._shifting.append((body, missing, _picking(places)))
        self._shown.append(f"{kind} body")
        return [f"{kind} body"]

    def _gap(self, body: Body, personal: Personal, kind: str) -> bytes | Place:
        """Return what stands there; bytes if nobody of these readers changes it."""
        if isinstance(personal, UnsubscribeAddress):
            return f"{kind} link"
        if isinstance(personal, ReaderAddress):
            return f"{kind} address"
        assert isinstance(personal, SubscriberValue)
        if personal.name in self._known:
            return f"{kind} subscriber.{personal.name}"
        is_html = kind == "html"
        return body.gap(personal.missing_html if is_html else personal.missing_text)


def _alternating(pieces: Iterable[bytes | Place]) -> tuple[list[bytes], list[Place]]:
    """Return what is fixed with an empty piece for each place in between."""
    row, places = [b""], []
    for piece in pieces:
        if isinstance(piece, bytes):
            row[-1] += piece
        else:
            places.append(piece)
            row += (b"", b"")
    return row, places


def _picking(places: Sequence[int]) -> Pick:
    """Return what picks these from a list."""
    if len(places) > 1:
        return itemgetter(*places)
    # Of one place alone it would return no sequence.
    return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))
