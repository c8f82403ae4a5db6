"""Refreshing an issue from the site: nothing of the editor's is overwritten."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from gonets.content.models import Material, Picture
from gonets.content.states import Visibility
from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import BadWording, ChangedOnSite, EditedMeanwhile
from gonets.newsletters.merging import MergedField, digest_of
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.proposals import teaser_html
from gonets.newsletters.states import SiteStanding
from gonets.newsletters.types import Pick
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
    make_material("A ferry", section=news, teaser="It sails at noon.")
    return make_issue(make_newsletter(news))


def make_picture(name: str) -> Picture:
    return Picture.objects.create(
        name=name, sha256=name, width=10, height=10, size=1, created_at=clock.now()
    )


def site_says(**changes):
    Material.objects.update(**changes)


def editor_says(issue: Issue, **words: str) -> None:
    issue.refresh_from_db()
    entry = issue.entries.get()
    changes = {f"entry.{entry.pk}.{name}": text for name, text in words.items()}
    actions.save_wording(issue.pk, edition=issue.edition, user=None, changes=changes)


def refresh(issue: Issue):
    issue.refresh_from_db()
    return actions.refresh_from_site(issue.pk, edition=issue.edition, user=None)


def wording(issue: Issue):
    entry = issue.entries.get()
    return entry.title, entry.teaser


def pick(issue: Issue, field: MergedField, **decision) -> None:
    issue.refresh_from_db()
    compared = queries.compared_entries(issue.pk)[0]
    seen = digest_of(field, compared.site.of(field))
    one = Pick(entry_id=compared.entry.pk, field=field, seen=seen, **decision)
    actions.pick_wordings(issue.pk, [one], edition=issue.edition, user=None)


def test_what_only_the_site_changed_is_taken_over(issue):
    picture = make_picture("new.jpg")
    site_says(
        title="A new ferry",
        teaser="It sails at nine.",
        address="https://site.example/ferry",
        picture=picture,
        picture_alt="A ferry",
    )

    done = refresh(issue)

    entry = issue.entries.get()
    assert (done.updated, done.conflicts) == (1, 0)
    assert wording(issue) == ("A new ferry", "<p>It sails at nine.</p>")
    assert entry.address == "https://site.example/ferry"
    assert (entry.picture, entry.picture_alt) == (picture, "A ferry")
    assert entry.replaced["title"] == "A ferry"


def test_what_the_editor_changed_stays(issue):
    editor_says(issue, title="Our ferry")
    site_says(teaser="It sails at nine.")

    refresh(issue)

    assert wording(issue) == ("Our ferry", "<p>It sails at nine.</p>")


def test_what_both_changed_stays_until_the_editor_picks(issue):
    editor_says(issue, title="Our ferry")
    site_says(title="A new ferry")

    done = refresh(issue)

    assert (done.updated, done.conflicts) == (0, 1)
    assert wording(issue)[0] == "Our ferry"


def test_refreshing_again_saves_nothing(issue):
    site_says(title="A new ferry")

    first = refresh(issue)
    second = refresh(issue)

    assert second.edition == first.edition
    assert second.updated == 0


def test_a_reformatted_teaser_is_no_change(issue):
    editor_says(issue, teaser="<p>It sails at <b>noon</b>.</p>")
    site_says(teaser="  It sails\nat noon. ")

    refresh(issue)

    assert wording(issue)[1] == "<p>It sails at <b>noon</b>.</p>"
    assert not queries.compared_entries(issue.pk)[0].is_changed


@pytest.mark.parametrize(
    ("decision", "title"),
    [
        ({"takes_site": True}, "A new ferry"),
        ({}, "Our ferry"),
        ({"text": " Our new ferry "}, "Our new ferry"),
    ],
)
def test_a_pick_settles_the_field(issue, decision, title):
    editor_says(issue, title="Our ferry")
    site_says(title="A new ferry")
    refresh(issue)

    pick(issue, MergedField.TITLE, **decision)

    assert wording(issue)[0] == title
    assert refresh(issue).conflicts == 0


def test_a_picked_address_and_picture_are_the_sites(issue):
    site_says(address="https://site.example/1", picture=make_picture("1.jpg"))
    refresh(issue)
    Entry.objects.update(address="https://ours.example/", picture_alt="Ours")
    site_says(address="https://site.example/2", picture=make_picture("2.jpg"))

    pick(issue, MergedField.ADDRESS, takes_site=True)
    pick(issue, MergedField.PICTURE, takes_site=True)

    entry = issue.entries.get()
    assert entry.address == "https://site.example/2"
    assert entry.picture.name == "2.jpg"


def test_an_address_may_be_edited_but_only_to_one_of_the_web(issue):
    site_says(address="https://site.example/1")
    refresh(issue)
    Entry.objects.update(address="https://ours.example/")
    site_says(address="https://site.example/2")

    with pytest.raises(BadWording):
        pick(issue, MergedField.ADDRESS, text="javascript:alert(1)")
    pick(issue, MergedField.ADDRESS, text="https://ours.example/2")

    assert issue.entries.get().address == "https://ours.example/2"


def test_a_picked_text_is_checked_and_cleaned(issue):
    editor_says(issue, title="Our ferry", teaser="<p>Ours.</p>")
    site_says(title="A new ferry", teaser="Theirs.")

    with pytest.raises(BadWording, match="needs a title"):
        pick(issue, MergedField.TITLE, text=" ")
    pick(issue, MergedField.TEASER, text="<p>Both<script>x()</script></p>")

    assert wording(issue) == ("Our ferry", "<p>Both</p>")


def test_a_pick_of_what_the_site_has_changed_once_more_is_refused(issue):
    editor_says(issue, title="Our ferry")
    site_says(title="A new ferry")
    compared = queries.compared_entries(issue.pk)[0]
    seen = digest_of(MergedField.TITLE, compared.site.title)
    site_says(title="A newer ferry")
    late = Pick(
        entry_id=compared.entry.pk,
        field=MergedField.TITLE,
        seen=seen,
        takes_site=True,
    )

    with pytest.raises(ChangedOnSite):
        actions.pick_wordings(issue.pk, [late], edition=2, user=None)

    issue.refresh_from_db()
    assert (wording(issue)[0], issue.edition) == ("Our ferry", 2)


def test_a_take_over_can_be_put_back_and_is_then_the_editors(issue):
    site_says(title="A new ferry")
    saved = refresh(issue)
    entry = issue.entries.get()

    actions.put_back(
        issue.pk, entry.pk, MergedField.TITLE, edition=saved.edition, user=None
    )

    assert wording(issue)[0] == "A ferry"
    assert refresh(issue).updated == 0
    site_says(title="The newest ferry")
    assert refresh(issue).conflicts == 1


def test_what_was_edited_since_is_not_put_back(issue):
    site_says(title="A new ferry")
    refresh(issue)
    editor_says(issue, title="Our ferry")
    issue.refresh_from_db()

    actions.put_back(
        issue.pk,
        issue.entries.get().pk,
        MergedField.TITLE,
        edition=issue.edition,
        user=None,
    )

    assert wording(issue)[0] == "Our ferry"


def test_seen_take_overs_are_forgotten(issue):
    site_says(title="A new ferry")
    refresh(issue)

    actions.acknowledge_replaced(issue.pk)

    assert issue.entries.get().replaced == {}


@pytest.mark.parametrize("nothing_to_do", [True, False])
def test_an_older_edition_is_not_refreshed(issue, nothing_to_do):
    if not nothing_to_do:
        site_says(title="A new ferry")
    editor_says(issue, teaser="<p>Ours.</p>")

    with pytest.raises(EditedMeanwhile):
        actions.refresh_from_site(issue.pk, edition=1, user=None)


def test_a_released_issue_can_be_refreshed(issue):
    actions.mark_released(issue.pk)
    site_says(title="A new ferry")

    assert refresh(issue).updated == 1


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({}, SiteStanding.PRESENT),
        ({"is_published": False}, SiteStanding.UNPUBLISHED),
        ({"visibility": Visibility.PRIVATE}, SiteStanding.PRIVATE),
        ({"expires_at": clock.now() - timedelta(hours=1)}, SiteStanding.EXPIRED),
        ({"published_at": clock.now() + timedelta(days=1)}, SiteStanding.POSTPONED),
    ],
)
def test_what_readers_would_not_find_is_pointed_out(issue, change, standing):
    if change:
        site_says(**change)

    assert queries.compared_entries(issue.pk)[0].standing == standing


def test_a_deleted_material_keeps_its_wording_and_is_pointed_out(issue):
    Material.objects.all().delete()

    assert refresh(issue).updated == 0
    assert queries.compared_entries(issue.pk)[0].standing == SiteStanding.DELETED
    assert wording(issue) == ("A ferry", "<p>It sails at noon.</p>")


def test_what_is_gone_is_taken_out_and_nothing_else(issue):
    other = make_material("A bridge", section=Material.objects.get().section)
    actions.add_materials(issue.pk, [other.pk], user=None)
    Material.objects.filter(title="A ferry").update(is_published=False)
    actions.mark_released(issue.pk)
    ids = [entry.pk for entry in issue.entries.all()]
    issue.refresh_from_db()

    count = actions.take_out_gone(issue.pk, ids, edition=issue.edition, user=None)

    assert count == 1
    assert [entry.title for entry in issue.entries.all()] == ["A bridge"]


def test_new_materials_are_offered_and_not_forced(issue):
    section = Material.objects.get().section
    late = make_material("A bridge", section=section, created_at=clock.now())

    done = refresh(issue)

    assert done.updated == 0
    assert [each.material for each in queries.offered_materials(issue)] == [late]
    assert issue.entries.count() == 1


def test_what_the_editor_took_out_is_not_offered_again(issue):
    actions.remove_entries(issue.pk, [issue.entries.get().pk], user=None)

    assert queries.offered_materials(issue) == []


def test_a_removed_entry_comes_back_with_its_base(issue):
    picture = make_picture("1.jpg")
    site_says(picture=picture, picture_alt="A ferry")
    refresh(issue)
    entry = issue.entries.get()

    actions.remove_entries(issue.pk, [entry.pk], user=None)
    edition = Issue.objects.get(pk=issue.pk).edition
    actions.undo(issue.pk, edition=edition, user=None)

    restored = issue.entries.get()
    assert restored.base_picture == picture
    assert restored.base_teaser == teaser_html("It sails at noon.")


def test_entries_from_before_get_a_base_that_loses_nothing(issue):
    picture = make_picture("1.jpg")
    Entry.objects.update(
        address="https://site.example/1", picture=picture, picture_alt="Ours"
    )
    site_says(address="https://site.example/2", picture=picture, picture_alt="Theirs")

    fill = import_module("gonets.newsletters.migrations.0004_fill_entry_bases")
    fill.fill_bases(apps, None)

    entry = issue.entries.get()
    assert (entry.base_address, entry.base_picture) == (entry.address, picture)
    refresh(issue)
    entry.refresh_from_db()
    assert entry.address == "https://site.example/2"
    assert entry.picture_alt == "Ours"
