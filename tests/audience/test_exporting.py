from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest

from gonets.audience import actions, queries
from gonets.audience.exporting import export_refusals, export_subscribers
from gonets.audience.importing.reading import plain
from gonets.audience.models import ImportRefusal, SubscriberImport
from gonets.kernel import clock
from gonets.kernel.tables import disarmed
from tests.support.factories import make_readership, make_subscriber


def table(portions: Iterable[bytes], delimiter: str = ",") -> list[list[str]]:
    text = b"".join(portions).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.django_db
def test_people_are_exported_with_what_they_read_and_left(monkeypatch):
    monkeypatch.setattr("gonets.audience.exporting.PORTION", 2)
    weekly, daily = make_readership("weekly"), make_readership("daily")
    for n in range(5):
        make_subscriber(f"p{n}@example.com", weekly, daily, name=f"Имя {n}")
    left = queries.subscribers(search="p4").get()
    actions.unsubscribe(left.subscriptions.get(readership=daily).pk)

    rows = table(
        export_subscribers(
            queries.subscribers(),
            titles={weekly.pk: "Неделя", daily.pk: "День; да"},
            delimiter=";",
        ),
        ";",
    )

    assert [one[0] for one in rows[1:]] == [
        f"p{n}@example.com" for n in (4, 3, 2, 1, 0)
    ]
    assert rows[1][1:4] == ["Имя 4", "Неделя", "День; да"]


@pytest.mark.django_db
def test_only_the_filtered_people_are_exported():
    make_subscriber("ann@example.com")
    make_subscriber("bob@example.com")

    rows = table(export_subscribers(queries.subscribers(search="ANN"), titles={}))

    assert [one[0] for one in rows[1:]] == ["ann@example.com"]


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "|calc",
        "=cmd|' /C'",
    ],
)
def test_no_cell_is_taken_for_a_formula(name):
    assert disarmed(name).startswith("'")


@pytest.mark.parametrize("name", ["Ann", "", "O'Neil", "5-1", "a=b", "'quoted'"])
def test_harmless_cells_are_left_alone(name):
    assert disarmed(name) == name


@pytest.mark.parametrize("name", ["=1+1", "-Анна", "+7", "@ann"])
def test_an_exported_name_comes_back_as_it_was(name):
    assert plain(disarmed(name)) == name


@pytest.mark.django_db
def test_refused_lines_are_exported_with_the_reason():
    order = SubscriberImport.objects.create(
        file_name="x", encoding="utf-8", delimiter=",", created_at=clock.now()
    )
    ImportRefusal.objects.create(
        of_import=order, line=7, text="=evil(),x", fault="nul", detail=""
    )

    assert table(export_refusals(order))[1] == [
        "7",
        "The line contains a NUL character: the file may be damaged.",
        "'=evil(),x",
    ]
