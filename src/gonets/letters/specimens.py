"""A letter as checks look at it: made once, then taken apart."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime

from gonets.kernel.html import text_of
from gonets.letters.compiling import CompiledLetter, compile_letter
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import LetterError
from gonets.letters.pages import Page, page_of
from gonets.letters.reading import parts_of
from gonets.letters.types import LetterContent, Reader

SAMPLE_READER = Reader(
    address="somebody@example.com",
    values={
        "name": "Aleksandra Konstantinopolskaya",
        "address": "somebody@example.com",
    },
    unsubscribe_address=f"https://example.com/u/{'x' * 80}/",
    message_id="<sample@example.com>",
    date=datetime(2026, 1, 1, tzinfo=UTC),
)


NO_PAGE = Page()


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """The letter to nobody in particular.

    Without ``letter`` it could not be made, because of ``fault`` or for want of a
    sender; then ``html``, ``text`` and ``page`` hold nothing.
    """

    content: LetterContent
    letter: CompiledLetter | None = None
    fault: LetterError | None = None
    html: str = ""
    text: str = ""
    page: Page = NO_PAGE

    @property
    def html_bytes(self) -> int:
        return len(self.html.encode())

    @property
    def subject(self) -> str:
        """As the sample reader gets it, personal parts filled in."""
        if self.letter is None:
            return self.content.subject
        return self.letter.subject_for(SAMPLE_READER)

    @property
    def own_words(self) -> str:
        """What the editor and the site wrote, without the frame around it."""
        content = self.content
        fragments = [content.intro, content.outro]
        for section in content.sections:
            for entry in section.entries:
                fragments += [html.escape(entry.title), entry.teaser, entry.html]
                fragments += [entry.second.text] if entry.second else []
        return "\n".join(text_of(fragment) for fragment in fragments if fragment)


def specimen_of(content: LetterContent) -> Specimen:
    if not content.sender_address.strip():
        return Specimen(content=content)
    try:
        letter = compile_letter(content)
        parts = parts_of(letter.message_for(SAMPLE_READER))
        page = page_of(render_for_editing(content, SAMPLE_READER))
    except LetterError as fault:
        return Specimen(content=content, fault=fault)
    return Specimen(
        content=content, letter=letter, html=parts.html, text=parts.text, page=page
    )
