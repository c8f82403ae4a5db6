"""`gonets doctor` names what is wrong and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gonets.delivery.disk import Room
from gonets.delivery.models import Worker
from gonets.kernel import clock
from gonets.server import doctor
from gonets.server.doctor import GIGABYTE, Level, findings
from gonets.server.environment import read_environment
from tests.publishing.test_fence import raise_fence
from tests.support.ports import free_port
from tests.support.postbox import Postbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def environment(tmp_path, settings):
    settings.GONETS_CATCHER_PORT = free_port()
    return read_environment(
        {"GONETS_DATA": str(tmp_path), "GONETS_PORT": str(free_port())}
    )


def said(environment, level):
    found = [each.text for each in findings(environment) if each.level is level]
    return "\n".join(found)


def test_what_does_not_run_is_told_with_how_to_start_it(environment):
    warnings = said(environment, Level.WARNING)

    assert "gonets serve" in warnings
    assert "No worker is at work" in warnings


def test_a_relay_that_does_not_answer_is_a_fault(environment):
    assert "takes no letters" in said(environment, Level.FAULT)


def test_a_relay_that_answers_is_fine(environment, settings):
    with Postbox() as relay:
        settings.GONETS_RELAY_URL = relay.url

        assert "127.0.0.1 answers" in said(environment, Level.FINE)


def test_a_database_without_an_administrator_is_a_fault(environment):
    assert "createsuperuser" in said(environment, Level.FAULT)


def test_an_administrator_and_a_worker_are_seen(environment, administrator):
    now = clock.now()
    Worker.objects.create(
        place="x",
        pid=1,
        started_at=now,
        seen_at=now,
        lease_until=now + timedelta(minutes=1),
    )

    assert "A worker is at work" in said(environment, Level.FINE)
    assert "createsuperuser" not in said(environment, Level.FAULT)


def test_an_address_for_this_machine_only_is_a_warning(environment):
    public = replace(environment, public_url="https://letters.example.com")

    assert "trying out only" in said(environment, Level.WARNING)
    assert "Readers reach https://letters.example.com" in said(public, Level.FINE)


def test_a_port_of_another_program_is_a_fault(environment):
    with Postbox() as other:
        taken = replace(environment, port=other.port)

        assert "another program" in said(taken, Level.FAULT)


def test_a_folder_that_is_not_there_is_a_fault(environment, tmp_path):
    lost = replace(environment, data=tmp_path / "gone")

    assert "not writable" in said(lost, Level.FAULT)


def test_keys_that_others_can_read_are_a_warning(environment, tmp_path):
    (tmp_path / "secret-key").write_text("x")
    (tmp_path / "secret-key").chmod(0o644)

    assert "chmod 600" in said(environment, Level.WARNING)


@pytest.mark.parametrize(
    ("free", "level"),
    [(50, Level.FINE), (0.5, Level.WARNING), (0.01, Level.FAULT)],
)
def test_little_room_on_the_disk_is_told_in_time(environment, monkeypatch, free, level):
    def a_disk(folder):
        return Room(folder=folder, free=int(free * GIGABYTE), total=99 * GIGABYTE)

    monkeypatch.setattr(doctor, "room_of", a_disk)

    assert "disk" in said(environment, level)


def test_a_copied_database_is_a_fault_with_the_page_that_decides(environment):
    raise_fence()

    faults = said(environment, Level.FAULT)

    assert "copied or restored (it comes from a backup)" in faults
    assert f"{environment.public_url}/fence/" in faults
