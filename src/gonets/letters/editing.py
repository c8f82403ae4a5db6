"""The letter as a page that its editor can write into."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _

from gonets.letters.bodies import letter_html
from gonets.letters.fields import fields_as_they_are
from gonets.letters.kinds import EntryKind
from gonets.letters.personalising import Personal, PersonalValues, filled_html
from gonets.letters.types import EntryContent, LetterContent, Reader

PROSE = ("intro", "outro", "teaser", "second")

# Until the page's script holds links back, a click on one would lead the frame away:
# its sandbox opens no windows.
EDITING_STYLE = """
<base target="_blank">
<style>
[data-edit] { outline: 0; border-radius: 4px; cursor: text;
  box-shadow: 0 0 0 1px transparent; transition: box-shadow .12s; }
[data-edit]:hover { box-shadow: 0 0 0 4px rgba(29, 92, 99, .12);
  background-color: rgba(29, 92, 99, .07); }
[data-edit]:focus { box-shadow: 0 0 0 4px #fff, 0 0 0 6px #1d7d88;
  background-color: transparent; }
[data-edit-kind=prose] { min-height: 1.6em; }
[data-edit-kind=line] { display: inline-block; min-width: 4em; }
[data-edit].is-empty::before { content: attr(data-hint); color: #6d6a63;
  font-style: italic; font-weight: normal; text-transform: none; letter-spacing: 0; }
[data-personal] { border-radius: 4px; padding: 0 3px; margin: 0 -1px;
  background-color: #fbeec2; color: #4a3a00; cursor: default; }
[data-edit] a { cursor: text; }
[class*=kind-][tabindex]:focus { outline: 2px solid #1d7d88; outline-offset: -2px; }
[data-edit-picture] { cursor: pointer; }
[data-edit-picture]:hover { opacity: .88; }
[data-edit-picture]:focus-visible { outline: 3px solid #1d7d88; outline-offset: 2px; }
[data-edit-picture][alt=""] { outline: 2px dashed #a8651a; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  [data-edit]:hover { box-shadow: 0 0 0 4px rgba(131, 197, 204, .16);
    background-color: rgba(131, 197, 204, .1); }
  [data-edit]:focus { box-shadow: 0 0 0 4px #1f2124, 0 0 0 6px #83c5cc; }
  [data-edit].is-empty::before { color: #a5a29b; }
  [data-personal] { background-color: #4d4217; color: #f6e9b8; }
}
</style>
"""


def render_for_editing(content: LetterContent, reader: Reader) -> str:
    """Return the reader's letter with ``data-edit`` around every editable field.

    Personal parts stand in it filled in, in spans whose ``data-personal`` is what the
    editor wrote; those that do not work stand there as they were written.

    :raises TemplateFault: if the design does not work.
    """
    kinds = {
        entry.key: entry.kind
        for section in content.sections
        for entry in section.entries
    }
    writer = EditableFields(MappingProxyType(kinds))
    pieces = letter_html(content, fields_as_they_are(content), writer)
    document = filled_html(pieces, PersonalValues.of(reader))
    head, end, body = document.partition("</head>")
    return f"{head}{EDITING_STYLE}{end}{body}"


@dataclass(frozen=True, slots=True)
class EditableFields:
    """Wraps fields; also empty ones are there, to be written into.

    ``kinds`` has what the entries are, by their keys.
    """

    kinds: Mapping[str, str]

    def field(self, name: str, html: str) -> str:
        label, hint = self._words_for(name)
        kind = "prose" if name.rpartition(".")[2] in PROSE else "line"
        element = "div" if kind == "prose" else "span"
        empty = "" if html else ' class="is-empty"'
        return (
            f'<{element} data-edit="{_escape(name)}" data-edit-kind="{kind}"{empty}'
            f' data-label="{_escape(label)}" data-hint="{_escape(hint)}"'
            f">{html}</{element}>"
        )

    def personal(self, part: Personal, word: str) -> str:
        source = _escape(part.source)
        return f'<span data-personal="{source}" title="{source}">{word}</span>'

    def description(self, name: str, text: str) -> str:
        return f'{text}" data-edit-picture="{_escape(name)}'

    def _words_for(self, name: str) -> tuple[str, str]:
        kind = self.kinds.get(name.split(".")[1]) if "." in name else None
        match kind, name.rpartition(".")[2]:
            case EntryKind.QUOTE, "title":
                return _("Who said it"), _("Add who said it")
            case EntryKind.PICTURE, "title":
                return _("Caption of the picture"), _("Add a caption")
        return _words_for(name)

    def mark(self, entry: EntryContent) -> str:
        return f"entry-{_escape(entry.key)} kind-{_escape(entry.kind)}"


def _escape(text: str) -> str:
    return html.escape(text)


def _words_for(name: str) -> tuple[str, str]:
    """Return what a field is called and what it says of itself while it is empty."""
    match name.rpartition(".")[2]:
        case "greeting":
            return _("Greeting"), _("Add a greeting")
        case "intro":
            return _("Introduction"), _("Add an introduction")
        case "outro":
            return _("Closing words"), _("Add a closing word")
        case "heading":
            return _("Heading of the section"), _("Add a heading")
        case word:
            return _words_for_entry(word)


def _words_for_entry(word: str) -> tuple[str, str]:
    match word:
        case "title":
            return _("Title"), _("Add a title")
        case "button":
            return _("Text on the button"), _("Add a text")
        case "place":
            return _("Place"), _("Add the place")
        case "second":
            return _("Text of the second column"), _("Add a text")
        case _:
            return _("Text"), _("Add a text")
