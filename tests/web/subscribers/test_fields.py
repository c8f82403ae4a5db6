from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gonets.audience.actions import add_field
from gonets.audience.models import Subscriber, SubscriberField, SubscriberImport
from tests.support.factories import make_newsletter, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def newsletter():
    return make_newsletter(title="Weekly letter")


def upload(client, content: str):
    file = SimpleUploadedFile("people.csv", content.encode())
    return client.post("/subscribers/import/", {"file": file}, follow=True)


def choices(newsletter, **changes: object) -> dict[str, object]:
    return {
        "address_column": "0",
        "name_column": "",
        "readership_ids": [newsletter.readership_id],
        "consent_source": "the fair",
    } | changes


def start(client, newsletter, **changes: object):
    order = SubscriberImport.objects.latest("pk")
    return client.post(
        f"/subscribers/import/{order.pk}/start/",
        choices(newsletter, **changes),
        follow=True,
    )


def person(**changes: object) -> dict[str, object]:
    return {"address": "ann@example.com", "name": "Ann"} | changes


def test_the_preview_of_a_file_asks_what_each_column_becomes(editor_client, newsletter):
    add_field("Город")

    page = upload(editor_client, "E-mail;Город;<b>Цех</b>\na@example.com;Омск;7\n")

    text = page.content.decode()
    assert '<option value="gorod" selected>Город</option>' in text
    assert "new field “&lt;b&gt;Цех&lt;/b&gt;”" in text
    assert "<b>Цех</b></" not in text
    assert "Омск" in text


def test_columns_are_kept_as_they_were_mapped(editor_client, newsletter):
    add_field("City")
    upload(editor_client, "E-mail;Town;Shoe;Phone\na@example.com;Omsk;42;555\n")

    start(editor_client, newsletter, column_1="city", column_2="+", column_3="")

    assert Subscriber.objects.get().fields == {"city": "Omsk", "shoe": "42"}


@pytest.mark.parametrize(
    "columns",
    [
        {"column_1": "nosuch"},
        {"column_1": "+", "column_2": "+"},  # City twice
    ],
)
def test_a_mapping_that_cannot_be_is_told_and_nothing_is_lost(
    editor_client, newsletter, columns
):
    upload(editor_client, "E-mail;City;city\na@example.com;Omsk;Tomsk\n")

    page = start(editor_client, newsletter, **columns)

    assert "Not imported yet" in page.content.decode()
    assert SubscriberImport.objects.get().state == "uploaded"
    assert not Subscriber.objects.exists()


def test_a_person_is_given_values_and_a_new_field(editor_client):
    add_field("City")
    ann = make_subscriber("ann@example.com")
    page = f"/subscribers/{ann.pk}/"

    editor_client.post(
        page, person(field_city=" Omsk ", new_label="Размер", new_value="42")
    )

    ann.refresh_from_db()
    assert ann.fields == {"city": "Omsk", "razmer": "42"}
    text = editor_client.get(page).content.decode()
    assert 'value="Omsk"' in text
    assert "Размер" in text
    editor_client.post(page, person(field_city="", field_razmer="43"))
    ann.refresh_from_db()
    assert ann.fields == {"razmer": "43"}


def test_a_new_person_can_have_values_at_once(editor_client):
    add_field("City")

    editor_client.post("/subscribers/new/", person(field_city="Omsk"))

    assert Subscriber.objects.get().fields == {"city": "Omsk"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"field_city": "x" * 1001}, "is longer than 1000 characters"),
        ({"new_value": "42"}, "Say what the field is called."),
        ({"new_label": "x" * 81, "new_value": "42"}, "at most 80"),
    ],
)
def test_what_cannot_be_kept_is_told_and_stays_in_the_form(
    editor_client, changes, said
):
    add_field("City")
    ann = make_subscriber("ann@example.com")

    page = editor_client.post(f"/subscribers/{ann.pk}/", person(**changes))

    text = page.content.decode()
    assert said in text
    assert list(changes.values())[-1] in text
    ann.refresh_from_db()
    assert ann.fields == {}


def test_fields_are_listed_renamed_and_removed(editor_client):
    city = add_field("City")
    ann = make_subscriber("ann@example.com")
    Subscriber.objects.filter(pk=ann.pk).update(fields={"city": "Omsk"})

    assert "1 of 1" in editor_client.get("/subscribers/fields/").content.decode()
    rename = f"/subscribers/fields/{city.pk}/rename/"
    editor_client.post(rename, {"label": "Home <b>town</b>"})
    editor_client.post(rename, {"label": " "})

    text = editor_client.get("/subscribers/fields/").content.decode()
    assert "Home &lt;b&gt;town&lt;/b&gt;" in text
    remove = f"/subscribers/fields/{city.pk}/remove/"
    assert "1 person loses" in editor_client.get(remove).content.decode()
    assert SubscriberField.objects.exists()
    editor_client.post(remove)
    ann.refresh_from_db()
    assert ann.fields == {}
    assert editor_client.get(remove).status_code == 404


def test_a_field_that_cannot_be_is_explained(editor_client):
    page = editor_client.post("/subscribers/fields/", {"label": "x" * 81})

    assert "is longer than 80 characters" in page.content.decode()
    assert not SubscriberField.objects.exists()


@pytest.mark.parametrize(
    "address", ["/subscribers/fields/", "/subscribers/fields/1/remove/"]
)
def test_only_editors_see_fields(client, address):
    assert client.get(address).status_code in {302, 403}
