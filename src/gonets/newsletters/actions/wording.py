"""Saving what an editor typed, never over what another one typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.content.models import Picture
from gonets.kernel.addresses import BadAddress
from gonets.letters.kinds import EntryKind
from gonets.letters.own_texts import normal_text
from gonets.letters.texts import automatic_digest, editable_text
from gonets.newsletters.actions.editing import change_edition
from gonets.newsletters.block_fields import (
    CONTENT_KIND,
    PICTURES,
    ends_before_it_starts,
)
from gonets.newsletters.blocks import text_in
from gonets.newsletters.errors import BadWording
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.people import may_write_html
from gonets.newsletters.queries.letters import letter_content
from gonets.newsletters.types import Person
from gonets.newsletters.wording import (
    Wording,
    check_material_title,
    checked_wording,
)


@transaction.atomic
def save_wording(
    issue_id: int,
    *,
    edition: int,
    user: Person | None,
    changes: Mapping[str, str],
) -> int:
    """Save ``changes`` onto ``edition`` of the issue and return the new edition.

    The names of fields are those of ``wording.checked_wording``; HTML is sanitised.
    Also a released issue's wording can be saved: whether that makes sense (a paused
    run) is for ``gonets.publishing`` to say.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises BadWording: if a field cannot be saved; then nothing is.
    :raises IssueMissing: if the issue was deleted.
    """
    wording = checked_wording(changes)
    saved = change_edition(issue_id, edition=edition, user=user, **wording.issue)
    _save_headings(issue_id, wording)
    for entry_id, words in wording.entries.items():
        entry = Entry.objects.filter(issue=issue_id, pk=entry_id).first()
        if entry is None:
            raise BadWording(
                f"entry.{entry_id}.{next(iter(words))}",
                _("This material is not in the issue any more."),
            )
        put_words(entry, words, user=user, field=f"entry.{entry_id}.{{word}}")
        entry.save()
    if "own_text" in wording.issue:
        _note_automatic_text(issue_id)
    return saved


def _note_automatic_text(issue_id: int) -> None:
    """Keep which letter a text was written for; one that says the same is none."""
    try:
        content = letter_content(issue_id)
    except BadAddress:  # Without a sender there is no letter to compare with.
        return
    is_own = content.own_text not in {"", normal_text(editable_text(content))}
    Issue.objects.filter(pk=issue_id).update(
        own_text=content.own_text if is_own else "",
        own_text_of=automatic_digest(content) if is_own else "",
    )


def put_words(
    entry: Entry, words: Mapping[str, str], *, user: Person | None, field: str
) -> None:
    """Give the entry checked ``words``, without storing it.

    ``field`` is how the caller names them, with ``{word}`` in it.

    :raises BadWording: if this entry cannot have one of them.
    """
    content = dict(entry.content)
    for word, text in words.items():
        name = field.format(word=word)
        _check(entry, word, text, name=name, user=user)
        if word in CONTENT_KIND:
            content[word] = _number_of(text) if word in PICTURES else text
        elif word in PICTURES:
            entry.picture_id = _number_of(text)
        else:
            setattr(entry, word, text)
    entry.content = content
    if ends_before_it_starts(text_in(entry, "starts"), text_in(entry, "ends")):
        raise BadWording(field.format(word="ends"), _("It would end before it begins."))


def _check(
    entry: Entry, word: str, text: str, *, name: str, user: Person | None
) -> None:
    if CONTENT_KIND.get(word, entry.kind) != entry.kind:
        raise BadWording(name, _("The letter has no such field."))
    if word == "title" and entry.is_material:
        check_material_title(name, text)
    if word == "starts" and not text:
        raise BadWording(name, _("Say when it begins."))
    if word == "html" and not may_write_html(user):
        raise BadWording(name, _("You are not allowed to write HTML code."))
    if word in PICTURES and text and not Picture.objects.filter(pk=text).exists():
        raise BadWording(name, _("There is no such picture."))


def check_html_writer(kind: str, user: Person | None) -> None:
    """:raises BadWording: if such a block is HTML code and this person writes none."""
    if kind == EntryKind.HTML and not may_write_html(user):
        raise BadWording("html", _("You are not allowed to write HTML code."))


def _number_of(text: str) -> int | None:
    return int(text) if text else None


def _save_headings(issue_id: int, wording: Wording) -> None:
    entries = Entry.objects.filter(issue=issue_id)
    for part, heading in wording.headings.items():
        if not entries.filter(part=part).update(heading=heading):
            raise BadWording(
                f"section.{part}.heading", _("This part of the letter is gone.")
            )
