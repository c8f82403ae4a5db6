"""Several editors in one letter: nothing that anybody typed is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gonets.newsletters import actions
from gonets.newsletters.documents import Document
from gonets.newsletters.errors import (
    AnothersStep,
    BadWording,
    EditedMeanwhile,
    NothingToUndo,
)
from gonets.newsletters.fields import changed_fields, text_in_document
from gonets.newsletters.models import Issue
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import changes_of, changes_since
from gonets.newsletters.types import Conflict, Saved
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db: None) -> Issue:
    news = make_section("News")
    make_material("A ferry", section=news)
    return make_issue(make_newsletter(news))


def save(
    issue: Issue, edition: int, user: Any, seen: Any = None, **changes: str
) -> Saved:
    return actions.merge_wording(
        issue.pk,
        edition=edition,
        user=user,
        changes={name.replace("__", "."): text for name, text in changes.items()},
        seen=seen or {},
    )


def test_different_fields_of_two_editors_come_together(issue, editor, administrator):
    hers = save(issue, 1, editor, subject="Hers")
    his = save(issue, 1, administrator, intro="<p>His</p>")

    issue.refresh_from_db()
    assert (issue.subject, issue.intro) == ("Hers", "<p>His</p>")
    assert (hers.is_behind, his.is_behind) == (False, True)
    assert not his.conflicts


def test_the_same_field_is_shown_in_both_wordings(issue, editor, administrator):
    save(issue, 1, editor, subject="Hers")

    his = save(issue, 1, administrator, subject="His", preheader="New")

    (conflict,) = his.conflicts
    assert (conflict.mine, conflict.theirs) == ("His", "Hers")
    assert conflict.change.made_by == "editor"
    issue.refresh_from_db()
    assert (issue.subject, issue.preheader) == ("Hers", "New")


def test_a_conflict_that_was_decided_is_saved(issue, editor, administrator):
    save(issue, 1, editor, subject="Hers")
    his = save(issue, 1, administrator, subject="His")

    decided = save(
        issue, 1, administrator, seen={"subject": his.edition}, subject="His"
    )

    assert not decided.conflicts
    assert Issue.objects.get(pk=issue.pk).subject == "His"
    assert "Hers" in str([each.alteration for each in changes_of(issue.pk)])


def test_the_same_words_of_both_are_no_conflict(issue, editor, administrator):
    save(issue, 1, editor, intro="<p>Same</p>")

    assert not save(issue, 1, administrator, intro="<p>Same</p>").conflicts


def test_what_one_has_seen_of_ones_own_is_no_conflict(issue, editor, administrator):
    save(issue, 1, editor, subject="Hers")
    first = save(issue, 1, administrator, intro="<p>One</p>")

    second = save(
        issue, 1, administrator, seen={"intro": first.edition}, intro="<p>Two</p>"
    )

    assert not second.conflicts


def test_words_for_an_entry_that_another_took_out_come_back(
    issue, editor, administrator
):
    entry = issue.entries.get()
    actions.remove_entries(issue.pk, [entry.pk], user=editor)

    his = save(issue, 1, administrator, **{f"entry__{entry.pk}__title": "Mine"})

    (conflict,) = his.conflicts
    assert (conflict.mine, conflict.theirs) == ("Mine", None)


def test_a_field_has_one_name_only(issue, editor, administrator):
    entry = issue.entries.get()
    save(issue, 1, editor, **{f"entry__{entry.pk}__title": "Hers"})

    for name in (f"entry__0{entry.pk}__title", f"section__0{entry.part}__heading"):
        with pytest.raises(BadWording):
            save(issue, 1, administrator, **{name: "His"})

    assert issue.entries.get().title == "Hers"


def test_one_who_renames_a_part_meets_another_who_did(issue, editor, administrator):
    name = f"section__{issue.entries.get().part}__heading"
    save(issue, 1, editor, **{name: "Hers"})

    assert save(issue, 1, administrator, **{name: "His"}).conflicts[0].theirs == "Hers"


def test_materials_that_another_added_do_not_hinder_writing(
    issue, editor, administrator
):
    extra = make_material("More", section=issue.entries.get().material.section)
    actions.add_materials(issue.pk, [extra.pk], user=editor)

    saved = save(
        issue, 1, administrator, **{f"entry__{issue.entries.first().pk}__title": "A"}
    )

    assert saved.is_behind
    assert not saved.conflicts


def test_what_cannot_be_saved_saves_nothing_and_makes_no_edition(issue, editor):
    with pytest.raises(BadWording):
        save(issue, 1, editor, subject="Fine", preheader="x" * 501)

    assert Issue.objects.get(pk=issue.pk).edition == 1


def test_a_page_older_than_the_history_is_told_so(issue, editor):
    Issue.objects.filter(pk=issue.pk).update(edition=9)

    with pytest.raises(EditedMeanwhile):
        save(issue, 3, editor, subject="x")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_one_field_at_once_each_is_saved_or_told():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database that connections share")
    issue = make_issue(make_newsletter())
    conflicts: list[Conflict] = []

    def save_mine(number: int) -> None:
        try:
            saved = save(issue, 1, None, subject=f"Editor {number}")
            conflicts.extend(saved.conflicts)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save_mine, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stored = Issue.objects.get(pk=issue.pk).subject
    assert len(conflicts) == 7
    assert {stored, *(each.mine for each in conflicts)} == {
        f"Editor {number}" for number in range(8)
    }


class Page:
    """What a browser holds of a letter: see ``preview_saving.js``."""

    def __init__(self, issue: Issue, user: Any) -> None:
        self.issue, self.user = issue, user
        self.edition = Issue.objects.get(pk=issue.pk).edition
        self.shown = document_of(issue.pk)
        self.seen: dict[str, int] = {}
        self.waiting: dict[str, str] = {}
        self.conflicts: dict[str, Conflict] = {}
        self.refused: dict[str, str] = {}
        self.decided: set[str] = set()
        self.met = 0  # the edition at which the conflicts were met

    def text(self, field: str) -> str | None:
        for place in (self.waiting, self.refused):
            if field in place:
                return place[field]
        if field in self.conflicts:
            return self.conflicts[field].mine
        return text_in_document(self.shown, field)

    def write(self, field: str, text: str) -> None:
        self.waiting[field] = text
        self.conflicts.pop(field, None)
        self.refused.pop(field, None)

    def save(self) -> None:
        changes = dict(self.waiting)
        if not changes:
            return
        try:
            with transaction.atomic():
                saved = actions.merge_wording(
                    self.issue.pk,
                    edition=self.edition,
                    user=self.user,
                    changes=changes,
                    seen={k: v for k, v in self.seen.items() if k in changes},
                )
        except BadWording as error:
            self.refused[error.field] = self.waiting.pop(error.field)
            return
        self.waiting.clear()
        self.conflicts |= {each.field: each for each in saved.conflicts}
        self.met = saved.edition
        kept = changes.keys() - self.conflicts.keys()
        self.shown = _with(self.shown, {field: changes[field] for field in kept})
        if saved.is_behind:
            self.seen |= dict.fromkeys(kept, saved.edition)
            return
        for field in kept:
            self.seen.pop(field, None)
        self.edition = saved.edition

    def look(self) -> None:
        """What others changed appears, but for where this editor is writing."""
        edition = Issue.objects.get(pk=self.issue.pk).edition
        document = document_of(self.issue.pk)
        changed = changed_fields(changes_since(self.issue.pk, self.edition), document)
        own = self.waiting.keys() | self.conflicts.keys() | self.refused.keys()
        known = {
            field: at for field, at in self.seen.items() if at > edition or field in own
        }
        self.seen = dict.fromkeys(own & changed.keys(), self.edition) | known
        self.edition, self.shown = edition, document

    def decide(self, field: str, *, mine: bool) -> str:
        conflict = self.conflicts.pop(field)
        if mine:
            self.seen[field] = self.met
            self.waiting[field] = conflict.mine
            self.decided.add(field)
            return ""
        return conflict.mine


def _with(document: Document, changes: dict[str, str]) -> Document:
    words = {**document.words}
    entries = {pk: {**columns} for pk, columns in document.entries.items()}
    for field, text in changes.items():
        match field.split("."):
            case ["entry", pk, word]:
                entries[int(pk)][word] = text
            case ["section", part, "heading"]:
                for columns in entries.values():
                    if columns["part"] == int(part):
                        columns["heading"] = text
            case _:
                words[field] = text
    return Document(words=words, entries=entries, held=document.held)


WHO = st.sampled_from([0, 1])


class TwoEditors(RuleBasedStateMachine):
    """Whatever two people do, every word stays somewhere to be found."""

    issue: Issue
    people: tuple[Any, Any]

    def __init__(self) -> None:
        super().__init__()
        self.pages = [Page(self.issue, person) for person in self.people]
        entries = [each.pk for each in self.issue.entries.all()]
        self.names = ["subject", "intro", f"entry.{entries[0]}.title"]
        self.entries = entries
        self.typed: set[str] = set()
        self.given_up: set[str] = set()
        self.count = 0

    @rule(who=WHO, place=st.integers(0, 2))
    def type(self, who: int, place: int) -> None:
        page, field = self.pages[who], self.names[place]
        before = page.text(field)
        if before is None:
            return
        self.count += 1
        word = f"w{self.count}w"
        self.typed.add(word)
        page.write(field, f"{before} {word}" if field != "intro" else f"{before}{word}")

    @rule(who=WHO)
    def save(self, who: int) -> None:
        page = self.pages[who]
        before = self._words_by_field()
        page.save()
        after = self._words_by_field()
        for field in before.keys() & after.keys() - page.decided:
            assert before[field] <= after[field], "written over unasked"
        page.decided.clear()

    def _words_by_field(self) -> dict[str, set[str]]:
        document = document_of(self.issue.pk)
        texts = {name: text_in_document(document, name) for name in self.names}
        return {
            name: {word for word in self.typed if word in text}
            for name, text in texts.items()
            if text is not None
        }

    @rule(who=WHO)
    def look(self, who: int) -> None:
        self.pages[who].look()

    @rule(who=WHO, mine=st.booleans())
    def decide(self, who: int, mine: bool) -> None:
        page = self.pages[who]
        for field in list(page.conflicts):
            text = page.decide(field, mine=mine)
            self.given_up |= {word for word in self.typed if word in text}

    @rule(who=WHO, agrees=st.booleans())
    def undo(self, who: int, agrees: bool) -> None:
        try:
            self._undo(who)
        except AnothersStep as error:
            if agrees:
                self._undo(who, agreed_to=error.change.id)
        except NothingToUndo:
            return

    def _undo(self, who: int, **agreed: Any) -> None:
        edition = Issue.objects.get(pk=self.issue.pk).edition
        with transaction.atomic():
            actions.undo(
                self.issue.pk, edition=edition, user=self.people[who], **agreed
            )

    @rule(who=WHO)
    def redo(self, who: int) -> None:
        edition = Issue.objects.get(pk=self.issue.pk).edition
        try:
            with transaction.atomic():
                actions.redo(self.issue.pk, edition=edition, user=self.people[who])
        except NothingToUndo:
            return

    @rule(who=WHO, place=st.integers(0, 1))
    def remove(self, who: int, place: int) -> None:
        actions.remove_entries(
            self.issue.pk, [self.entries[place]], user=self.people[who]
        )

    @invariant()
    def every_word_is_somewhere(self) -> None:
        places = " ".join(self._everything())
        lost = {word for word in self.typed - self.given_up if word not in places}
        assert not lost

    def _everything(self) -> Iterator[str]:
        yield str(document_of(self.issue.pk))
        for change in changes_of(self.issue.pk):
            yield str(change.alteration.before)
            yield str(change.alteration.after)
        for page in self.pages:
            yield str(list(page.waiting.values()))
            yield str(list(page.refused.values()))
            yield str([each.mine for each in page.conflicts.values()])


@pytest.mark.thorough
def test_no_word_of_two_editors_is_ever_lost(db, editor, administrator):
    class ThisIssue(TwoEditors):
        people = (editor, administrator)

        def __init__(self) -> None:
            self.savepoint = transaction.savepoint()
            news = make_section("News")
            for title in "ab":
                make_material(title, section=news)
            type(self).issue = make_issue(make_newsletter(news))
            super().__init__()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        ThisIssue,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
