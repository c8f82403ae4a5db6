from __future__ import annotations

import csv
import io

import pytest

from gonets.audience.models import Consent, Subscriber, Suppression
from tests.support.factories import make_newsletter, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter():
    return make_newsletter(title="Weekly letter")


def shown(client, **query: object) -> str:
    return client.get("/subscribers/", query).content.decode()


def fields(**changes: object) -> dict[str, object]:
    return {"address": "ann@example.com", "name": "", "evidence": "by phone"} | changes


def test_an_empty_list_teaches_how_to_begin(editor_client):
    page = shown(editor_client)

    assert "Nobody is subscribed yet" in page
    assert "/subscribers/import/example.csv" in page


def test_the_example_is_a_table_with_a_heading(editor_client):
    response = editor_client.get("/subscribers/import/example.csv")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.startswith('"E-mail","Name"')


def test_people_are_found_and_counted(editor_client, newsletter):
    make_subscriber("ann@example.com", newsletter.readership, name="Анна")
    make_subscriber("bob@example.com")

    assert "2 subscribers" in shown(editor_client)
    found = shown(editor_client, q="АННА", newsletter=newsletter.readership_id)
    assert "1 subscriber\n" in found.replace("</p>", "\n").replace(" · ", "\n")
    assert "ann@example.com" in found
    assert "bob@example.com" not in found
    assert "Nobody fits" in shown(editor_client, standing="suppressed")


@pytest.mark.parametrize(
    "query",
    [
        {"page": "999999"},
        {"page": "x"},
        {"newsletter": "'; DROP"},
        {"newsletter": "99999999999999999999999"},
        {"search": "a\x00b"},
        {"standing": "nonsense"},
        {"q": "\0"},
        {"q": "%_\\" * 300},
        {"q": "<script>alert(1)</script>"},
    ],
)
def test_nonsense_in_the_address_is_survived(editor_client, query):
    make_subscriber()

    response = editor_client.get("/subscribers/", query)

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_many_people_are_paged_and_cost_few_queries(
    editor_client, newsletter, django_assert_max_num_queries
):
    for n in range(60):
        make_subscriber(f"p{n}@example.com", newsletter.readership)

    with django_assert_max_num_queries(10):
        second = shown(editor_client, page=2)

    assert "Page 2 of 2" in second
    assert "p9@example.com" in second


def test_the_export_follows_the_filters(editor_client, newsletter):
    make_subscriber("ann@example.com", newsletter.readership, name="=1+1")
    make_subscriber("bob@example.com")

    response = editor_client.get("/subscribers/export/", {"q": "ann"})

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[:3] for row in rows[1:]] == [
        ["ann@example.com", "'=1+1", "Weekly letter"]
    ]
    assert response["Content-Disposition"].startswith("attachment")


def test_a_person_is_added_with_the_evidence_on_record(
    editor_client, editor, newsletter
):
    response = editor_client.post(
        "/subscribers/new/",
        fields(name="Ann", readership_ids=[newsletter.readership_id]),
        follow=True,
    )

    assert "ann@example.com is a subscriber now." in response.content.decode()
    assert Consent.objects.get().recorded_by == editor


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"address": "ann"}, "has none"),
        ({"address": ""}, "This field is required"),
        ({"address": "ann@example.com\r\nBcc: eve@example.com"}, "line break"),
        ({"name": "x" * 201}, "longer than 200"),
        ({"evidence": " "}, "Say how you know"),
        ({"readership_ids": ["99"]}, "Select a valid choice"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_lost(
    editor_client, newsletter, changes, says
):
    response = editor_client.post(
        "/subscribers/new/",
        fields(**({"readership_ids": [newsletter.readership_id]} | changes)),
    )

    assert says in response.content.decode()
    assert not Subscriber.objects.exists()


def test_a_person_who_is_here_is_pointed_to(editor_client):
    here = make_subscriber("ann@example.com")

    page = editor_client.post(
        "/subscribers/new/", fields(address="ANN@example.com")
    ).content.decode()

    assert "is a subscriber already" in page
    assert f'href="/subscribers/{here.pk}/"' in page


def test_corrections_and_newsletters_are_saved_together_or_not_at_all(
    editor_client, newsletter
):
    person = make_subscriber("ann@example.com")
    page = f"/subscribers/{person.pk}/"
    wanted = fields(name="Ann", readership_ids=[newsletter.readership_id])

    failed = editor_client.post(page, wanted | {"evidence": ""})
    person.refresh_from_db()
    assert "Say how you know" in failed.content.decode()
    assert person.name == ""

    editor_client.post(page, wanted)
    person.refresh_from_db()
    assert person.name == "Ann"
    assert person.subscriptions.get().state == "confirmed"


def test_unticking_a_newsletter_unsubscribes(editor_client, newsletter):
    person = make_subscriber("ann@example.com", newsletter.readership)

    editor_client.post(f"/subscribers/{person.pk}/", fields(evidence=""))

    assert person.subscriptions.get().state == "unsubscribed"


def test_the_page_of_a_person_shows_the_consents(editor_client, newsletter):
    person = make_subscriber("ann@example.com", newsletter.readership)

    page = editor_client.get(f"/subscribers/{person.pk}/").content.decode()

    assert "signed at the fair" in page


def test_deleting_asks_first_and_names_what_happens(editor_client, newsletter):
    person = make_subscriber("ann@example.com", newsletter.readership)

    question = editor_client.get(f"/subscribers/{person.pk}/delete/").content.decode()
    assert "Delete ann@example.com?" in question
    assert "1 subscription ends at once" in question
    assert Subscriber.objects.exists()

    editor_client.post(f"/subscribers/{person.pk}/delete/")
    assert not Subscriber.objects.exists()


def test_blocking_and_allowing_again(editor_client):
    person = make_subscriber("ann@example.com")

    editor_client.post(f"/subscribers/{person.pk}/block/", {"reason": "rude \0 letter"})
    page = editor_client.get(f"/subscribers/{person.pk}/").content.decode()
    assert "Allow letters again" in page
    assert "rude" in page

    editor_client.post(f"/subscribers/{person.pk}/allow/")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("path", ["", "delete/"])
def test_somebody_who_is_gone_is_not_found(editor_client, path):
    assert editor_client.get(f"/subscribers/99/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "export/",
        "new/",
        "1/",
        "1/delete/",
        "import/",
        "import/1/",
        "import/1/live/",
    ],
)
def test_strangers_are_sent_to_the_log_in(client, path):
    response = client.get(f"/subscribers/{path}")

    assert response.status_code == 302
    assert "/login/" in response["Location"]


@pytest.mark.parametrize(
    "path",
    ["1/block/", "1/allow/", "import/1/start/", "import/1/stop/", "import/1/discard/"],
)
def test_what_changes_something_is_never_a_get(editor_client, path):
    assert editor_client.get(f"/subscribers/{path}").status_code == 405


def test_names_are_shown_as_text(editor_client):
    make_subscriber("ann@example.com", name="<img src=x onerror=alert(1)>")

    assert "<img src=x" not in shown(editor_client)


def test_an_archived_newsletter_stays_in_the_filter(editor_client, newsletter):
    make_subscriber("ann@example.com", newsletter.readership)
    newsletter.archived_at = newsletter.created_at
    newsletter.save()

    assert "Weekly letter" in shown(editor_client)
