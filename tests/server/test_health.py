"""``GET /healthz`` says whether the product is ready, and why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from gonets.delivery import disk
from gonets.delivery.models import Worker
from gonets.kernel import clock
from gonets.server import health
from tests.publishing.test_fence import raise_fence

pytestmark = pytest.mark.django_db


def a_worker(*, seen_ago):
    now = clock.now()
    Worker.objects.create(
        place="here",
        pid=1,
        started_at=now,
        seen_at=now - seen_ago,
        lease_until=now + timedelta(minutes=1),
    )


def test_with_a_living_worker_it_is_ready(client):
    a_worker(seen_ago=timedelta(seconds=3))

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("silence", [None, timedelta(minutes=2)])
def test_without_one_it_is_not(client, silence):
    if silence:
        a_worker(seen_ago=silence)

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["no worker has given a sign of life"]


def test_waiting_migrations_are_told(client, monkeypatch):
    monkeypatch.setattr(health, "unapplied_migrations", lambda: ["0002"])

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["the database has to be migrated"]


def test_a_database_that_lacks_one_waits_for_that_one():
    last = MigrationRecorder.Migration.objects.filter(app="gonets_delivery").last()
    last.delete()

    assert health.unapplied_migrations() == [f"{last.app}.{last.name}"]


def test_where_all_are_known_none_is_loaded(monkeypatch):
    monkeypatch.delattr(health, "MigrationExecutor")

    assert health.unapplied_migrations() == []


def test_an_almost_full_disk_is_told_to_whoever_can_free_it(client, monkeypatch):
    a_worker(seen_ago=timedelta(seconds=3))
    monkeypatch.setattr(disk, "LEAST_ROOM", disk.LeastRoom(size=2**62, share=2.0))

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 200
    assert "the disk is almost full" in answer.json()["notes"][0]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_forgets_is_named_as_the_reason(client):
    a_worker(seen_ago=timedelta(seconds=3))
    is_sqlite = connection.vendor == "sqlite"
    setting = "PRAGMA synchronous=" if is_sqlite else "SET synchronous_commit="
    say(f"{setting}{'NORMAL' if is_sqlite else 'off'}")

    answer = client.get(reverse("healthz"))

    say(f"{setting}{'FULL' if is_sqlite else 'on'}")
    assert answer.status_code == 503
    assert "power cut" in answer.json()["problems"][0]


def say(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_asking_writes_nothing(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(10) as asked:
        client.get(reverse("healthz"))

    reading = {"SELECT", "PRAGMA", "SHOW"}
    assert {query["sql"].split()[0] for query in asked} <= reading


def test_a_copied_database_is_ready_for_the_person_who_must_decide(client):
    a_worker(seen_ago=timedelta(seconds=3))
    assert client.get(reverse("healthz")).json()["notes"] == []
    raise_fence()

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 200
    assert "copied or restored" in answer.json()["notes"][0]
