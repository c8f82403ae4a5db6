from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gonets.audience import tasks
from gonets.audience.importing.actions import path_of
from gonets.audience.models import Subscriber, SubscriberImport
from tests.support.factories import make_newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def newsletter():
    return make_newsletter(title="Weekly letter")


def upload(client, content: bytes | str, name: str = "people.csv"):
    raw = content.encode() if isinstance(content, str) else content
    return client.post(
        "/subscribers/import/", {"file": SimpleUploadedFile(name, raw)}, follow=True
    )


def choices(newsletter, **changes: object) -> dict[str, object]:
    return {
        "address_column": "0",
        "name_column": "1",
        "readership_ids": [newsletter.readership_id],
        "consent_source": "the fair",
    } | changes


def page_of(order: SubscriberImport) -> str:
    return f"/subscribers/import/{order.pk}/"


def test_a_file_is_shown_before_anything_is_imported(editor_client, newsletter):
    page = upload(editor_client, "E-mail;Имя\nann@example.com;Анна\n").content.decode()

    assert "Анна" in page
    assert "Import 1 line" in page
    assert not Subscriber.objects.exists()


def test_a_small_file_is_done_at_once_and_reported(editor_client, newsletter):
    upload(editor_client, "E-mail;Имя\nann@example.com;Анна\nbad;<b>x</b>\n")
    order = SubscriberImport.objects.get()

    page = editor_client.post(
        f"{page_of(order)}start/", choices(newsletter), follow=True
    ).content.decode()

    assert "The file is imported" in page
    assert "“bad” has none" in page
    assert "&lt;b&gt;x" in page
    assert Subscriber.objects.get().name == "Анна"


def test_a_large_file_goes_on_in_the_worker_with_live_progress(
    editor_client, newsletter
):
    body = "".join(f"p{n}@example.com,P\n" for n in range(2000))
    upload(editor_client, body)
    order = SubscriberImport.objects.get()

    page = editor_client.post(
        f"{page_of(order)}start/", choices(newsletter), follow=True
    ).content.decode()
    assert "Importing…" in page
    assert 'hx-trigger="every 1s"' in page

    tasks.run_pending_imports()
    live = editor_client.get(f"{page_of(order)}live/").content.decode()
    assert "The file is imported" in live
    assert "hx-trigger" not in live
    assert "2,000" in live


def test_the_encoding_and_the_delimiter_can_be_switched(editor_client, newsletter):
    upload(editor_client, "a@example.com;Łukasz\n".encode("cp1250"))
    order = SubscriberImport.objects.get()

    page = editor_client.post(
        f"{page_of(order)}reading/",
        {"encoding": "cp1251", "delimiter": ",", "has_header": "yes"},
        follow=True,
    ).content.decode()

    order.refresh_from_db()
    assert (order.encoding, order.delimiter, order.has_header) == ("cp1251", ",", True)
    assert "There is no line below" in page


def test_an_unknown_encoding_is_refused(editor_client, newsletter):
    upload(editor_client, "a@example.com\n")
    order = SubscriberImport.objects.get()

    page = editor_client.post(
        f"{page_of(order)}reading/", {"encoding": "rot13"}, follow=True
    )

    assert "cannot be read in this way" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"readership_ids": []}, "Choose at least one newsletter"),
        ({"consent_source": ""}, "This field is required"),
        ({"name_column": "0"}, "cannot be the same column"),
        ({"address_column": "7"}, "Select a valid choice"),
    ],
)
def test_missing_choices_are_named(editor_client, newsletter, changes, says):
    upload(editor_client, "ann@example.com,Ann\n")
    order = SubscriberImport.objects.get()

    page = editor_client.post(f"{page_of(order)}start/", choices(newsletter, **changes))

    assert says in page.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "not a table"),
    ],
)
def test_a_useless_file_is_refused_with_the_reason(editor_client, content, says):
    assert says in upload(editor_client, content).content.decode()
    assert not SubscriberImport.objects.exists()


def test_no_file_at_all_is_told(editor_client):
    page = editor_client.post("/subscribers/import/").content.decode()

    assert "This field is required" in page


def test_a_file_lost_meanwhile_is_told(editor_client, newsletter):
    upload(editor_client, "ann@example.com\n")
    order = SubscriberImport.objects.get()
    path_of(order).unlink()

    page = editor_client.get(page_of(order), follow=True).content.decode()

    assert "gone from the data folder" in page


def test_a_second_start_changes_nothing(editor_client, newsletter):
    upload(editor_client, "ann@example.com,Ann\n")
    order = SubscriberImport.objects.get()
    for _ in range(2):
        page = editor_client.post(
            f"{page_of(order)}start/", choices(newsletter), follow=True
        )

    assert "The file is imported" in page.content.decode()
    assert SubscriberImport.objects.get().added == 1


def test_removing_and_stopping(editor_client, newsletter, folder):
    upload(editor_client, "ann@example.com,Ann\n")
    editor_client.post(f"{page_of(SubscriberImport.objects.get())}discard/")
    assert not SubscriberImport.objects.exists()
    assert not list((folder / "imports").iterdir())

    upload(editor_client, "".join(f"p{n}@example.com,P\n" for n in range(999)))
    order = SubscriberImport.objects.get()
    editor_client.post(f"{page_of(order)}start/", choices(newsletter))
    page = editor_client.post(f"{page_of(order)}stop/", follow=True).content.decode()
    assert "The import was stopped" in page


def test_the_report_can_be_downloaded(editor_client, newsletter):
    upload(editor_client, "ann@example.com,Ann\n=bad(),x\n")
    order = SubscriberImport.objects.get()
    editor_client.post(f"{page_of(order)}start/", choices(newsletter))

    response = editor_client.get(f"{page_of(order)}refused/")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert '"2"' in text
    assert '"\'=bad(),x"' in text


def test_earlier_imports_are_listed_with_strange_names(editor_client, newsletter):
    upload(editor_client, "ann@example.com\n", name="../<script>.csv")

    page = editor_client.get("/subscribers/import/").content.decode()

    assert "&lt;script&gt;.csv" in page
