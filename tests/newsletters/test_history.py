"""Taking steps back and doing them again, whoever made them and wherever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gonets.content.models import Material
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.actions.history import redo, restore, undo
from gonets.newsletters.documents import packed_document, unpacked_document
from gonets.newsletters.errors import (
    AnothersStep,
    EditedMeanwhile,
    IssueClosed,
    NothingToUndo,
)
from gonets.newsletters.models import Entry, HeldMaterial, Issue, IssueChange
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import changes_of, document_at
from gonets.newsletters.queries.together import redoable
from gonets.newsletters.types import Place
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db

NOT_WRITTEN_BY_EDITORS = {
    "id",
    "newsletter",
    "state",
    "step",
    "edition",
    "scheduled_at",
    "schedule_missed",
    "schedule_failure",
    "gathered_at",
    "created_at",
    "created_by",
    "changed_at",
    "changed_by",
    "released_at",
}


@pytest.fixture
def issue(db: None) -> Issue:
    """Return an issue with ``a``, ``b`` and ``c`` in one part."""
    news = make_section("News")
    for hours, title in enumerate("abc", start=1):
        make_material(title, section=news, age=timedelta(hours=hours))
    return make_issue(make_newsletter(news))


def titles(issue: Issue) -> list[str]:
    return [entry.title for entry in issue.entries.all()]


def entry(issue: Issue, title: str) -> Entry:
    return issue.entries.get(title=title)


def edition_of(issue: Issue) -> int:
    return Issue.objects.get(pk=issue.pk).edition


def take_back(issue: Issue, user: Any = None, **agreed: Any) -> Any:
    return undo(issue.pk, edition=edition_of(issue), user=user, **agreed)


def do_again(issue: Issue, user: Any = None) -> Any:
    return redo(issue.pk, edition=edition_of(issue), user=user)


def say(issue: Issue, user: Any = None, **changes: str) -> None:
    actions.save_wording(
        issue.pk,
        edition=edition_of(issue),
        user=user,
        changes={name.replace("__", "."): text for name, text in changes.items()},
    )


def test_every_column_of_an_issue_is_the_editors_or_is_not() -> None:
    """Whoever adds one decides whether Undo brings it back: in ``Issue.DOCUMENT``."""
    columns = {column.name for column in Issue._meta.concrete_fields}

    assert columns == set(Issue.DOCUMENT) | NOT_WRITTEN_BY_EDITORS


def test_a_document_is_read_back_as_it_was_kept(issue):
    Entry.objects.filter(title="a").update(title="Ж 🙂\u2028 \U0001f600")

    document = document_of(issue.pk)

    assert unpacked_document(packed_document(document)) == document


def test_a_removal_can_be_undone_with_wording_and_place(issue):
    removed = entry(issue, "b")
    Entry.objects.filter(pk=removed.pk).update(teaser="<p>my words</p>")

    actions.remove_entries(issue.pk, [removed.pk], user=None)
    assert titles(issue) == ["a", "c"]
    take_back(issue)

    assert titles(issue) == ["a", "b", "c"]
    assert entry(issue, "b").teaser == "<p>my words</p>"
    assert entry(issue, "b").pk == removed.pk


def test_undoing_after_the_material_was_deleted_keeps_the_wording(issue):
    actions.remove_entries(issue.pk, [entry(issue, "b").pk], user=None)
    Material.objects.filter(title="b").delete()

    take_back(issue)

    assert titles(issue) == ["a", "b", "c"]
    assert entry(issue, "b").material is None


def test_steps_of_the_dialog_and_of_the_letter_are_undone_and_redone_in_turn(issue):
    ids = {each.title: each.pk for each in issue.entries.all()}
    places = [Place(entry_id=ids[title]) for title in "cba"]
    actions.reorder_entries(issue.pk, places, user=None)
    say(issue, subject="Mine")
    actions.hold_for_next(issue.pk, [ids["b"]], user=None)
    say(issue, **{f"entry__{ids['a']}__title": "A"})
    documents = [document_of(issue.pk)]

    for _each in range(4):
        take_back(issue)
        documents.append(document_of(issue.pk))
    with pytest.raises(NothingToUndo):
        take_back(issue)

    assert titles(issue) == ["a", "b", "c"]
    assert not HeldMaterial.objects.exists()
    for document in documents[-2::-1]:
        do_again(issue)
        assert document_of(issue.pk) == document
    with pytest.raises(NothingToUndo):
        do_again(issue)


def test_a_new_step_ends_what_can_be_done_again(issue):
    say(issue, subject="One")
    take_back(issue)
    say(issue, outro="<p>Bye</p>")

    with pytest.raises(NothingToUndo):
        do_again(issue)


def test_typing_on_in_a_field_is_one_step(issue):
    before = issue.subject
    for text in ("F", "Fe", "Ferry"):
        say(issue, subject=text)
    say(issue, preheader="It floats")

    take_back(issue)
    take_back(issue)

    issue.refresh_from_db()
    assert (issue.subject, issue.preheader) == (before, "")
    assert document_at(issue.pk, 4).words["subject"] == "Ferry"


def test_everybody_takes_back_their_own_steps(issue, editor, administrator):
    before = issue.subject
    say(issue, editor, subject="Hers")
    say(issue, administrator, preheader="His")

    undone = take_back(issue, editor)

    issue.refresh_from_db()
    assert undone.made_by == "editor"
    assert (issue.subject, issue.preheader) == (before, "His")


def test_anothers_step_is_taken_back_only_by_agreement(issue, editor, administrator):
    say(issue, editor, subject="Hers")

    with pytest.raises(AnothersStep, match="editor did this: subject changed") as asked:
        take_back(issue, administrator)
    assert Issue.objects.get(pk=issue.pk).subject == "Hers"
    take_back(issue, administrator, agreed_to=asked.value.change.id)

    assert Issue.objects.get(pk=issue.pk).subject == issue.subject


def test_a_step_that_somebody_built_on_comes_after_theirs(issue, editor, administrator):
    say(issue, editor, subject="Hers")
    say(issue, administrator, subject="His")

    with pytest.raises(AnothersStep) as asked:
        take_back(issue, editor)

    assert asked.value.change.made_by == "administrator"
    assert Issue.objects.get(pk=issue.pk).subject == "His"


def test_an_order_is_taken_back_around_what_another_added(issue, editor, administrator):
    ids = [each.pk for each in issue.entries.all()]
    places = [Place(entry_id=each) for each in reversed(ids)]
    actions.reorder_entries(issue.pk, places, user=editor)
    extra = make_material("d", section=Material.objects.get(title="a").section)
    actions.add_materials(issue.pk, [extra.pk], user=administrator)

    take_back(issue, editor)

    assert titles(issue) == ["a", "d", "b", "c"]


def test_a_step_from_before_anothers_edition_is_refused(issue, editor):
    seen = edition_of(issue)
    say(issue, editor, subject="Hers")

    for action in (undo, redo):
        with pytest.raises(EditedMeanwhile, match="editor"):
            action(issue.pk, edition=seen, user=None)
    with pytest.raises(EditedMeanwhile):
        restore(issue.pk, edition=seen, user=None, to=1)


def test_an_earlier_edition_comes_back_as_a_whole_and_loses_nothing_later(issue):
    start = document_of(issue.pk)
    say(issue, subject="One")
    actions.remove_entries(issue.pk, [entry(issue, "b").pk], user=None)
    say(issue, outro="<p>Bye</p>")
    end = document_of(issue.pk)
    later = edition_of(issue)

    restore(issue.pk, edition=later, user=None, to=1)
    assert document_of(issue.pk) == start
    assert document_at(issue.pk, later) == end
    take_back(issue)

    assert document_of(issue.pk) == end


def test_postponing_is_no_step(issue):
    say(issue, subject="One")
    actions.postpone_issue(issue.pk, user=None)

    take_back(issue)

    issue.refresh_from_db()
    assert issue.subject != "One"
    assert issue.state == "postponed"


def test_of_a_sent_issue_only_words_can_be_taken_back(issue):
    actions.remove_entries(issue.pk, [entry(issue, "b").pk], user=None)
    say(issue, subject="One")
    actions.mark_released(issue.pk)

    take_back(issue)
    with pytest.raises(IssueClosed):
        take_back(issue)

    assert titles(issue) == ["a", "c"]
    assert next(each.kind for each in changes_of(issue.pk)) == "undo"


def test_history_grows_by_what_changed_and_not_by_the_issue(issue, settings):
    section = Material.objects.get(title="a").section
    words = "Ж" * 400
    made = [
        make_material(f"{n}", section=section, teaser=f"{n}{words}").pk
        for n in range(60)
    ]
    actions.add_materials(issue.pk, made, user=None)
    for number in range(10):
        say(issue, subject=f"{number}", outro=f"<p>{number}</p>" * (number + 1))
        say(issue, preheader=f"{number}")

    sizes = [
        len(bytes(row.alteration or b"")) + len(bytes(row.base or b""))
        for row in IssueChange.objects.filter(issue=issue).order_by("edition")
    ]

    assert all(size < 500 for size in sizes[2:-1])


@pytest.mark.thorough
def test_a_day_of_steps_is_taken_back_and_done_again_one_by_one(issue, time_machine):
    time_machine.move_to(clock.now(), tick=False)
    subject = issue.subject
    for number in range(130):
        time_machine.move_to(clock.now() + timedelta(seconds=30))
        say(issue, subject=f"Step {number}")

    undone = []
    for _number in range(130):
        take_back(issue)
        undone.append(Issue.objects.get(pk=issue.pk).subject)

    assert undone == [*(f"Step {number}" for number in reversed(range(129))), subject]
    with pytest.raises(NothingToUndo):
        take_back(issue)

    for number in range(130):
        step = redoable(issue.pk, user_id=None)
        assert step is not None
        assert step.alteration.after == {"subject": f"Step {number}"}
        assert do_again(issue).id == step.id
    assert redoable(issue.pk, user_id=None) is None
