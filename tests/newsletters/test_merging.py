"""Merging what the site says with what the editor wrote, as pure decisions."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.kernel.html import clean_fragment, text_of
from gonets.newsletters.differences import difference, readable
from gonets.newsletters.merging import (
    EntryWording,
    MergedField,
    Outcome,
    PictureWording,
    digest_of,
    is_same,
    merged,
    merged_entry,
    replaced_as_json,
    replaced_from_json,
)

TITLE, TEASER = MergedField.TITLE, MergedField.TEASER
PICTURE, ADDRESS = MergedField.PICTURE, MergedField.ADDRESS


@pytest.mark.parametrize(
    ("base", "ours", "site", "outcome", "value"),
    [
        ("A", "A", "A", Outcome.UNCHANGED, "A"),
        ("A", "Ours", "A", Outcome.UNCHANGED, "Ours"),
        ("A", "A", "Site", Outcome.TAKEN, "Site"),
        ("A", "Both", "Both", Outcome.AGREED, "Both"),
        ("A", "Ours", "Site", Outcome.CONFLICT, "Ours"),
        ("A", "", "Site", Outcome.CONFLICT, ""),
        ("A", "A", "", Outcome.TAKEN, ""),
        ("", "Ours", "Site", Outcome.CONFLICT, "Ours"),
        ("A  ferry", "A ferry", "A ferry ", Outcome.UNCHANGED, "A ferry"),
        ("Й", "И\u0306", "Новое", Outcome.TAKEN, "Новое"),
    ],
)
def test_who_changed_it_decides(base, ours, site, outcome, value):
    merge = merged(TITLE, base=base, ours=ours, site=site)

    assert (merge.outcome, merge.value) == (outcome, value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>New</p>", "<p>New</p>\n"),
        ("New", "<p>New</p>"),
        ("<div>New</div>", "<p>New</p>"),
        ("<p><b>New</b> bridge</p>", '<p class="x"><strong>New</strong> bridge</p>'),
        ("<p>a&nbsp;b</p>", "<p>a b</p>"),
        ("<p>a\n   b</p>\n\n<p>c</p>", "<p>a b</p><p>c</p>"),
        ("<p>a<br></p>", "<p>a</p>"),
        ("<p>a</p><p><br></p>", "<p>a</p>"),
        ("<ul> <li>a</li> <li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>a<script>x()</script></p>", "<p>a</p>"),
        ("<p>caf\u0065\u0301</p>", "<p>caf\u00e9</p>"),
    ],
)
def test_a_mere_reformatting_of_a_teaser_is_no_change(one, other):
    assert is_same(TEASER, one, other)
    assert digest_of(TEASER, one) == digest_of(TEASER, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>new</p>", "<p>New</p>"),
        ("<p>a</p><p>b</p>", "<p>a b</p>"),
        ("<p>a</p>", "<p><strong>a</strong></p>"),
        (
            '<p><a href="https://a.example/">a</a></p>',
            '<p><a href="https://b.example/">a</a></p>',
        ),
        ("<p>a</p>", ""),
        ("<p>x</p>" * 40_000, "<p>x</p>" * 40_000 + "<p>y</p>"),
    ],
)
def test_other_words_links_and_emphasis_are_a_change(one, other):
    assert not is_same(TEASER, one, other)


def test_a_picture_changes_together_with_its_description():
    base = PictureWording(picture_id=1, alt="A ferry")
    described = PictureWording(picture_id=1, alt="The old ferry")
    replaced = PictureWording(picture_id=2, alt="A ferry")

    assert merged(PICTURE, base=base, ours=base, site=replaced).value == replaced
    both = merged(PICTURE, base=base, ours=described, site=replaced)
    assert (both.outcome, both.value) == (Outcome.CONFLICT, described)


def test_the_description_of_a_missing_picture_is_nobodys_business():
    assert is_same(PICTURE, PictureWording(alt="x"), PictureWording(alt="y"))


# Property tests

words = st.text(max_size=30)
html = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "<br>", "&nbsp;"),
            *("<script>", "<a href='https://x.example/'>", "</a>", "&amp;", "<"),
            *("bridge", "мост", "🛳️", "\u202e", "\ud800", "\x00", "{{ x }}", " ", "\n"),
        ]
    ),
    max_size=12,
).map("".join)
pictures = st.builds(
    PictureWording, picture_id=st.none() | st.integers(1, 3), alt=words
)
wordings = st.builds(
    EntryWording, title=words, teaser=html, picture=pictures, address=words
)
EVERYTHING = {"base": wordings, "ours": wordings, "site": wordings}


def after(merges, part):
    return EntryWording(
        **{field.value: getattr(merge, part) for field, merge in merges.items()}
    )


@given(**EVERYTHING)
def test_the_merge_is_total(base, ours, site):
    merges = merged_entry(base=base, ours=ours, site=site)

    assert list(merges) == list(MergedField)


@given(**EVERYTHING)
def test_no_editors_wording_is_ever_lost(base, ours, site):
    merges = merged_entry(base=base, ours=ours, site=site)

    for field, merge in merges.items():
        written = ours.of(field)
        if not is_same(field, written, base.of(field)):
            assert merge.value == written


WORDS = re.compile(r"\w+")


@given(**EVERYTHING)
def test_no_editors_word_is_ever_lost(base, ours, site):
    # What is stored has been cleaned: nobody ever saw what cleaning takes away.
    cleaned = [clean_fragment(each.teaser) for each in (base, ours, site)]
    value = merged(TEASER, base=cleaned[0], ours=cleaned[1], site=cleaned[2]).value

    known, typed = (set(WORDS.findall(text_of(each))) for each in cleaned[:2])
    assert typed - known <= set(WORDS.findall(text_of(value)))


@given(**EVERYTHING)
def test_refreshing_twice_changes_nothing(base, ours, site):
    once = merged_entry(base=base, ours=ours, site=site)
    twice = merged_entry(base=after(once, "base"), ours=after(once, "value"), site=site)

    assert after(twice, "value") == after(once, "value")
    assert after(twice, "base") == after(once, "base")
    assert all(
        merge.outcome in {Outcome.UNCHANGED, Outcome.CONFLICT}
        for merge in twice.values()
    )


@given(
    base=wordings,
    written=wordings,
    says=wordings,
    edited=st.sets(st.sampled_from(list(MergedField))),
)
def test_editing_and_refreshing_commute_where_they_touch_different_fields(
    base, written, says, edited
):
    def mixed(one, other):
        return EntryWording(
            **{
                field.value: (one if field in edited else other).of(field)
                for field in MergedField
            }
        )

    ours, site = mixed(written, base), mixed(base, says)
    edited_first = merged_entry(base=base, ours=ours, site=site)
    refreshed_first = after(merged_entry(base=base, ours=base, site=site), "value")

    assert after(edited_first, "value") == mixed(written, refreshed_first)
    assert not any(merge.outcome == Outcome.CONFLICT for merge in edited_first.values())


@given(base=wordings, ours=wordings, first=wordings, second=wordings)
def test_what_the_site_said_in_between_makes_no_difference_to_the_editors_words(
    base, ours, first, second
):
    between = merged_entry(base=base, ours=ours, site=first)
    late = merged_entry(
        base=after(between, "base"), ours=after(between, "value"), site=second
    )

    for field, merge in late.items():
        agreed = between[field].outcome == Outcome.AGREED
        if not agreed and not is_same(field, ours.of(field), base.of(field)):
            assert merge.value == ours.of(field)


@given(wording=wordings)
def test_a_replaced_wording_comes_back_from_json(wording):
    for field in MergedField:
        value = wording.of(field)
        assert replaced_from_json(replaced_as_json(value)) == value


# Differences


def shown(stretches):
    return [
        (each.text.strip(), each.is_changed) for each in stretches if each.text.strip()
    ]


def test_changed_words_are_marked_on_both_sides():
    between = difference("The old ferry sails at noon", "The new ferry sails at nine")

    assert shown(between.before) == [
        ("The", False),
        ("old", True),
        ("ferry sails at", False),
        ("noon", True),
    ]
    assert shown(between.after)[1] == ("new", True)


def test_other_blanks_are_no_difference():
    assert not difference("a  b\nc", "a b c ").is_in_words


def test_a_changed_link_is_a_difference_in_words():
    one = readable('<p>See <a href="https://a.example/">the plan</a>.</p>')
    other = readable('<p>See <a href="https://b.example/">the plan</a>.</p>')

    assert "https://a.example/" in one
    assert difference(one, other).is_in_words


@given(before=words, after=words)
def test_a_difference_tells_all_of_both_texts(before, after):
    between = difference(before, after)

    for text, stretches in ((before, between.before), (after, between.after)):
        assert "".join(each.text for each in stretches) == text.lstrip()
        assert not any(not each.text for each in stretches)


def test_long_hostile_texts_are_compared_in_no_time():
    between = difference("a b " * 20_000, "b a c " * 20_000)

    assert between.is_in_words


@given(fragment=html)
def test_any_fragment_is_readable(fragment):
    assert not any(not line.strip() for line in readable(fragment).split("\n")[1:])


def test_neighbouring_stretches_differ_in_kind():
    between = difference("a b c d e", "a x c y e")

    kinds = [each.is_changed for each in between.before]
    assert all(one != other for one, other in pairwise(kinds))
