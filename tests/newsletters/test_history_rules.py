"""What history keeps of many steps, and how a step is told; pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.newsletters.change_words import in_a_row, told
from gonets.newsletters.documents import (
    Alteration,
    Document,
    alteration,
    changed,
    inverse,
    joined,
)
from gonets.newsletters.thinning import (
    MOST_CHANGES,
    NEWEST_CHANGES,
    NEWEST_STEPS,
    Kept,
    together,
)

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def steps(count: int, *, minutes: float = 1, people: int = 1) -> list[Kept]:
    return [
        Kept(
            id=number,
            made_at=NOON + timedelta(minutes=minutes * number),
            made_by_id=number % people,
            lasting=False,
        )
        for number in range(count)
    ]


def left_of(kept: list[Kept]) -> int:
    return len(kept) - sum(len(group) - 1 for group in together(kept))


def test_few_steps_stay_as_they_are():
    assert together(steps(NEWEST_STEPS)) == []


def test_old_steps_of_one_person_and_hour_become_one():
    assert left_of(steps(NEWEST_STEPS + 60)) == NEWEST_STEPS + 1


@pytest.mark.parametrize("minutes", [0.1, 1, 60, 60 * 24, 60 * 24 * 30])
@pytest.mark.parametrize("people", [1, 2, 50])
def test_there_are_never_too_many(minutes, people):
    assert left_of(steps(5_000, minutes=minutes, people=people)) <= MOST_CHANGES


def test_what_was_undone_takes_no_place_from_what_can_still_be():
    # Two hundred steps, of which every second was taken back.
    kept = [
        replace(each, is_step=each.id < NEWEST_STEPS / 2)
        for each in steps(NEWEST_STEPS + 100)
    ]

    assert together(kept) == []


def test_undoing_and_doing_again_for_ever_has_an_end():
    kept = [replace(each, is_step=False) for each in steps(5_000)]

    assert left_of(kept) <= MOST_CHANGES
    assert left_of(kept) >= NEWEST_CHANGES


def test_what_lasts_keeps_its_edition():
    kept = steps(NEWEST_STEPS + 60)
    kept[30] = Kept(
        id=30, made_at=kept[30].made_at, made_by_id=kept[30].made_by_id, lasting=True
    )

    assert together(kept)[0][-1].id == 30


ENTRY = st.fixed_dictionaries(
    {
        "part": st.integers(0, 2),
        "title": st.sampled_from("abc"),
        "content": st.dictionaries(st.sampled_from("xy"), st.sampled_from("pq")),
    }
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    ids = draw(st.lists(st.integers(1, 5), unique=True))
    return Document(
        words={"subject": draw(st.sampled_from("abc"))},
        entries={pk: draw(ENTRY) for pk in ids},
        held=draw(st.dictionaries(st.integers(1, 3), st.integers(1, 3))),
    )


def same(one: Document, other: Document) -> bool:
    """Tell whether they say the same; without a key there is nothing in ``content``."""
    return _said(one) == _said(other)


def _said(document: Document) -> object:
    entries = [
        (pk, {"content": {}, **columns}) for pk, columns in document.entries.items()
    ]
    return document.words, entries, document.held


@given(documents(), documents())
def test_a_change_leads_there_and_back(one, other):
    change = alteration(one, other, edition=2)

    assert same(changed(one, change), other)
    assert same(changed(other, inverse(change)), one)


@given(documents(), documents(), documents())
def test_two_changes_together_lead_as_far_as_one_after_the_other(one, two, three):
    both = joined(alteration(one, two, edition=2), alteration(two, three, edition=3))

    assert same(changed(one, both), three)
    assert same(changed(three, inverse(both)), one)


@given(documents(), documents(), documents())
def test_a_change_can_be_made_to_whatever_came_of_it(one, two, any_):
    change = alteration(one, two, edition=2)

    after = changed(any_, change)

    assert set(after.entries) <= {*any_.entries, *two.entries}


@pytest.mark.parametrize(
    ("before", "after", "phrase"),
    [
        ({"subject": "a"}, {"subject": "b"}, "subject changed"),
        ({"template": "a"}, {"template": "b"}, "design changed"),
        ({"tone": "a"}, {"tone": "b"}, "settings of the letter changed"),
        ({"order": [1, 2]}, {"order": [2, 1]}, "order changed"),
        ({"entry.1.part": 1}, {"entry.1.part": 2}, "order changed"),
        ({"entry.1.title": "a"}, {"entry.1.title": "b"}, "title of “b” changed"),
        ({"entry.1.teaser": "a"}, {"entry.1.teaser": "b"}, "text of “One” changed"),
        ({"entry.1.content.x": "a"}, {}, "“One” changed"),
        ({"entry.1.heading": "a"}, {"entry.1.heading": "b"}, "heading “b” changed"),
        (
            {"entry.1.part": 1, "entry.1.title": "Two"},
            {},
            "“Two” removed",
        ),
        (
            {"entry.1.part": 1, "entry.1.title": "Two", "entry.1.material_id": 7},
            {"held.7": 1},
            "“Two” left for the next issue",
        ),
        ({}, {"entry.1.part": 1, "entry.1.title": "Two"}, "“Two” added"),
        ({}, {f"entry.{n}.part": 1 for n in (1, 2, 3)}, "3 entries added"),
        ({"entry.1.material_id": 3}, {"entry.1.material_id": None}, None),
        ({"entry.1.base_title": "a"}, {"entry.1.base_title": "b"}, None),
    ],
)
def test_a_change_in_words(before, after, phrase):
    told_words = told(Alteration(before=before, after=after), {1: "One"})

    assert told_words == ([] if phrase is None else [phrase])


def test_many_phrases_are_counted():
    assert in_a_row(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
