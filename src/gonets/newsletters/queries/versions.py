"""Earlier versions of an issue: what there are, what was different, how they looked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonets.content.models import Picture
from gonets.letters.types import LetterContent
from gonets.newsletters.change_words import field_words, titles_in, told_change
from gonets.newsletters.differences import difference, readable
from gonets.newsletters.documents import Document, alteration
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.fields import field_at, text_in_document
from gonets.newsletters.models import Entry, Issue, IssueVersion
from gonets.newsletters.queries.documents import document_of, entry_columns
from gonets.newsletters.queries.history import changes_of, document_at
from gonets.newsletters.queries.letters import content_of
from gonets.newsletters.queries.together import titles_of
from gonets.newsletters.sittings import (
    ChangedText,
    Sitting,
    ToldVersion,
    sittings,
)

TEXTS = {
    *("subject", "preheader", "greeting", "intro", "outro", "own_text"),
    *("title", "teaser", "heading", "button", "address", "picture_alt"),
    *("second", "second_alt", "place", "starts", "ends", "html"),
}
"""The fields whose wordings are shown side by side."""


def versions_of(issue_id: int) -> list[ToldVersion]:
    """Return the versions of an issue, the newest first, each told in words."""
    released = _released(issue_id)
    changes = list(changes_of(issue_id))
    titles = titles_of(document_of(issue_id))
    for change in changes:
        titles = titles_in(change.alteration) | titles
    found = sittings(changes, list(released.values()))
    return [
        ToldVersion(
            sitting=sitting,
            phrases=_phrases(sitting, titles),
            numbers=tuple(
                number
                for number, edition in released.items()
                if _is_within(edition, sitting, found)
            ),
        )
        for sitting in found
    ]


def _released(issue_id: int) -> dict[int, int]:
    rows = IssueVersion.objects.filter(issue=issue_id, edition__gt=0)
    return dict(rows.values_list("number", "edition"))


def _phrases(sitting: Sitting, titles: Mapping[int, str]) -> tuple[str, ...]:
    phrases = (
        phrase for change in sitting.changes for phrase in told_change(change, titles)
    )
    return tuple(dict.fromkeys(phrases))


def _is_within(edition: int, sitting: Sitting, found: list[Sitting]) -> bool:
    """Whether this version is what the issue was at that edition."""
    at_most = [each.edition for each in found if each.edition <= edition]
    return bool(at_most) and sitting.edition == max(at_most)


def changed_texts(issue_id: int, *, before: int, edition: int) -> list[ChangedText]:
    """Return what was worded differently at two editions, word by word."""
    old, new = document_at(issue_id, before), document_at(issue_id, edition)
    return list(_changed_texts(old, new))


def _changed_texts(old: Document, new: Document) -> Iterator[ChangedText]:
    titles = titles_of(old) | titles_of(new)
    paths = alteration(old, new, edition=0).places
    fields = dict.fromkeys(field_at(path, new) for path in sorted(paths))
    for name in fields:
        if name.rpartition(".")[2] not in TEXTS:
            continue
        was, now = text_in_document(old, name), text_in_document(new, name)
        if was is None or now is None or was == now:
            continue
        yield ChangedText(
            label=field_words(name, titles),
            difference=difference(readable(was), readable(now)),
        )


def letter_content_at(issue_id: int, edition: int) -> LetterContent:
    """Return the issue's letter as it was worded at an edition.

    :raises IssueMissing: if there is no such issue.
    """
    issue = Issue.objects.select_related("newsletter__readership").filter(pk=issue_id)
    found = issue.first()
    if found is None:
        raise IssueMissing
    document = document_at(issue_id, edition)
    for name, value in document.words.items():
        setattr(found, name, value)
    return content_of(found, _entries(issue_id, document))


def _entries(issue_id: int, document: Document) -> list[Entry]:
    rows = {pk: entry_columns(values) for pk, values in document.entries.items()}
    pictures = Picture.objects.in_bulk(
        [row["picture_id"] for row in rows.values() if row.get("picture_id")]
    )
    entries = []
    for position, (pk, columns) in enumerate(rows.items()):
        picture_id = columns.pop("picture_id", None)
        entry = Entry(pk=pk, issue_id=issue_id, position=position, **columns)
        entry.picture = pictures.get(picture_id)
        entries.append(entry)
    return entries
