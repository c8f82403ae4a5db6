from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from gonets.audience import actions, tasks
from gonets.audience.errors import EvidenceMissing, ImportGone, ImportRefused
from gonets.audience.importing import portions
from gonets.audience.importing.actions import (
    Choices,
    continue_import,
    discard_import,
    path_of,
    read_otherwise,
    receive_file,
    start_import,
    stop_import,
)
from gonets.audience.importing.explanations import explain
from gonets.audience.importing.reading import preview
from gonets.audience.models import (
    Consent,
    Readership,
    Subscriber,
    SubscriberImport,
    Subscription,
)
from gonets.kernel import clock
from tests.support.factories import make_readership, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def upload(content: bytes | str, *, name: str = "people.csv") -> SubscriberImport:
    raw = content.encode() if isinstance(content, str) else content
    return receive_file(io.BytesIO(raw), file_name=name, size=len(raw), user_id=None)


def start(order: SubscriberImport, *readerships: Readership, **changes: object) -> None:
    given: dict[str, object] = {
        "address_column": order.address_column,
        "name_column": order.name_column,
        "readership_ids": [one.pk for one in readerships],
        "consent_source": "the form of 2024",
    }
    start_import(order.pk, Choices(**(given | changes)))


def run(content: bytes | str, *readerships: Readership) -> SubscriberImport:
    order = upload(content)
    start(order, *(readerships or [make_readership()]))
    tasks.run_pending_imports()
    order.refresh_from_db()
    return order


def report(order: SubscriberImport) -> list[tuple[int, str]]:
    return [(one.line, one.fault) for one in order.refusals.order_by("line")]


def people() -> dict[str, str]:
    return dict(Subscriber.objects.order_by("id").values_list("address", "name"))


def counts(order: SubscriberImport) -> tuple[int, int, int, int]:
    return order.added, order.subscribed, order.merged, order.refused


def test_a_file_becomes_confirmed_people_with_evidence():
    order = run("E-mail;Имя\nann@example.com;Анна\nbob@example.com;\n")

    assert people() == {"ann@example.com": "Анна", "bob@example.com": ""}
    assert (order.state, order.percent, counts(order)) == ("done", 100, (2, 0, 0, 0))
    consent = Consent.objects.order_by("id")[1]
    assert (consent.kind, consent.evidence, consent.source_line) == (
        "import",
        "the form of 2024",
        3,
    )


def test_the_file_is_not_kept_longer_than_needed(folder):
    order = run("ann@example.com\n")

    assert not order.stored_as
    assert not list((folder / "imports").iterdir())


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("почта,имя\nann@example.com,Семён\n".encode(), "utf-8-sig"),
        ("почта,имя\nann@example.com,Семён\n".encode("utf-8-sig"), "utf-8-sig"),
        ("почта,имя\nann@example.com,Семён\n".encode("cp1251"), "cp1251"),
        ("почта,имя\nann@example.com,Семён\n".encode("koi8-r"), "koi8-r"),
        ("почта,имя\nann@example.com,Семён\n".encode("cp866"), "cp866"),
        ("почта,имя\nann@example.com,Семён\n".encode("utf-16"), "utf-16"),
        ("почта,имя\nann@example.com,Семён\n".encode("utf-16-le"), "utf-16-le"),
        ("почта,имя\nann@example.com,Семён\n".encode("utf-16-be"), "utf-16-be"),
        ("почта,имя\r\nann@example.com,Семён\r\n".encode("cp1251"), "cp1251"),
        ("почта,имя\rann@example.com,Семён\r".encode("cp1251"), "cp1251"),
    ],
)
def test_every_usual_encoding_is_recognised(raw, encoding):
    order = run(raw)

    assert order.encoding == encoding
    assert people() == {"ann@example.com": "Семён"}


def test_cyrillic_after_much_latin_is_still_recognised():
    latin = "".join(f"p{n}@example.com,Ann\n" for n in range(10_000))

    order = upload(f"{latin}sem@example.com,Семён\n".encode())

    assert order.encoding == "utf-8-sig"


def test_a_wrong_guess_can_be_switched():
    order = upload("a@example.com;Łukasz Żak\n".encode("cp1252", "replace"))

    read_otherwise(order.pk, encoding="koi8-r", delimiter=",")

    order.refresh_from_db()
    assert (order.encoding, order.delimiter) == ("koi8-r", ",")
    with pytest.raises(ImportRefused):
        read_otherwise(order.pk, encoding="rot13")


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        ("a@example.com\n", (",", False, 0, None)),
        ("email\na@example.com\n", (",", True, 0, None)),
        ("Имя\tE-mail\nАнна\ta@example.com\n", ("\t", True, 1, 0)),
        (
            "a@example.com;Иванов, Иван\nb@example.com;Петров, Пётр\n",
            (";", False, 0, 1),
        ),
        ("ФИО,Телефон,Эл. почта\nАнна,+7 900,a@example.com\n", (",", True, 2, 0)),
        ("id,username,name,email\n1,ann,Ann,a@example.com\n", (",", True, 3, 2)),
        ("17,Ann Smith,a@example.com\n18,Bob,b@example.com\n", (",", False, 2, 1)),
        ("Адрес,Email\nМосква,a@example.com\n", (",", True, 1, None)),
        ("кто,куда\nничего,нигде\n", (",", True, 0, None)),
    ],
)
def test_delimiter_header_and_columns_are_guessed(content, guess):
    order = upload(content)

    assert (
        order.delimiter,
        order.has_header,
        order.address_column,
        order.name_column,
    ) == guess


def test_the_preview_shows_headings_and_ten_rows():
    body = "".join(f"p{n}@example.com,Ann,x\n" for n in range(30))
    order = upload(f"E-mail, Name\n\n{body}")

    shown = preview(
        path_of(order), encoding="utf-8-sig", delimiter=",", has_header=True
    )

    assert shown.headings == ("E-mail", "Name", "")
    assert len(shown.rows) == 10
    assert shown.rows[0].cells == ("p0@example.com", "Ann", "x")


def test_a_line_of_commas_does_not_make_a_page_of_columns():
    order = upload(f"ann@example.com{',' * 60_000}\n" * 3)

    shown = preview(
        path_of(order), encoding="utf-8-sig", delimiter=",", has_header=False
    )

    assert len(shown.headings) == 200


HOSTILE = (
    "E-mail,Name\n"
    "ann@example.com,Ann\n"
    "not an address,Bob\n"
    ",Nobody\n"
    "short\n"
    "\n"
    'quote@example.com,"never closed\n'
    "ANN@EXAMPLE.com,Ann again\n"
    'stray@example.com,"Ann" Smith\n'
    "nul@example.com,A\0nn\n"
    'two@example.com,"Two\nLines"\n'
    'five@example.com,5" disk\n'
    f"long@example.com,{'x' * 201}\n"
    f"huge@example.com,{'x' * 100_000}\n"
    'formula@example.com,"=HYPERLINK(""http://evil.example"")"\n'
    "many@example.com,Many,more,cells,than,headings\n"
    "Cleo <cleo@example.com>\n"
    "mailto:dan@example.com,Dan\n"
    "a@example.com b@example.com,Both\n"
    "bcc@example.com,Ann\u2028Bcc: x\n"
    "last@example.com,Last"
)


def test_every_hostile_line_is_told_and_harms_no_other():
    order = run(HOSTILE)

    assert report(order) == [
        (3, "bad_address"),
        (4, "no_address"),
        (5, "bad_address"),
        (7, "quotes"),
        (8, "repeated"),
        (9, "stray_quote"),
        (10, "nul"),
        (14, "bad_name"),
        (15, "too_long"),
        (20, "bad_address"),
    ]
    assert people() == {
        "ann@example.com": "Ann",
        "two@example.com": "Two Lines",
        "five@example.com": '5" disk',
        "formula@example.com": '=HYPERLINK("http://evil.example")',
        "many@example.com": "Many",
        "cleo@example.com": "Cleo",
        "dan@example.com": "Dan",
        "bcc@example.com": "Ann Bcc: x",
        "last@example.com": "Last",
    }
    assert counts(order) == (9, 0, 1, 9)


def test_the_reasons_are_plain_words():
    order = run(HOSTILE)

    said = {one.line: explain(one) for one in order.refusals.all()}

    assert said[3] == (
        "An e-mail address has an @, like name@example.com; “not an address” has none."
    )
    assert said[8] == "The same address is already on line 2 of this file."
    assert said[20].endswith("give one address at a time.")


def test_a_line_of_ten_megabytes_is_refused_and_the_next_one_read():
    order = run(b"x" * 10_000_000 + b"\r\nann@example.com\r\n")

    assert report(order) == [(1, "too_long")]
    assert people() == {"ann@example.com": ""}


def test_a_file_of_quotation_marks_is_read_to_the_end():
    order = run('"\n' * 300 + "ann@example.com\n")

    assert "ann@example.com" in people()
    assert order.state == "done"


def test_undecodable_bytes_are_told():
    order = upload(b"a@example.com,\x98\nb@example.com,B\n")
    read_otherwise(order.pk, encoding="utf-8-sig")
    order.refresh_from_db()
    start(order, make_readership(), name_column=1)

    continue_import(order.pk)

    assert report(order) == [(1, "unreadable")]


def test_who_left_was_blocked_or_deleted_is_not_brought_back(stops):
    weekly = make_readership()
    left = make_subscriber("left@example.com", weekly)
    actions.unsubscribe(left.subscriptions.get().pk)
    make_subscriber("blocked@example.com", weekly)
    actions.suppress(address="blocked@example.com", reason="complained")
    actions.erase_subscriber(make_subscriber("erased@example.com").pk)
    make_subscriber("here@example.com", weekly)
    stopped = set(stops.stopped)

    order = run(
        "LEFT@example.com\nblocked@example.com\nerased@example.com\nhere@example.com\n",
        weekly,
    )

    assert report(order) == [
        (1, "unsubscribed"),
        (2, "suppressed"),
        (3, "erased"),
        (4, "subscribed"),
    ]
    assert counts(order) == (0, 0, 1, 3)
    assert stops.stopped == stopped
    assert Subscription.objects.filter(state="confirmed").count() == 2


def test_known_people_get_what_is_new_to_them_and_a_missing_name():
    weekly, daily = make_readership("weekly"), make_readership("daily")
    ann = make_subscriber("ann@example.com", weekly)
    bob = make_subscriber("bob@example.com", weekly, name="Bob")
    actions.unsubscribe(bob.subscriptions.get().pk)
    Subscription.objects.create(
        subscriber=ann, readership=daily, state="pending", created_at=clock.now()
    )

    order = run("ann@example.com,Анна\nbob@example.com,Robert\n", weekly, daily)

    assert people() == {"ann@example.com": "Анна", "bob@example.com": "Bob"}
    assert set(
        Subscription.objects.values_list("subscriber__name", "readership__key", "state")
    ) == {
        ("Анна", "weekly", "confirmed"),
        ("Анна", "daily", "confirmed"),
        ("Bob", "weekly", "unsubscribed"),
        ("Bob", "daily", "confirmed"),
    }
    assert counts(order) == (0, 2, 0, 1)
    assert report(order) == [(2, "unsubscribed")]


def test_a_deleted_person_is_gone_from_the_reports_too():
    weekly = make_readership()
    person = make_subscriber("ann@example.com", weekly)
    order = run("Ann@Example.com,Ann\nbad\n", weekly)
    assert order.refusals.count() == 2

    actions.erase_subscriber(person.pk)

    assert report(order) == [(2, "bad_address")]


def test_an_old_stop_of_a_freed_address_is_lifted(stops):
    weekly = make_readership()
    stops.stop(scope="weekly", address_key="ann@example.com")

    run("ann@example.com\n", weekly)

    assert not stops.stopped


def test_a_repeated_line_is_recognised_across_portions(monkeypatch):
    monkeypatch.setattr("gonets.audience.importing.actions.PORTION_RECORDS", 2)

    order = run("a@example.com\nb@example.com\nc@example.com\nA@Example.com\n")

    refusal = order.refusals.get()
    assert (refusal.line, refusal.fault, refusal.detail) == (4, "repeated", "1")


@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_a_killed_import_goes_on_where_it_stopped(monkeypatch, killed_after):
    monkeypatch.setattr("gonets.audience.importing.actions.PORTION_RECORDS", 3)
    body = "".join(f'p{n}@example.com,"Two\nlines {n}"\nbad {n}\n\n' for n in range(10))
    order = upload(f"E-mail,Name\n{body}")
    start(order, make_readership())
    calls = []

    def killed(portion: portions.Portion) -> None:
        calls.append(1)
        if len(calls) > killed_after:
            raise KeyboardInterrupt
        portions_count(portion)

    portions_count = portions._count
    monkeypatch.setattr(portions, "_count", killed)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_pending_imports()
    monkeypatch.setattr(portions, "_count", portions_count)

    tasks.run_pending_imports()

    order.refresh_from_db()
    assert order.state == "done"
    assert counts(order) == (10, 0, 0, 10)
    assert Subscriber.objects.count() == 10
    assert [line for line, _fault in report(order)] == [4 + 4 * n for n in range(10)]


def test_the_worker_can_be_told_to_stop_between_portions(monkeypatch):
    monkeypatch.setattr("gonets.audience.importing.actions.PORTION_RECORDS", 2)
    order = upload("".join(f"p{n}@example.com\n" for n in range(9)))
    start(order, make_readership())
    answers = iter([False, False, True])

    tasks.run_pending_imports(stopping=lambda: next(answers))

    order.refresh_from_db()
    assert (order.state, order.cursor, order.percent) == ("running", 2, 22)


def test_two_workers_on_one_file_write_each_line_once(monkeypatch):
    order = upload("".join(f"p{n}@example.com\n" for n in range(5)))
    start(order, make_readership())
    SubscriberImport.objects.update(state="running")
    behind = SubscriberImport.objects.get()

    continue_import(order.pk)

    with pytest.raises(ImportGone):
        portions.write_portion(behind, [], cursor=5)


def test_a_stopped_import_keeps_what_is_in(monkeypatch):
    monkeypatch.setattr("gonets.audience.importing.actions.PORTION_RECORDS", 2)
    order = upload("".join(f"p{n}@example.com\n" for n in range(9)))
    start(order, make_readership())
    continue_import(order.pk, most_lines=4)

    stop_import(order.pk)
    tasks.run_pending_imports()

    order.refresh_from_db()
    assert (order.state, order.added, bool(order.stored_as)) == ("stopped", 4, False)


def test_a_file_that_vanished_fails_with_the_reason():
    order = upload("ann@example.com\n")
    start(order, make_readership())
    path_of(order).unlink()

    tasks.run_pending_imports()

    order.refresh_from_db()
    assert order.state == "failed"
    assert "Upload it again" in order.failure


def test_an_import_starts_once_and_only_with_choices():
    order, weekly = upload("ann@example.com,Ann\n"), make_readership()

    with pytest.raises(ImportRefused, match="newsletter"):
        start(order)
    with pytest.raises(ImportRefused, match="same column"):
        start(order, weekly, name_column=0)
    with pytest.raises(EvidenceMissing):
        start(order, weekly, consent_source=" ")
    start(order, weekly)
    with pytest.raises(ImportGone):
        start(order, weekly)
    with pytest.raises(ImportGone):
        read_otherwise(order.pk, encoding="cp1251")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on", "not a table"),
        (bytes(range(256)) * 9, "not a table"),
        (b"PK\x03\x04 not really a workbook", "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nor this", "cannot be read"),
        (b"\n" * 1_000_001, "more than 1000000 lines"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_not_kept(folder, content, says):
    with pytest.raises(ImportRefused, match=says):
        upload(content)

    assert not list((folder / "imports").iterdir())


def test_a_file_too_large_is_refused_before_it_is_read():
    with pytest.raises(ImportRefused, match="50 MB"):
        receive_file(io.BytesIO(), file_name="x", size=60_000_000, user_id=None)


def test_a_full_disk_is_told(monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gonets.audience.importing.actions.shutil.copyfileobj", full)

    with pytest.raises(ImportRefused, match="No space left"):
        upload("ann@example.com\n")


def workbook(sheet: str, *, padding: bytes = b"") -> bytes:
    """Return the smallest XLSX that Excel would open."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}'
        "</sheetData></worksheet>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("padding", padding)
    return target.getvalue()


def row(number: int, *texts: str) -> str:
    cells = "".join(
        f'<c r="{"ABC"[place]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def test_a_workbook_is_read_like_a_file_with_its_own_row_numbers():
    sheet = (
        row(2, "Почта", "Имя")
        + row(3, "ann@example.com", "Анна, или\nАня")
        + row(5, "bad", "x")
    )

    order = run(workbook(sheet))

    assert people() == {"ann@example.com": "Анна, или Аня"}
    assert report(order) == [(5, "bad_address")]


def test_a_zip_bomb_is_not_unpacked():
    with pytest.raises(ImportRefused, match="unpacks to more"):
        upload(workbook(row(1, "a@example.com"), padding=bytes(30_000_000)))


def test_uploads_that_were_never_started_are_removed(folder):
    with time_machine.travel(clock.now() - timedelta(days=3)):
        upload("ann@example.com\n")
    kept = upload("bob@example.com\n")

    tasks.discard_abandoned_uploads()
    discard_import(99)

    assert SubscriberImport.objects.get() == kept
    assert [path.name for path in (folder / "imports").iterdir()] == [kept.stored_as]
