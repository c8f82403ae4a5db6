"""Blocks of an issue: put in where they are wanted, moved, doubled, taken out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from icalendar import Calendar

from gonets.content.models import Picture
from gonets.kernel import clock
from gonets.letters.compiling import compile_letter
from gonets.newsletters import actions, queries
from gonets.newsletters.blocks import personal_fields
from gonets.newsletters.calendars import calendar_file
from gonets.newsletters.errors import (
    BadWording,
    EditedMeanwhile,
    IssueClosed,
    IssueMissing,
)
from gonets.newsletters.models import Entry, Issue, IssueChange
from gonets.newsletters.types import Above
from tests.letters.samples import a_reader
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db

EVENT = {"title": "Concert", "starts": "2027-05-07T19:00", "ends": "2027-05-07T21:00"}


@pytest.fixture
def issue(db: None) -> Issue:
    news, sport = make_section("News"), make_section("Sport")
    make_material("Ferry", section=news)
    make_material("Match", section=sport)
    return make_issue(make_newsletter(news, sport))


@pytest.fixture
def picture(db: None) -> Picture:
    return Picture.objects.create(
        name="crane.jpg",
        sha256="0" * 64,
        width=640,
        height=480,
        size=1000,
        created_at=clock.now(),
    )


def edition(issue: Issue) -> int:
    return Issue.objects.values_list("edition", flat=True).get(pk=issue.pk)


def add(
    issue: Issue, kind: str = "text", *, after: int | None = None, **words
) -> Entry:
    user = words.pop("user", None)
    return actions.add_block(
        issue.pk, kind, words, after=after, edition=edition(issue), user=user
    )


def move(issue: Issue, entry: Entry, step: int) -> None:
    actions.move_entry(issue.pk, entry.pk, step=step, edition=edition(issue), user=None)


def shown(issue: Issue) -> list[str]:
    """Return the letter's parts and entries, in its order."""
    lines: list[str] = []
    for section in queries.letter_content(issue.pk).sections:
        lines.append(f"# {section.heading}")
        lines.extend(entry.title or entry.kind for entry in section.entries)
    return lines


def titled(issue: Issue, title: str) -> Entry:
    return issue.entries.get(title=title)


def test_a_block_stands_behind_the_entry_it_was_put_behind(issue):
    add(issue, "text", after=titled(issue, "Ferry").pk, teaser="<p>Ours</p>")
    add(issue, "divider", after=None)

    assert shown(issue) == ["# News", "divider", "Ferry", "text", "# Sport", "Match"]


def test_a_block_can_be_the_first_of_a_later_section(issue):
    add(issue, "text", after=Above(titled(issue, "Match").pk), teaser="<p>Ours</p>")
    add(issue, "divider", after=Above(titled(issue, "Ferry").pk))

    assert shown(issue) == ["# News", "divider", "Ferry", "# Sport", "text", "Match"]


@pytest.mark.parametrize("entry_id", [0, 999_999])
def test_a_block_above_an_entry_that_is_gone_comes_last(issue, entry_id):
    add(issue, "divider", after=Above(entry_id))

    assert shown(issue)[-1] == "divider"


def test_above_nothing_in_an_empty_issue_a_block_stands_alone(db):
    issue = make_issue(make_newsletter())

    add(issue, "text", after=Above(7), teaser="<p>Alone</p>")

    assert shown(issue) == ["# ", "text"]


def test_a_block_is_possible_in_an_empty_issue(db):
    issue = make_issue(make_newsletter())

    add(issue, "text", teaser="<p>Alone</p>")

    assert shown(issue) == ["# ", "text"]


def test_a_block_behind_an_entry_that_is_gone_comes_last(issue):
    add(issue, "divider", after=999_999)

    assert shown(issue)[-1] == "divider"


def test_a_block_walks_through_the_letter_from_part_to_part(issue):
    block = add(issue, "text", after=None)

    move(issue, block, 1)
    assert shown(issue) == ["# News", "Ferry", "text", "# Sport", "Match"]
    move(issue, block, 1)
    assert shown(issue) == ["# News", "Ferry", "# Sport", "text", "Match"]
    move(issue, block, 1)
    move(issue, block, 1)
    assert shown(issue) == ["# News", "Ferry", "# Sport", "Match", "text"]
    for _step in range(5):
        move(issue, block, -1)
    assert shown(issue) == ["# News", "text", "Ferry", "# Sport", "Match"]


def test_the_only_entry_of_a_part_takes_its_heading_along(issue):
    move(issue, titled(issue, "Match"), -1)

    assert shown(issue) == ["# Sport", "Match", "# News", "Ferry"]


def test_moving_what_is_gone_changes_nothing(issue):
    before = shown(issue)

    actions.move_entry(issue.pk, 999_999, step=1, edition=1, user=None)

    assert shown(issue) == before


def test_a_doubled_block_says_the_same_and_is_another(issue):
    event = add(issue, "event", **EVENT)

    copy = actions.duplicate_block(
        issue.pk, event.pk, edition=edition(issue), user=None
    )

    assert shown(issue)[:3] == ["# News", "Concert", "Concert"]
    assert copy.content["starts"] == event.content["starts"]
    assert copy.content["uid"] != event.content["uid"]


def test_materials_cannot_be_doubled(issue):
    with pytest.raises(IssueClosed, match="not in the letter"):
        actions.duplicate_block(
            issue.pk, titled(issue, "Ferry").pk, edition=1, user=None
        )


def test_what_was_taken_out_comes_back_by_undoing(issue):
    block = add(issue, "quote", teaser="<p>Tea</p>", title="Ann")
    before = shown(issue)

    actions.take_entry_out(issue.pk, block.pk, edition=edition(issue), user=None)
    assert "Ann" not in shown(issue)
    actions.undo(issue.pk, edition=edition(issue), user=None)

    assert shown(issue) == before
    assert issue.entries.get(pk=block.pk).teaser == "<p>Tea</p>"


def test_nothing_is_changed_onto_another_edition(issue):
    add(issue, "text")

    with pytest.raises(EditedMeanwhile):
        actions.add_block(issue.pk, "text", {}, after=None, edition=1, user=None)
    with pytest.raises(IssueMissing):
        actions.add_block(99_999, "text", {}, after=None, edition=1, user=None)
    assert issue.entries.filter(kind="text").count() == 1


def test_what_was_sent_keeps_its_blocks_and_can_still_be_corrected(issue):
    block = add(issue, "text", teaser="<p>Old</p>")
    actions.mark_released(issue.pk)

    with pytest.raises(IssueClosed, match="only its words"):
        add(issue, "text")
    actions.save_wording(
        issue.pk,
        edition=edition(issue),
        user=None,
        changes={f"entry.{block.pk}.teaser": "<p>New</p>"},
    )

    block.refresh_from_db()
    assert block.teaser == "<p>New</p>"


@pytest.mark.parametrize(
    ("kind", "words", "field", "complaint"),
    [
        ("material", {}, "kind", "no such block"),
        ("iframe", {}, "kind", "no such block"),
        ("text", {"colour": "red"}, "colour", "no such field"),
        ("text", {"starts": "2027-05-07"}, "starts", "no such field"),
        ("button", {"address": "javascript:alert(1)"}, "address", "an address"),
        ("button", {"address": "https://a.example/\nx"}, "address", "one line"),
        ("button", {"address": "//evil.example"}, "address", "an address"),
        ("button", {"address": "https://[::1"}, "address", "an address"),
        ("button", {"address": "https://\u2100.example"}, "address", "an address"),
        ("event", {}, "starts", "when it begins"),
        ("event", {"starts": "7 May"}, "starts", "of the calendar"),
        ("event", {"starts": "2027-02-30"}, "starts", "of the calendar"),
        ("event", {"starts": "0001-01-01T00:00"}, "starts", "of the calendar"),
        ("event", {"starts": "9999-12-31"}, "starts", "of the calendar"),
        ("event", {"starts": "2027-05-07T25:00"}, "starts", "of the calendar"),
        ("event", {**EVENT, "ends": "2027-05-06"}, "ends", "before it begins"),
        ("event", {**EVENT, "ends": "2027-05-07T18:00"}, "ends", "before it begins"),
        ("event", {**EVENT, "time_zone": "Moon/Base"}, "time_zone", "no time zone"),
        ("event", {**EVENT, "time_zone": "../etc"}, "time_zone", "no time zone"),
        ("picture", {}, "picture", "Choose"),
        ("picture", {"picture": "99999"}, "picture", "no such picture"),
        ("picture", {"picture": "one"}, "picture", "no such picture"),
        ("html", {"html": "<b>x</b>"}, "html", "not allowed"),
        ("text", {"teaser": "x" * 20_001}, "teaser", "20001 characters"),
    ],
)
def test_what_cannot_be_put_in_is_named_and_nothing_is(
    issue, kind, words, field, complaint
):
    with pytest.raises(BadWording, match=complaint) as told:
        add(issue, kind, **words)

    assert told.value.field == field
    assert (edition(issue), issue.entries.count()) == (1, 2)


def test_only_those_who_may_put_html_in_and_it_is_made_safe(issue, editor):
    with pytest.raises(BadWording, match="not allowed"):
        add(issue, "html", html="<b>x</b>", user=editor)

    editor.user_permissions.add(Permission.objects.get(codename="write_html"))
    allowed = type(editor).objects.get(pk=editor.pk)
    block = add(
        issue, "html", html="<b onclick=x>x</b><script>y</script>", user=allowed
    )

    assert block.content["html"] == "<b>x</b>"


@pytest.fixture
def writer(editor, django_user_model):
    """Somebody else, who may put HTML code into letters."""
    other = django_user_model.objects.create_user("writer", password="x")
    other.user_permissions.add(Permission.objects.get(codename="write_html"))
    return django_user_model.objects.get(pk=other.pk)


def test_without_the_permission_no_way_brings_html_code_in(issue, editor, writer):
    block = add(issue, "html", html="<b>x</b>", user=writer)
    actions.take_entry_out(issue.pk, block.pk, edition=2, user=writer)
    with_code = 2

    ways = [
        lambda: add(issue, "html", user=editor),
        lambda: add(issue, "html", html="<b>y</b>", user=editor),
        lambda: actions.restore(issue.pk, edition=3, user=editor, to=with_code),
        lambda: actions.undo(
            issue.pk,
            edition=3,
            user=editor,
            agreed_to=IssueChange.objects.get(edition=3).pk,
        ),
    ]

    for way in ways:
        with pytest.raises(BadWording, match="HTML code"):
            way()
    assert edition(issue) == 3
    assert not issue.entries.filter(kind="html").exists()
    actions.restore(issue.pk, edition=3, user=writer, to=with_code)
    assert issue.entries.get(kind="html").content["html"] == "<b>x</b>"


def test_html_code_in_a_letter_is_changed_and_doubled_only_by_those_who_may(
    issue, editor, writer
):
    block = add(issue, "html", html="<b>x</b>", user=writer)

    with pytest.raises(BadWording, match="HTML code"):
        actions.duplicate_block(issue.pk, block.pk, edition=2, user=editor)
    with pytest.raises(BadWording, match="HTML code"):
        actions.save_wording(
            issue.pk,
            edition=2,
            user=editor,
            changes={f"entry.{block.pk}.html": "<b>y</b>"},
        )

    assert edition(issue) == 2


def test_an_editor_can_take_back_that_they_took_html_code_out(issue, editor, writer):
    block = add(issue, "html", html="<b>x</b>", user=writer)
    actions.take_entry_out(issue.pk, block.pk, edition=2, user=editor)

    actions.undo(issue.pk, edition=3, user=editor)

    assert issue.entries.get(kind="html").content["html"] == "<b>x</b>"


def test_who_may_not_any_more_does_not_put_the_code_in_again(
    issue, writer, django_user_model
):
    add(issue, "html", html="<b>x</b>", user=writer)
    actions.undo(issue.pk, edition=2, user=writer)
    writer.user_permissions.clear()
    former = django_user_model.objects.get(pk=writer.pk)

    with pytest.raises(BadWording, match="HTML code"):
        actions.redo(issue.pk, edition=3, user=former)


def test_a_block_is_worded_like_everything_else(issue, picture):
    block = add(issue, "columns", teaser="<p>a</p>", second="<p>b</p>")
    name = f"entry.{block.pk}"
    changes = {
        f"{name}.second": "<p>c<script>x</script></p>",
        f"{name}.second_picture": str(picture.pk),
        f"{name}.second_alt": "A crane",
        f"{name}.picture": str(picture.pk),
    }

    actions.save_wording(issue.pk, edition=edition(issue), user=None, changes=changes)

    (section, _sport) = queries.letter_content(issue.pk).sections
    second = section.entries[0].second
    assert second is not None
    assert second.text == "<p>c</p>"
    assert second.picture is not None
    assert second.picture.alt == "A crane"
    assert section.entries[0].picture is not None


def test_a_materials_picture_button_and_address_can_be_changed(issue, picture):
    entry = titled(issue, "Ferry")
    changes = {
        f"entry.{entry.pk}.picture": str(picture.pk),
        f"entry.{entry.pk}.button": "Buy a ticket",
        f"entry.{entry.pk}.address": "https://tickets.example/?a=1",
    }
    actions.save_wording(issue.pk, edition=1, user=None, changes=changes)

    html = compile_letter(queries.letter_content(issue.pk)).html_for(a_reader())

    assert "Buy a ticket" in html
    assert "https://tickets.example/?a=1" in html
    assert "crane.jpg" in html
    actions.save_wording(
        issue.pk, edition=2, user=None, changes={f"entry.{entry.pk}.picture": ""}
    )
    entry.refresh_from_db()
    assert entry.picture is None


@pytest.mark.parametrize(
    ("kind", "title", "base", "personal"),
    [
        ("material", "{{ subscriber.name }}", "{{ subscriber.name }}", ()),
        ("material", "{{ subscriber.name }}", "Ferry", ("title",)),
        ("material", "How to use {{ braces }}", "Ferry", ()),
        ("quote", "{{ subscriber.name }}", "", ("title",)),
        ("quote", "{{ nmae }}", "", ("title",)),
        ("quote", "Ann", "", ()),
    ],
)
def test_only_an_editors_own_words_are_personal(kind, title, base, personal):
    entry = Entry(kind=kind, title=title, base_title=base)

    assert personal_fields(entry) == personal


def test_an_event_has_a_calendar_file_that_says_when_whatever_the_clock(
    issue, settings
):
    settings.GONETS_PUBLIC_URL = "https://news.example"
    words = {**EVENT, "time_zone": "Europe/Berlin", "place": "Hall; 2, left"}
    block = add(issue, "event", **words, teaser="<p>Free,<br>come</p>")

    entry = queries.event_entry(issue.pk, block.pk, block.content["uid"])

    assert entry is not None
    assert entry.event is not None
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    file = calendar_file(entry, entry.event, organiser="News", changed_at=moment)
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2027, 5, 7, 17, 0, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2027, 5, 7, 19, 0, tzinfo=UTC)
    assert str(event["location"]) == "Hall; 2, left"
    assert str(event["uid"]) == f"{block.content['uid']}@news.example"
    assert b"\r\n" in file
    assert max(map(len, file.split(b"\r\n"))) <= 75


def test_a_whole_day_lasts_until_the_next_and_names_nobody(issue):
    words = {"title": 'For {{ subscriber.name | default("you") }}\\,'}
    block = add(issue, "event", **words, starts="2027-05-07", ends="2027-05-08")

    entry = queries.event_entry(issue.pk, block.pk, block.content["uid"])

    assert entry is not None
    assert entry.event is not None
    file = calendar_file(entry, entry.event, organiser="", changed_at=clock.now())
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert str(event["summary"]) == "For you\\,"
    assert f"{event.decoded('dtstart')} {event.decoded('dtend')}" == (
        "2027-05-07 2027-05-09"
    )


def test_the_calendar_file_of_a_letter_that_was_sent_stays(issue):
    block = add(issue, "event", **EVENT)
    entry_id, uid = block.pk, block.content["uid"]
    actions.freeze_version(issue.pk, user=None)
    block.delete()

    sent = queries.event_entry(issue.pk, entry_id, uid)

    assert sent is not None
    assert sent.title == "Concert"
    assert queries.event_entry(issue.pk, entry_id, "other") is None


def test_history_brings_the_content_of_a_block_back(issue):
    block = add(issue, "event", **EVENT)
    name = f"entry.{block.pk}.place"
    actions.save_wording(
        issue.pk, edition=edition(issue), user=None, changes={name: "Hall"}
    )

    actions.undo(issue.pk, edition=edition(issue), user=None)

    block.refresh_from_db()
    assert "Hall" not in str(block.content)
    assert block.content["starts"] == EVENT["starts"]
