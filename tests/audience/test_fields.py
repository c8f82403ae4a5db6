from __future__ import annotations

import io
import json

import pytest
from django.db import connection

from gonets.audience import actions, queries
from gonets.audience.errors import BadField, ImportRefused
from gonets.audience.exporting import export_subscribers
from gonets.audience.fields import (
    MAX_FIELDS,
    MAX_NAME,
    clean_value,
    field_name,
)
from gonets.audience.importing.actions import (
    Choices,
    continue_import,
    receive_file,
    start_import,
)
from gonets.audience.models import Subscriber, SubscriberField, SubscriberImport
from gonets.audience.queries import Lack
from tests.support.factories import make_readership, make_subscriber


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def bring(content: str, columns: dict[int, str], **changes: object) -> SubscriberImport:
    raw = content.encode()
    order = receive_file(
        io.BytesIO(raw), file_name="people.csv", size=len(raw), user_id=None
    )
    readership = changes.pop("readership", None) or make_readership()
    given: dict[str, object] = {
        "address_column": 0,
        "name_column": None,
        "readership_ids": [readership.pk],
        "consent_source": "the fair",
        "field_columns": columns,
    }
    start_import(order.pk, Choices(**(given | changes)))
    continue_import(order.pk)
    order.refresh_from_db()
    return order


def fields_of(address: str) -> dict[str, str]:
    return Subscriber.objects.get(address=address).fields


# How fields are called


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("City", "city"),
        ("  Company  name ", "company_name"),
        ("Город", "gorod"),
        ("Щёлково-2", "shchelkovo_2"),
        ("Café", "cafe"),
        ("2nd phone", "field_2nd_phone"),
        ("items", "items_"),  # the engine would show a method
        ("__class__", "class"),
        ("Name", "name_"),
        ("unsubscribe_address", "unsubscribe_address_"),
        ("{{ 7*7 }}", "field_7_7"),
        ("'; DROP TABLE x; --", "drop_table_x"),
        ("x" * 300, "x" * (MAX_NAME - 1)),
    ],
)
def test_a_field_gets_a_name_that_letters_can_write(label, name):
    assert field_name(label) == name
    assert field_name(name) == name


def test_what_has_no_latin_spelling_gets_a_name_of_its_own():
    assert field_name("公司") != field_name("城市")
    assert field_name("公司") == field_name("公司")
    assert field_name("\U0001f600").startswith("field_")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Нижний\r\nНовгород\t", "Нижний Новгород"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\u202eb\x00c\ud800", "abc"),
        ("x" * 1000, "x" * 1000),
    ],
)
def test_a_value_is_one_visible_line(text, kept):
    assert clean_value(text) == kept


def test_a_value_that_is_too_long_is_refused():
    with pytest.raises(BadField):
        clean_value("x" * 1001)


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["", "   ", "\u200b", "x" * 81])
def test_a_field_needs_a_name_of_a_usual_length(label):
    with pytest.raises(BadField):
        actions.add_field(label)


@pytest.mark.django_db
def test_there_are_at_most_fifty_fields_and_the_same_one_is_not_made_twice():
    for number in range(MAX_FIELDS):
        actions.add_field(f"Field {number}")

    actions.add_field("FIELD 1")
    with pytest.raises(BadField):
        actions.add_field("One more")

    assert SubscriberField.objects.count() == MAX_FIELDS


# From a file, to a file


@pytest.mark.django_db
def test_columns_of_a_file_become_fields():
    order = bring(
        "E-mail,Город,Company\nann@example.com, Омск ,\nbob@example.com,,Acme\n",
        {1: "Город", 2: "Company"},
    )

    assert order.added == 2
    assert fields_of("ann@example.com") == {"gorod": "Омск"}
    assert fields_of("bob@example.com") == {"company": "Acme"}
    assert queries.known_fields() == {"gorod": "Город", "company": "Company"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("replaces", "city"), [(False, "Omsk"), (True, "Tomsk")], ids=["fills", "replaces"]
)
def test_of_people_who_are_here_a_file_replaces_only_what_it_may(replaces, city):
    readership = make_readership()
    first = "E-mail,City\nann@example.com,Omsk\n"
    bring(first, {1: "City"}, readership=readership)

    bring(
        "E-mail,City,Shoe\nann@example.com,Tomsk,42\n",
        {1: "city", 2: "Shoe"},
        readership=readership,
        replaces_fields=replaces,
    )
    # An empty cell never takes anything away.
    second = "E-mail,City\nann@example.com,\n"
    bring(second, {1: "city"}, readership=readership, replaces_fields=replaces)

    assert fields_of("ann@example.com") == {"city": city, "shoe": "42"}


@pytest.mark.django_db
def test_a_line_with_an_endless_value_is_reported_and_the_others_come_in():
    order = bring(
        f"E-mail,City\nann@example.com,{'x' * 1001}\nbob@example.com,Omsk\n",
        {1: "City"},
    )

    assert (order.added, order.refused) == (1, 1)
    assert order.refusals.get().fault == "long_value"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({1: "City", 2: "city"}, ImportRefused),
        ({1: "x" * 81}, BadField),
        ({1: " "}, BadField),
    ],
)
def test_columns_that_cannot_be_fields_are_refused_and_nothing_is_made(columns, error):
    with pytest.raises(error):
        bring("E-mail,City,Town\nann@example.com,a,b\n", columns)

    assert not SubscriberField.objects.exists()
    assert SubscriberImport.objects.get().state == "uploaded"


@pytest.mark.django_db
def test_the_address_and_the_name_are_no_fields():
    bring("E-mail,City\nann@example.com,Omsk\n", {0: "E-mail", 1: "City"})

    assert fields_of("ann@example.com") == {"city": "Omsk"}


@pytest.mark.django_db
def test_fields_are_exported_harmless_and_come_back_as_they_were():
    content = "E-mail,=Город\nann@example.com,=cmd|x\nbob@example.com,\n"
    bring(content, {1: "=Город"})

    rows = b"".join(export_subscribers(queries.subscribers(), titles={})).decode()

    assert "'=Город" in rows
    assert "'=cmd|x" in rows
    Subscriber.objects.all().delete()
    bring(rows.lstrip("\ufeff"), {5: "=Город"}, readership=make_readership("daily"))
    assert fields_of("ann@example.com") == {"gorod": "=cmd|x"}
    assert fields_of("bob@example.com") == {}


@pytest.mark.django_db
def test_a_field_that_is_removed_while_a_file_comes_in_does_not_come_back():
    raw = b"E-mail,City,Shoe\nann@example.com,Omsk,42\n"
    order = receive_file(
        io.BytesIO(raw), file_name="people.csv", size=len(raw), user_id=None
    )
    choices = Choices(
        address_column=0,
        name_column=None,
        readership_ids=[make_readership().pk],
        consent_source="the fair",
        field_columns={1: "City", 2: "Shoe"},
    )
    start_import(order.pk, choices)
    actions.remove_field(SubscriberField.objects.get(name="city").pk)

    continue_import(order.pk)

    assert fields_of("ann@example.com") == {"shoe": "42"}


# By hand


@pytest.mark.django_db
def test_a_person_is_corrected_and_what_is_not_given_stays():
    actions.ensure_fields(["City", "Shoe"])
    ann = make_subscriber("ann@example.com")

    for fields in ({"city": "Omsk", "shoe": "42"}, {"shoe": " "}, {"nosuch": "x"}):
        actions.edit_subscriber(
            subscriber_id=ann.pk, address=ann.address, name="Ann", fields=fields
        )

    assert fields_of("ann@example.com") == {"city": "Omsk"}


@pytest.mark.django_db
def test_removing_a_field_removes_what_people_have_in_it(monkeypatch):
    monkeypatch.setattr("gonets.audience.actions.fields.PORTION", 2)
    rows = "".join(f"p{n}@example.com,Omsk,{n}\n" for n in range(5))
    bring(f"E-mail,City,Shoe\n{rows}", {1: "City", 2: "Shoe"})

    actions.remove_field(SubscriberField.objects.get(name="city").pk)

    assert not Subscriber.objects.filter(fields__has_key="city").exists()
    assert Subscriber.objects.filter(fields__has_key="shoe").count() == 5
    assert queries.known_fields() == {"shoe": "Shoe"}


@pytest.mark.django_db
def test_erasing_a_person_leaves_no_value_behind():
    bring("E-mail,City\nann@example.com,Secretgrad\n", {1: "City"})

    actions.erase_subscriber(Subscriber.objects.get().pk)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("gonets_audience"):
                cursor.execute(f"SELECT * FROM {table}")
                assert "Secretgrad" not in json.dumps(cursor.fetchall(), default=str)


# Counting


@pytest.mark.django_db
def test_those_who_lack_something_are_counted_in_one_query(django_assert_num_queries):
    readership, other = make_readership("a"), make_readership("b")
    actions.ensure_fields(["City", "Company"])
    known = [{}, {"city": "Omsk"}, {"company": "Acme"}, {"city": "O", "company": "A"}]
    for number, fields in enumerate(known):
        make_subscriber(f"p{number}@example.com", readership)
        Subscriber.objects.filter(address=f"p{number}@example.com").update(
            fields=fields
        )
    make_subscriber("elsewhere@example.com", other)
    blocked = make_subscriber("blocked@example.com", readership)
    actions.suppress(address=blocked.address, reason="")
    city, company = frozenset({"city"}), frozenset({"company"})

    with django_assert_num_queries(1):
        people, counts = queries.people_lacking(
            readership.pk,
            {
                "city": [Lack(missing=city)],
                "both": [Lack(missing=city | company)],
                "only the city": [Lack(missing=city, known=company)],
                "either": [
                    Lack(missing=city | company),
                    Lack(missing=city, known=company),
                    Lack(missing=company, known=city),
                ],
                "never": [],
            },
        )

    assert people == 4
    assert counts == {
        "city": 2,
        "both": 1,
        "only the city": 1,
        "either": 3,
        "never": 0,
    }
