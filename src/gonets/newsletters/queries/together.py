"""What pages of one issue must know of each other: what changed, what can be undone."""

from __future__ import annotations

from gonets.newsletters.change_words import in_a_row, titles_in, told
from gonets.newsletters.documents import Document
from gonets.newsletters.fields import changed_fields
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import changes_of, changes_since, undone_steps
from gonets.newsletters.types import Change, News
from gonets.newsletters.undoing import step_to_redo, step_to_undo


def titles_of(document: Document) -> dict[int, str]:
    return {pk: str(entry["title"]) for pk, entry in document.entries.items()}


def words_of(issue_id: int, step: Change) -> str:
    """Return what a step of this issue changed, as a line."""
    return in_a_row(told(step.alteration, titles_of(document_of(issue_id))))


def undoable(issue_id: int, *, user_id: int | None) -> Change | None:
    return step_to_undo(changes_of(issue_id), user_id=user_id)


def redoable(issue_id: int, *, user_id: int | None) -> Change | None:
    undone = undone_steps(issue_id)
    return step_to_redo(changes_of(issue_id), user_id=user_id, undone=undone)


def news_since(issue_id: int, edition: int, *, user_id: int | None) -> News:
    """Return what changed since an edition: field by field, and what others did.

    ``user_id`` is who asks: their own changes are not told in words.
    """
    changes = changes_since(issue_id, edition)
    document = document_of(issue_id)
    visible = [change for change in changes if change.alteration.is_visible]
    titles = titles_of(document)
    for change in visible:
        titles = titles_in(change.alteration) | titles
    theirs = [change for change in visible if change.made_by_id != user_id]
    phrases = [
        phrase for change in theirs for phrase in told(change.alteration, titles)
    ]
    return News(
        fields={
            name: last.edition
            for name, last in changed_fields(visible, document).items()
        },
        is_only_wording=all(change.alteration.is_wording for change in visible),
        people=tuple(dict.fromkeys(change.made_by for change in theirs)),
        phrases=tuple(dict.fromkeys(phrases)),
    )
