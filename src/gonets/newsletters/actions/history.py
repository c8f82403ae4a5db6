"""Taking steps of an issue back, doing them again, bringing an earlier one back.

Each makes a new edition of its own: nothing that came later is ever lost by it.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.letters.kinds import EntryKind
from gonets.newsletters.actions.documents import write_document
from gonets.newsletters.actions.editing import begin_edition, edited_meanwhile
from gonets.newsletters.documents import Document, alteration, changed, inverse
from gonets.newsletters.errors import (
    AnothersStep,
    BadWording,
    IssueClosed,
    NothingToUndo,
)
from gonets.newsletters.models import Issue, IssueChange
from gonets.newsletters.people import may_write_html
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import changes_of, document_at, undone_steps
from gonets.newsletters.queries.together import words_of
from gonets.newsletters.states import EDITABLE_STATES, ChangeKind
from gonets.newsletters.types import Change, Person
from gonets.newsletters.undoing import step_to_redo, step_to_undo
from gonets.newsletters.wording import has_control_characters

LONGEST_NAME = 100


@transaction.atomic
def undo(
    issue_id: int, *, edition: int, user: Person | None, agreed_to: int | None = None
) -> Change:
    """Take the last step back and return it; ``agreed_to`` names another's step.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises AnothersStep: if it is somebody else's and nobody agreed to that.
    :raises NothingToUndo: if there is no step.
    :raises IssueClosed: if the issue was released and the step is not about words.
    :raises BadWording: if another's step took out HTML code and this person may not
        write any.
    """
    row = _begin(issue_id, edition=edition, user=user, kind=ChangeKind.UNDO)
    user_id = user.pk if user else None
    step = step_to_undo(changes_of(issue_id, before=row.edition), user_id=user_id)
    if step is None:
        raise NothingToUndo(_("There is nothing to undo."))
    if step.made_by_id != user_id and step.id != agreed_to:
        raise AnothersStep(step, words_of(issue_id, step))
    document = document_of(issue_id)
    wanted = changed(document, inverse(step.alteration))
    if step.made_by_id != user_id:  # One's own step left the code as it found it.
        _check_html(document, wanted, user=user)
    _write(issue_id, document, wanted)
    _note(row, step, is_undone=True)
    return step


@transaction.atomic
def redo(issue_id: int, *, edition: int, user: Person | None) -> Change:
    """Do again what this person took back last, and return that step.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises NothingToUndo: if there is none, or others went on from there.
    :raises IssueClosed: if the issue was released and the step is not about words.
    :raises BadWording: if it puts in HTML code and this person may not write any now.
    """
    row = _begin(issue_id, edition=edition, user=user, kind=ChangeKind.REDO)
    step = step_to_redo(
        changes_of(issue_id, before=row.edition),
        user_id=user.pk if user else None,
        undone=undone_steps(issue_id),
    )
    if step is None:
        raise NothingToUndo(_("There is nothing to do again."))
    document = document_of(issue_id)
    wanted = changed(document, step.alteration)
    _check_html(document, wanted, user=user)
    _write(issue_id, document, wanted)
    _note(row, step, is_undone=False)
    return step


@transaction.atomic
def restore(issue_id: int, *, edition: int, user: Person | None, to: int) -> None:
    """Make the issue what it was at the edition ``to``.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueClosed: if it was released and more than its words would change.
    :raises BadWording: if it brings HTML code and this person may not write any.
    """
    _begin(issue_id, edition=edition, user=user, kind=ChangeKind.RESTORE)
    present, wanted = document_of(issue_id), document_at(issue_id, to)
    _check_html(present, wanted, user=user)
    _write(issue_id, present, wanted)


def name_version(issue_id: int, *, edition: int, name: str) -> None:
    """Give an edition of the issue a name, or with an empty one take it away.

    :raises BadWording: naming ``name`` if it cannot be one.
    :raises NothingToUndo: if history does not hold this edition.
    """
    line = name.strip()
    if len(line) > LONGEST_NAME or has_control_characters(line):
        raise BadWording(
            "name", _("A name is one line of at most %d characters.") % LONGEST_NAME
        )
    named = IssueChange.objects.filter(issue=issue_id, edition=edition)
    if not named.update(name=line):
        raise NothingToUndo(_("There is no such version any more."))


def _begin(
    issue_id: int, *, edition: int, user: Person | None, kind: ChangeKind
) -> IssueChange:
    row = begin_edition(issue_id, user=user, kind=kind, edition=edition)
    if row is None:
        raise edited_meanwhile(issue_id)
    return row


def _check_html(present: Document, wanted: Document, *, user: Person | None) -> None:
    """Let only those bring HTML code back who may write it."""
    if may_write_html(user) or _html_codes(wanted) <= _html_codes(present):
        return
    raise BadWording(
        "html",
        _(
            "This would bring HTML code back into the letter, and you are not allowed "
            "to write any. Ask an administrator."
        ),
    )


def _html_codes(document: Document) -> set[str]:
    contents = (
        entry.get("content") or {}
        for entry in document.entries.values()
        if entry.get("kind") == EntryKind.HTML
    )
    return {str(content.get("html", "")) for content in contents} - {""}


def _write(issue_id: int, present: Document, wanted: Document) -> None:
    is_open = Issue.objects.filter(pk=issue_id, state__in=EDITABLE_STATES).exists()
    if not is_open and not alteration(present, wanted, edition=0).is_wording:
        raise IssueClosed(
            _("This issue has been sent: only its words can still be changed.")
        )
    write_document(issue_id, present, wanted)


def _note(row: IssueChange, step: Change, *, is_undone: bool) -> None:
    IssueChange.objects.filter(pk=step.id).update(is_undone=is_undone)
    row.of_id = step.id
    row.save(update_fields=["of"])
