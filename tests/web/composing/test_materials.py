"""The dialog of materials."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gonets.content.models import Material, Section
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueStep
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)
from tests.support.website import website

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en", "HTTP_HX_REQUEST": "true"}
    return editor_client


@pytest.fixture
def section(db: None) -> Section:
    return make_section("News")


@pytest.fixture
def issue(section: Section) -> Issue:
    for hours, title in enumerate("abc", start=1):
        make_material(title, section=section, age=timedelta(hours=hours))
    return make_issue(make_newsletter(section))


def address(issue: Issue, name: str = "") -> str:
    view = f"gonets:issue-materials-{name}" if name else "gonets:issue-materials"
    return reverse(view, args=[issue.pk])


def ids(issue: Issue) -> dict[str, int]:
    return {entry.title: entry.pk for entry in issue.entries.all()}


def titles(issue: Issue) -> list[str]:
    return [entry.title for entry in issue.entries.all()]


def event(answer: Any, name: str) -> Any:
    return json.loads(answer.headers["HX-Trigger"])[name]


def test_the_dialog_has_the_manuals_captions(desk, issue):
    page = desk.get(address(issue), HTTP_ACCEPT_LANGUAGE="ru").content.decode()

    for caption in ("<span>Добавить</span>", "<span>Удалить</span>", ">ОК</button>"):
        assert caption in page
    assert "В выпуске 3 материала" in page


def test_removing_answers_with_the_list_and_can_be_undone(desk, issue):
    entries = ids(issue)

    answer = desk.post(address(issue, "remove"), {"entry": [entries["a"]]})
    assert titles(issue) == ["b", "c"]
    assert "2 materials in the issue" in answer.content.decode()
    assert event(answer, "removed") == {"text": "1 material removed", "undo": "Undo"}

    desk.post(address(issue, "undo"))
    assert titles(issue) == ["a", "b", "c"]


def test_undoing_twice_does_nothing_more(desk, issue):
    desk.post(address(issue, "remove"), {"entry": [ids(issue)["a"]]})
    desk.post(address(issue, "undo"))

    assert desk.post(address(issue, "undo")).status_code == 200
    assert titles(issue) == ["a", "b", "c"]


def test_what_is_left_for_the_next_issue_is_shown_and_can_be_taken_back(desk, issue):
    entry = issue.entries.get(title="b")

    answer = desk.post(address(issue, "hold"), {"entry": [entry.pk]})
    assert "1 material is left for the next issue" in answer.content.decode()

    desk.post(address(issue, "add"), {"material": [entry.material_id]})
    assert sorted(titles(issue)) == ["a", "b", "c"]


def test_the_order_is_saved_as_posted(desk, issue):
    entries, part = ids(issue), issue.entries.all()[0].part
    places = [f"{entries[title]}:{part}" for title in "cab"]

    desk.post(address(issue, "order"), {"place": places})

    assert titles(issue) == ["c", "a", "b"]


@pytest.mark.parametrize("junk", ["", "x:y", "1", ":", "-1:2", "9" * 40 + ":1", "²:³"])
def test_junk_in_an_order_harms_nothing(desk, issue, junk):
    answer = desk.post(address(issue, "order"), {"place": [junk]})

    assert answer.status_code == 200
    assert titles(issue) == ["a", "b", "c"]


def test_adding_says_how_many_came_in(desk, issue, section):
    extra = [make_material(title, section=section).pk for title in "de"]

    answer = desk.post(address(issue, "add"), {"material": [*extra, 9999]})

    assert titles(issue) == ["a", "b", "c", "d", "e"]
    assert event(answer, "added")["text"] == "2 materials added"


def test_ok_goes_on_to_the_letter_and_is_remembered(desk, issue):
    answer = desk.post(address(issue, "ready"))

    assert answer.url == reverse("gonets:issue-preview", args=[issue.pk])
    issue.refresh_from_db()
    assert issue.step == IssueStep.PREVIEW


def test_ok_takes_an_unsaved_order_along(desk, issue):
    entries, part = ids(issue), issue.entries.all()[0].part

    desk.post(
        address(issue, "ready"), {"place": [f"{entries[t]}:{part}" for t in "cba"]}
    )

    assert titles(issue) == ["c", "b", "a"]


def test_a_change_after_the_preview_makes_the_materials_the_step_again(desk, issue):
    actions.set_step(issue.pk, IssueStep.PREVIEW, user=None)

    desk.post(address(issue, "remove"), {"entry": [ids(issue)["a"]]})

    issue.refresh_from_db()
    assert issue.step == IssueStep.MATERIALS


def test_closing_at_once_leaves_no_draft(desk, issue):
    answer = desk.post(address(issue, "leave"))

    assert answer.url == reverse("gonets:newsletters")
    assert not Issue.objects.exists()


def test_closing_after_a_change_keeps_the_draft(desk, issue):
    desk.post(address(issue, "remove"), {"entry": [ids(issue)["a"]]})

    answer = desk.post(address(issue, "leave"))

    assert answer.url == reverse("gonets:planned")
    assert Issue.objects.exists()


def test_an_editor_is_told_what_a_second_one_changed(
    desk, issue, administrator, client
):
    actions.remove_entries(issue.pk, [ids(issue)["a"]], user=administrator)

    answer = desk.post(
        address(issue, "remove"), {"entry": [ids(issue)["b"]], "edition": "1"}
    )

    assert "administrator changed this issue" in answer.content.decode()
    assert titles(issue) == ["c"]


def test_an_editors_own_changes_are_not_told_back(desk, issue):
    desk.post(address(issue, "remove"), {"entry": [ids(issue)["a"]], "edition": "1"})

    answer = desk.post(
        address(issue, "remove"), {"entry": [ids(issue)["b"]], "edition": "1"}
    )

    assert "changed this issue" not in answer.content.decode()


def test_an_issue_sent_meanwhile_is_left_alone_and_shown_where_it_is(desk, issue):
    entry_id = ids(issue)["a"]
    actions.mark_released(issue.pk)

    answer = desk.post(address(issue, "remove"), {"entry": [entry_id]})

    where = reverse("gonets:issue-open", args=[issue.pk])
    assert answer.headers["HX-Redirect"] == where
    assert titles(issue) == ["a", "b", "c"]
    assert desk.get(address(issue)).url == where


def test_an_issue_deleted_meanwhile_leads_to_the_list(desk, issue):
    where = address(issue, "order")
    actions.delete_draft(issue.pk)

    answer = desk.post(where, {"place": []})

    assert answer.headers["HX-Redirect"] == reverse("gonets:planned")


def test_a_material_deleted_from_the_site_is_marked(desk, issue):
    Material.objects.filter(title="a").delete()
    Material.objects.filter(title="b").update(is_published=False)

    page = desk.get(address(issue)).content.decode()

    assert "Gone from the site; its wording here stays" in page
    assert "Hidden on the site now" in page


def test_what_was_sent_already_is_marked(desk, issue, time_machine):
    time_machine.move_to("2026-11-12T09:00:00Z", tick=False)
    moment = clock.now() - timedelta(hours=1)
    Material.objects.update(changed_at=moment, published_at=moment)
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)
    following = make_issue(issue.newsletter)
    material = Material.objects.get(title="a")
    actions.add_materials(following.pk, [material.pk], user=None)

    page = desk.get(address(following)).content.decode()

    assert "Already sent in the issue of 12 November" in page
    assert reverse("gonets:issue-open", args=[issue.pk]) in page


def test_what_is_not_in_the_issue_is_shown_on_demand_with_the_reason(
    desk, issue, section
):
    make_material("<b>hidden</b>", section=section, is_published=False)
    make_material("secret", section=section, visibility="private")
    actions.remove_entries(issue.pk, [ids(issue)["a"]], user=None)

    page = desk.get(reverse("gonets:issue-shelf", args=[issue.pk])).content.decode()

    assert "&lt;b&gt;hidden&lt;/b&gt;" in page
    assert "Hidden on the site now" in page
    taken_back = Material.objects.get(title="a").pk
    assert f'data-takes="{taken_back}"' in page
    assert f'data-takes="{Material.objects.get(title="secret").pk}"' not in page


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "Nothing was published in its sections since"),
        ({"selection": "last_days", "selection_days": 1}, "in the last 1 day."),
        ({"selection": "newest"}, "have all been sent already"),
    ],
)
def test_an_empty_dialog_says_why_and_what_to_do(desk, section, settings, reason):
    empty = make_issue(make_newsletter(section, **settings))

    page = desk.get(address(empty)).content.decode()

    assert reason in page
    assert 'data-opens-dialog="picker"' in page


def test_a_newsletter_without_sections_says_so_and_links_to_them(desk):
    empty = make_issue(make_newsletter())

    page = desk.get(address(empty)).content.decode()

    assert "includes no sections" in page
    assert reverse("gonets:newsletter-edit", args=[empty.newsletter_id]) in page


def test_the_picker_searches_the_whole_site_and_marks_what_is_there(desk, issue):
    sport = make_section("Sport")
    make_material("Great MATCH", section=sport)
    picker = reverse("gonets:issue-picker", args=[issue.pk])

    everything = desk.get(picker).content.decode()
    assert everything.count("checked disabled") == 3
    assert "Great MATCH" in everything

    found = desk.get(picker, {"search": "match"}).content.decode()
    assert "Great MATCH" in found
    assert "checked disabled" not in found

    nothing = desk.get(picker, {"search": "match", "section": issue.pk + 9999})
    assert "Nothing found" in nothing.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "2"])
def test_odd_pages_of_the_picker_are_no_fault(desk, issue, page):
    picker = reverse("gonets:issue-picker", args=[issue.pk])

    assert desk.get(picker, {"page": page, "section": "x"}).status_code == 200


def test_titles_with_html_are_shown_as_text(desk, section):
    make_material("<img src=x onerror=alert(1)>", section=section)
    issue = make_issue(make_newsletter(section))

    assert "<img src=x" not in desk.get(address(issue)).content.decode()


def test_a_get_changes_nothing(desk, issue):
    for name in ("remove", "hold", "undo", "order", "add", "ready", "leave"):
        assert desk.get(address(issue, name)).status_code == 405
    assert titles(issue) == ["a", "b", "c"]


def test_a_long_issue_takes_a_fixed_number_of_queries(
    desk, section, django_assert_max_num_queries
):
    for number in range(40):
        make_material(f"news {number}", section=section)
    issue = make_issue(make_newsletter(section))

    with django_assert_max_num_queries(15):
        desk.get(address(issue))


def test_the_picker_bounds_dates_by_whole_days_and_tells_used_from_unused(
    desk, issue, section
):
    make_material("june", section=section, published_at="2026-06-10T00:00:00Z")
    make_material("july", section=section, published_at="2026-07-10T12:00:00Z")
    picker = reverse("gonets:issue-picker", args=[issue.pk])

    june = desk.get(picker, {"since": "2026-06-10", "until": "2026-06-10"})
    unused = desk.get(picker, {"use": "unused", "until": "2026-07-10"})
    used = desk.get(picker, {"use": "used"})

    assert "june" in june.content.decode()
    assert "july" not in june.content.decode()
    assert "july" in unused.content.decode()
    assert "Nothing found" in used.content.decode()


@pytest.mark.parametrize("day", ["x", "0001-01-01", "9999-12-31", "2026-02-30", "²"])
def test_odd_dates_in_the_picker_ask_nothing(desk, issue, day):
    picker = reverse("gonets:issue-picker", args=[issue.pk])

    answer = desk.get(picker, {"since": day, "until": day, "use": day})

    assert answer.status_code == 200


def test_an_address_in_the_picker_offers_to_read_the_page(desk, issue, section):
    picker = reverse("gonets:issue-picker", args=[issue.pk])
    make_material("Known", section=section, address="https://a.example/known")

    offered = desk.get(picker, {"search": "a.example/<new>"}).content.decode()
    known = desk.get(picker, {"search": "https://a.example/known"}).content.decode()

    assert "https://a.example/&lt;new&gt;" in offered
    assert reverse("gonets:issue-picker-page", args=[issue.pk]) in offered
    assert "Known" in known
    assert "Read this page" not in known


def test_a_page_that_was_read_is_offered_ticked(desk, issue, settings):
    with website() as site:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [site.port]
        site.serve("/ferry", b"<title>A <b>ferry</title>")
        reads = reverse("gonets:issue-picker-page", args=[issue.pk])

        shown = desk.post(reads, {"search": site.address("/ferry")}).content.decode()
        gone = desk.post(reads, {"search": site.address("/none")}).content.decode()

    assert "checked data-ticked" in shown
    assert ">A ferry<" in shown
    assert 'role="alert"' in gone
    assert "Try again" in gone
    assert Material.objects.filter(source__kind="page").count() == 1


def test_a_section_of_the_letter_is_renamed_and_that_can_be_undone(desk, issue):
    part = issue.entries.all()[0].part

    renamed = desk.post(
        address(issue, "rename-part"), {"part": part, "heading": "<Town>"}
    )
    assert "&lt;Town&gt;" in renamed.content.decode()

    undone = desk.post(address(issue, "undo"))
    assert event(undone, "stepped") == {"text": "Undone: heading “<Town>” changed"}
    assert issue.entries.all()[0].heading == "News"

    desk.post(address(issue, "redo"))
    assert issue.entries.all()[0].heading == "<Town>"


def test_a_heading_that_cannot_be_is_said_beside_the_list(desk, issue):
    part = issue.entries.all()[0].part

    answer = desk.post(
        address(issue, "rename-part"), {"part": part, "heading": "x" * 300}
    )

    assert "too long" in answer.content.decode()
    assert issue.entries.all()[0].heading == "News"


def test_undoing_with_nothing_to_undo_says_so(desk, issue):
    for step in ("undo", "redo"):
        answer = desk.post(address(issue, step))
        assert event(answer, "toast")["text"].startswith("There is nothing to")


def test_a_colleagues_step_is_taken_back_only_after_a_question(
    desk, issue, administrator
):
    actions.sort_by_date(issue.pk, newest_first=False, user=administrator)

    asked = event(desk.post(address(issue, "undo")), "anothers-step")
    assert titles(issue) == ["c", "b", "a"]

    desk.post(address(issue, "undo"), {"step": asked["step"]})
    assert titles(issue) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("by", "order"),
    [("newest", "abc"), ("oldest", "cba"), ("site", "abc"), ("x", "abc")],
)
def test_the_entries_are_sorted_as_asked(desk, issue, by, order):
    desk.post(address(issue, "sort"), {"by": by})

    assert titles(issue) == list(order)


def rows_in(answer) -> str:
    """Return what a browser that shows the answer says that it shows."""
    page = answer.content.decode()
    pairs = re.findall(r'data-entry="(\d+)" data-token="(\w+)"', page)
    return " ".join(f"{entry}:{token}" for entry, token in pairs)


def test_rows_that_a_browser_shows_already_are_only_named(desk, issue):
    shown = rows_in(desk.get(address(issue)))
    gone = ids(issue)["b"]

    answer = desk.post(address(issue, "remove"), {"entry": gone, "shown": shown})

    page = answer.content.decode()
    assert re.findall(r'data-kept="(\d+)"', page) == [
        str(ids(issue)[title]) for title in ("a", "c")
    ]
    assert "data-entry" not in page
    back = desk.post(address(issue, "undo"), {"shown": shown})
    assert rows_in(back) == ""  # all three are as they were


def test_a_row_that_looks_otherwise_is_sent_whole(desk, issue, section):
    shown = rows_in(desk.get(address(issue)))
    issue.entries.filter(title="a").update(title="A!")
    Material.objects.filter(title="b").update(is_published=False)
    new = make_material("d", section=section)

    answer = desk.post(address(issue, "add"), {"material": new.pk, "shown": shown})

    sent = {pair.split(":")[0] for pair in rows_in(answer).split()}
    assert sent == {str(ids(issue)[title]) for title in ("A!", "b", "d")}


def test_in_another_language_every_row_looks_otherwise(desk, issue):
    shown = rows_in(desk.get(address(issue)))

    answer = desk.post(
        address(issue, "order"), {"shown": shown}, HTTP_ACCEPT_LANGUAGE="ru"
    )

    assert len(rows_in(answer).split()) == 3


@pytest.mark.parametrize("shown", ["", ":", "a:b 1 2: :3", "1:" * 9999, "\0 \u202e:x"])
def test_nonsense_about_rows_gets_the_whole_list(desk, issue, shown):
    answer = desk.post(address(issue, "order"), {"shown": shown})

    assert len(rows_in(answer).split()) == 3


def test_parts_are_joined(desk, issue):
    other = make_material("d", section=make_section("Sport"))
    actions.add_materials(issue.pk, [other.pk], user=None)
    parts = list(dict.fromkeys(issue.entries.values_list("part", flat=True)))

    answer = desk.post(
        address(issue, "join-parts"), {"part": parts[1], "into": parts[0]}
    )
    desk.post(address(issue, "join-parts"), {"part": parts[0], "into": parts[0]})
    gone = desk.post(address(issue, "join-parts"), {"part": 77, "into": parts[0]})

    assert event(answer, "removed")["undo"] == "Undo"
    assert set(issue.entries.values_list("heading", flat=True)) == {"News"}
    assert "This part of the letter is gone" in gone.content.decode()


@pytest.mark.parametrize("rest", ["hold", "remove"])
def test_a_limit_keeps_the_first_and_what_is_over_can_wait(desk, issue, rest):
    answer = desk.post(address(issue, "limit"), {"most": 2, "rest": rest})

    assert titles(issue) == ["a", "b"]
    assert event(answer, "removed")["text"].startswith("1 material")
    assert ("left for the next issue" in answer.content.decode()) is (rest == "hold")


@pytest.mark.parametrize(
    ("most", "said", "shown"),
    [
        ("", "There is no limit now", ""),
        ("0", "There is no limit now", ""),
        ("-1", "There is no limit now", ""),
        ("x", "There is no limit now", ""),
        ("9999999", "At most 200 of a section from now on", "at most 200"),
        ("3", "At most 3 of a section from now on", "at most 3"),
    ],
)
def test_a_limit_that_nothing_exceeds_takes_nothing(desk, issue, most, said, shown):
    answer = desk.post(address(issue, "limit"), {"most": most, "rest": "hold"})

    assert titles(issue) == ["a", "b", "c"]
    assert event(answer, "removed")["text"] == said
    assert shown in answer.content.decode()
    assert shown or "at most" not in answer.content.decode()


def test_what_is_beyond_a_limit_may_stay_this_time(desk, issue, section):
    part = {"part": section.pk, "most": 1, "rest": "keep"}

    answer = desk.post(address(issue, "limit"), part)

    assert titles(issue) == ["a", "b", "c"]
    assert 'data-limit="1"' in answer.content.decode()
    shelf = desk.get(reverse("gonets:issue-shelf", args=[issue.pk])).content.decode()
    assert "Over the limit" not in shelf
    make_material("d", section=section)
    shelf = desk.get(reverse("gonets:issue-shelf", args=[issue.pk])).content.decode()
    assert "Over the limit of its section" in shelf


def totals(desk, issue) -> str:
    return desk.get(address(issue, "totals")).content.decode()


def test_the_running_total_tells_entries_time_and_size(desk, issue):
    shown = totals(desk, issue)

    assert "<dd>3</dd>" in shown
    assert "1 min" in shown
    assert "KB" in shown
    assert "Gmail" not in shown


def test_a_letter_that_gmail_cuts_off_says_so_in_the_dialog(desk, issue):
    Issue.objects.filter(pk=issue.pk).update(intro="<p>word</p>" * 12_000)

    shown = totals(desk, issue)

    assert "Gmail cuts off letters of this size" in shown


def test_a_letter_that_cannot_be_made_still_has_its_count(desk, issue):
    Issue.objects.filter(pk=issue.pk).update(intro="{{ nonsense")

    assert "<dd>3</dd>" in totals(desk, issue)
