"""The plain-text part of a letter: pleasant to read, with every link."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from gonets.kernel.html import clean_fragment
from gonets.letters.events import event_when
from gonets.letters.fields import Fields, Pieces
from gonets.letters.kinds import EntryKind
from gonets.letters.personalising import ReaderAddress, UnsubscribeAddress, clean_line
from gonets.letters.placeholders import Placeholders
from gonets.letters.storing import canonical_json
from gonets.letters.types import EntryContent, LetterContent, PictureContent
from gonets.letters.words import words_in

WIDTH = 72
BULLET = "• "
DIVIDER = "* * *"


def letter_text(content: LetterContent, fields: Fields) -> Pieces:
    """Return the text in pieces; blocks are separated by an empty line."""
    placeholders = Placeholders(canonical_json(content))
    blocks = _Writer(placeholders).blocks(content, fields)
    return placeholders.split("\n\n".join(filter(None, blocks)) + "\n")


def text_of_fragment(fragment: str) -> str:
    """Return a clean fragment as wrapped text; links are followed by their address."""
    reader = _FragmentReader()
    reader.feed(fragment)
    reader.close()
    return reader.text()


class _Writer:
    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders

    def blocks(self, content: LetterContent, fields: Fields) -> Iterator[str]:
        yield _underlined(clean_line(content.newsletter), "=")
        yield _wrapped(self._joined(fields.greeting))
        yield text_of_fragment(self._joined(fields.intro))
        entries = _Entries(self._joined, content, fields)
        for section in content.sections:
            yield _underlined(clean_line(section.heading), "-")
            yield from map(entries.text, section.entries)
        yield text_of_fragment(self._joined(fields.outro))
        yield "-" * WIDTH
        yield from self._footer(content)

    def _footer(self, content: LetterContent) -> Iterator[str]:
        address = self._placeholders.for_personal(ReaderAddress())
        way_out = self._placeholders.for_personal(UnsubscribeAddress())
        words = words_in(
            content.language,
            newsletter=clean_line(content.newsletter),
            address=address,
        )
        yield _wrapped(f"{words['why']} {words['sent_to']}")
        if content.browser_address:
            yield f"{words['in_browser']}:\n{clean_line(content.browser_address)}"
        yield f"{words['unsubscribe']}:\n{way_out}"
        sender = (content.sender_name, content.postal_address)
        yield _wrapped(", ".join(clean_line(part) for part in sender if part))

    def _joined(self, pieces: Pieces) -> str:
        return "".join(
            piece if isinstance(piece, str) else self._placeholders.for_personal(piece)
            for piece in pieces
        )


class _Entries:
    """Writes the entries of a letter; each kind in its own way."""

    def __init__(
        self, joined: Callable[[Pieces], str], content: LetterContent, fields: Fields
    ) -> None:
        self._joined = joined
        self._fields = fields
        self._language = content.language
        self._words = words_in(content.language, newsletter="", address="")

    def text(self, entry: EntryContent) -> str:
        return "\n".join(filter(None, self._lines(entry)))

    def _lines(self, entry: EntryContent) -> Iterator[str]:
        match entry.kind:
            case EntryKind.DIVIDER:
                yield DIVIDER
            case EntryKind.QUOTE:
                quoted = f"<blockquote>{self._html(entry, 'teaser')}</blockquote>"
                yield text_of_fragment(quoted)
                yield _wrapped(self._line(entry, "title"), first="— ", rest="  ")
            case EntryKind.BUTTON:
                yield from self._button(entry)
            case EntryKind.PICTURE:
                yield from _pictured(entry.picture)
                yield _wrapped(self._line(entry, "title"))
                yield clean_line(entry.address)
            case EntryKind.HTML:
                yield text_of_fragment(clean_fragment(entry.html))
            case _:
                yield from self._titled(entry)

    def _titled(self, entry: EntryContent) -> Iterator[str]:
        yield _wrapped(self._line(entry, "title"))
        if entry.event is not None:
            yield _wrapped(event_when(entry.event, self._language))
            yield _wrapped(self._line(entry, "place"))
        yield text_of_fragment(self._html(entry, "teaser"))
        if entry.second is not None:
            second = text_of_fragment(self._html(entry, "second"))
            yield second and f"\n{second}"
        yield clean_line(entry.address)
        if entry.event is not None and entry.event.calendar_address:
            yield f"{self._words['to_calendar']}:\n{entry.event.calendar_address}"

    def _button(self, entry: EntryContent) -> Iterator[str]:
        address = clean_line(entry.address)
        if address:
            yield _wrapped(f"{self._line(entry, 'button') or self._words['read_on']}:")
            yield address.removeprefix("mailto:")

    def _line(self, entry: EntryContent, word: str) -> str:
        return clean_line(self._joined(self._fields.of(entry, word)))

    def _html(self, entry: EntryContent, word: str) -> str:
        return self._joined(self._fields.of(entry, word))


def _pictured(picture: PictureContent | None) -> Iterator[str]:
    if picture is not None and picture.alt.strip():
        yield _wrapped(f"[{clean_line(picture.alt)}]")


def _underlined(text: str, character: str) -> str:
    if not text:
        return ""
    wrapped = _wrapped(text)
    longest = max(map(len, wrapped.split("\n")))
    return f"{wrapped}\n{character * min(longest, WIDTH)}"


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    if not text:
        return ""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


class _FragmentReader(HTMLParser):
    """Understands just the tags that ``kernel.html.clean_fragment`` leaves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._line: list[str] = []
        self._counters: list[int | None] = []  # one per open list; None has bullets
        self._quotes = 0
        self._mark = ""
        self._link = ""
        self._link_start = 0

    def text(self) -> str:
        self._end_line()
        return "".join(self._blocks).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "br":
                self._end_line()
            case "a":
                self._link = dict(attrs).get("href") or ""
                self._link_start = len(self._line)
            case "ul" | "ol":
                self._end_block()
                self._counters.append(None if tag == "ul" else 0)
            case "li":
                self._end_line()
                self._mark = self._next_mark()
            case "blockquote":
                self._end_block()
                self._quotes += 1
            case "p" | "h2" | "h3" | "h4":
                self._end_block()

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "a":
                self._end_link()
            case "ul" | "ol":
                self._end_line()
                del self._counters[-1:]
                self._end_block()
            case "li":
                self._end_line()
            case "blockquote":
                self._end_block()
                self._quotes = max(self._quotes - 1, 0)
            case "h2" | "h3" | "h4":
                self._end_heading()
            case "p":
                self._end_block()

    def handle_data(self, data: str) -> None:
        self._line.append(data)

    def _next_mark(self) -> str:
        if not self._counters or self._counters[-1] is None:
            return BULLET
        self._counters[-1] += 1
        return f"{self._counters[-1]}. "

    def _end_link(self) -> None:
        shown = "".join(self._line[self._link_start :]).strip()
        address = self._link.removeprefix("mailto:")
        if address and shown not in (address, self._link):
            self._line.append(f" ({address})" if shown else address)
        self._link = ""

    def _end_heading(self) -> None:
        text = clean_line("".join(self._line))
        self._end_line()
        if text:
            self._blocks.append("-" * min(len(text), WIDTH) + "\n")

    def _end_line(self) -> None:
        text = clean_line("".join(self._line))
        self._line.clear()
        if not text:
            return
        depth = "  " * max(len(self._counters) - 1, 0)
        quote = "> " * self._quotes
        rest = quote + depth + (" " * len(self._mark or "  ") if self._counters else "")
        first = quote + depth + self._mark if self._mark else rest
        self._mark = ""
        self._blocks.append(_wrapped(text, first=first, rest=rest) + "\n")

    def _end_block(self) -> None:
        self._end_line()
        # A list item's own paragraph does not part it from its neighbours.
        if self._counters or not self._blocks or self._blocks[-1] == "\n":
            return
        self._blocks.append("\n")
