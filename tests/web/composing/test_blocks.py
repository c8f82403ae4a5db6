"""Working on the letter over HTTP: blocks, pictures, personal parts, calendars."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gonets.audience.actions import add_field, edit_subscriber
from gonets.content.models import Picture
from gonets.content.pictures import picture_path
from gonets.newsletters import actions
from gonets.newsletters.models import Entry, Issue
from gonets.publishing.personal import personal_values
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)
from tests.support.website import website

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db: None) -> Issue:
    news = make_section("News")
    make_material("Ferry", section=news)
    return make_issue(make_newsletter(news))


@pytest.fixture
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def a_picture(kind: str = "PNG", size: tuple[int, int] = (400, 300)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def post(client, issue: Issue, path: str, **fields):
    edition = Issue.objects.values_list("edition", flat=True).get(pk=issue.pk)
    return client.post(f"/issues/{issue.pk}/{path}", {"edition": edition, **fields})


def add(client, issue: Issue, kind: str, **words):
    return post(client, issue, "blocks/add/", kind=kind, changes=json.dumps(words))


def test_a_block_is_put_in_and_the_answer_names_it(editor_client, issue):
    answer = add(editor_client, issue, "text", teaser="<p>Hi</p>").json()

    assert answer["edition"] == 2
    assert issue.entries.get(pk=answer["entry"]).teaser == "<p>Hi</p>"


def test_a_block_is_moved_doubled_taken_out_and_put_back(editor_client, issue):
    block = add(editor_client, issue, "quote", title="Ann").json()["entry"]

    moved = post(editor_client, issue, f"blocks/{block}/move/", direction="down")
    copy = post(editor_client, issue, f"blocks/{block}/duplicate/").json()["entry"]
    removed = post(editor_client, issue, f"blocks/{copy}/remove/").json()
    assert issue.entries.count() == 2
    restored = post(editor_client, issue, "letter/undo/")

    assert moved.status_code == restored.status_code == 200
    assert removed["undo"]
    assert list(issue.entries.values_list("kind", flat=True)) == [
        "material",
        "quote",
        "quote",
    ]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("blocks/add/", {"kind": "text", "changes": "nonsense"}, 400),
        ("blocks/add/", {"kind": "text", "changes": '{"a": 1}'}, 400),
        ("blocks/add/", {"kind": "spell", "changes": "{}"}, 422),
        ("blocks/add/", {"kind": "html", "changes": '{"html": "x"}'}, 422),
        ("blocks/add/", {"kind": "text", "changes": "{}", "edition": "9"}, 409),
        ("blocks/add/", {"kind": "text", "changes": "{}", "edition": "x"}, 400),
        ("blocks/7/move/", {"direction": "sideways"}, 400),
        ("blocks/7/duplicate/", {}, 422),
        ("letter/undo/", {}, 422),
        ("letter/redo/", {}, 422),
        ("letter/undo/", {"edition": "-1"}, 400),
    ],
)
def test_what_cannot_be_done_is_said_in_json(
    editor_client, issue, path, fields, status
):
    answer = post(editor_client, issue, path, **fields)

    assert answer.status_code == status
    assert answer.json()["message"]
    assert issue.entries.count() == 1


def test_strangers_change_nothing(client, issue):
    assert add(client, issue, "text").status_code == 302
    assert issue.entries.count() == 1


def test_looking_changes_nothing(editor_client, issue):
    answer = editor_client.get(f"/issues/{issue.pk}/blocks/add/")

    assert answer.status_code == 405
    assert issue.entries.count() == 1


def test_the_form_of_an_event_holds_what_it_says(editor_client, issue):
    words = {"title": "Concert", "starts": "2027-05-07T19:00", "place": "Hall"}
    block = add(editor_client, issue, "event", **words).json()["entry"]

    page = editor_client.get(f"/issues/{issue.pk}/blocks/form/?entry={block}")

    assert 'value="2027-05-07"' in page.content.decode()
    assert 'value="Hall"' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [("kind=event", 200), ("kind=html", 403), ("kind=text", 404), ("entry=9", 404)],
)
def test_only_some_blocks_have_a_form(editor_client, issue, query, status):
    page = editor_client.get(f"/issues/{issue.pk}/blocks/form/?{query}")

    assert page.status_code == status


def test_a_picture_is_kept_cropped_and_served_under_a_lasting_name(
    editor_client, issue, media_root
):
    file = SimpleUploadedFile("a.png", a_picture(size=(400, 200)))

    answer = editor_client.post(
        f"/issues/{issue.pk}/pictures/", {"file": file, "crop": "0.25,0,0.5,1"}
    ).json()

    assert (answer["width"], answer["height"]) == (200, 200)
    picture = Picture.objects.get(pk=answer["picture"])
    assert answer["address"] == f"/media/pictures/{picture.name}"
    again = editor_client.post(
        f"/issues/{issue.pk}/pictures/", {"name": picture.name, "crop": "0,0,1,0.5"}
    ).json()
    assert (again["width"], again["height"]) == (200, 100)
    assert picture_path(picture.name).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"file": SimpleUploadedFile("a.png", b"<script>alert(1)</script>")},
        {"file": SimpleUploadedFile("a.svg", b"<svg xmlns='x'/>")},
        {"name": "../../settings.py"},
        {"picture": "999"},
        {"address": "javascript:alert(1)"},
        {"address": "file:///etc/passwd"},
        {"address": "http://127.0.0.1:1/a.png"},
        {"address": "http://169.254.169.254/latest/meta-data"},
    ],
)
def test_what_is_no_picture_or_not_on_the_web_is_refused(
    editor_client, issue, media_root, fields
):
    answer = editor_client.post(f"/issues/{issue.pk}/pictures/", fields)

    assert answer.status_code == 422
    assert answer.json()["message"]
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    "crop", ["1", "a,b,c,d", "0,0,2,2", "-1,0,1,1", "0,0,0,0", "nan,0,1,1", "0,0,inf,1"]
)
def test_a_crop_that_is_none_is_refused(editor_client, issue, media_root, crop):
    file = SimpleUploadedFile("a.png", a_picture())

    answer = editor_client.post(
        f"/issues/{issue.pk}/pictures/", {"file": file, "crop": crop}
    )

    assert answer.status_code == 422


def test_a_block_can_be_put_under_the_heading_of_a_section(editor_client, issue):
    first = issue.entries.order_by("position").first()

    answer = post(
        editor_client,
        issue,
        "blocks/add/",
        kind="text",
        above=first.pk,
        changes=json.dumps({"teaser": "<p>Hi</p>"}),
    ).json()

    block = issue.entries.order_by("position").first()
    assert (block.pk, block.part) == (answer["entry"], first.part)


def test_a_picture_comes_from_an_address_of_the_web(
    editor_client, issue, media_root, settings
):
    with website() as site:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [site.port]
        address = site.serve("/a.webp", a_picture("WEBP"))

        answer = editor_client.post(
            f"/issues/{issue.pk}/pictures/", {"address": address}
        )

    assert answer.status_code == 200
    assert answer.json()["width"] == 400


def test_the_menu_says_for_how_many_a_personal_part_is_empty(editor_client, issue):
    readership = issue.newsletter.readership
    make_subscriber("ann@example.com", readership, name="Ann")
    make_subscriber("bob@example.com", readership)
    make_subscriber("eve@example.com", readership)

    page = editor_client.get(f"/issues/{issue.pk}/personal/").content.decode()

    assert "empty for 2 people of 3" in page
    assert "known of everybody" in page


def test_the_menu_has_the_fields_of_subscribers_and_what_the_reader_has(
    editor_client, issue
):
    readership = issue.newsletter.readership
    ann = make_subscriber("ann@example.com", readership, name="Ann")
    make_subscriber("bob@example.com", readership)
    add_field("Город")
    edit_subscriber(
        subscriber_id=ann.pk, address=ann.address, name="Ann", fields={"gorod": "Омск"}
    )

    page = editor_client.get(f"/issues/{issue.pk}/personal/?reader={ann.pk}")

    text = page.content.decode()
    assert 'value="gorod"' in text
    assert "Город" in text
    assert 'data-shown="Омск"' in text
    assert text.count("empty for 1 person of 2") == 2  # the name, and the field


def test_counting_empty_values_takes_one_query(issue, django_assert_num_queries):
    for number in range(5):
        add_field(f"Field {number}")

    with django_assert_num_queries(2):  # and the fields themselves
        personal_values(issue)


def test_anybody_gets_the_calendar_file_of_an_event(client, issue):
    words = {"title": "Concert", "starts": "2027-05-07T19:00"}
    event = actions.add_block(
        issue.pk, "event", words, after=None, edition=1, user=None
    )
    uid = event.content["uid"]

    answer = client.get(f"/calendar/{issue.pk}/{event.pk}/{uid}.ics")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:Concert" in answer.content
    wrong = client.get(f"/calendar/{issue.pk}/{event.pk}/guessed.ics")
    assert wrong.status_code == 404


@pytest.mark.parametrize(
    ("starts", "zone"),
    [("0001-01-01T00:00", "Asia/Tokyo"), ("9999-12-31", ""), ("soon", "")],
)
def test_an_event_at_the_end_of_the_calendar_has_no_file(client, issue, starts, zone):
    content = {"uid": "abc", "starts": starts, "time_zone": zone}
    entry = Entry.objects.create(issue=issue, kind="event", content=content, position=9)

    assert client.get(f"/calendar/{issue.pk}/{entry.pk}/abc.ics").status_code == 404


def test_the_letter_links_to_the_calendar_file(editor_client, issue):
    words = {"title": "Concert", "starts": "2027-05-07T19:00"}
    block = add(editor_client, issue, "event", **words).json()["entry"]

    letter = editor_client.get(f"/issues/{issue.pk}/letter/").content.decode()

    assert f"/calendar/{issue.pk}/{block}/" in letter


def test_the_dialog_of_materials_shows_blocks_among_them(editor_client, issue):
    add(editor_client, issue, "text", teaser="<p>From the editors</p>")
    add(editor_client, issue, "divider")

    page = editor_client.get(f"/issues/{issue.pk}/materials/").content.decode()

    assert page.count('class="entry-title"') == 3
    assert "From the editors" in page
    assert "Dividing line" in page
    assert "Gone from the site" not in page


def test_a_step_is_taken_back_and_done_again_with_the_words_outside_the_frame(
    editor_client, editor, issue
):
    actions.save_wording(
        issue.pk, edition=1, user=editor, changes={"subject": "Better"}
    )
    before = issue.subject

    undone = post(editor_client, issue, "letter/undo/").json()
    redone = post(editor_client, issue, "letter/redo/").json()

    assert undone["words"]["subject"] == before
    assert redone["words"]["subject"] == "Better"
    assert redone["edition"] == 4


def test_another_editors_step_is_asked_about(editor_client, administrator, issue):
    actions.save_wording(
        issue.pk, edition=1, user=administrator, changes={"subject": "Hers"}
    )

    question = post(editor_client, issue, "letter/undo/")
    agreed = question.json()["agreed"]
    answer = post(editor_client, issue, "letter/undo/", agreed=agreed)

    assert question.status_code == 422
    assert "administrator" in question.json()["message"]
    assert answer.json()["words"]["subject"] == issue.subject
