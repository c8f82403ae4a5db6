"""A database that was copied or restored never sends by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from gonets.delivery import actions, fence, lifting
from gonets.delivery.fence import is_fenced, keep_fence, objection
from gonets.delivery.lifting import go_on_lifting, lift_fence
from gonets.delivery.models import CloneFence, Delivery, Run
from gonets.delivery.places import Place, file_place, this_place
from gonets.delivery.queries import fenced, run_progress
from gonets.delivery.states import DeliveryStatus, FenceCause, RunStatus
from gonets.delivery.watch import situation
from gonets.delivery.witness import Sighting, last_sighting, note_sighting
from gonets.kernel import clock
from tests.delivery.conftest import Hand

MakeRun = Callable[..., Run]
HERE = Place(key="sqlite:1:2:3", machine="m1", path="/srv/gonets.sqlite3")


@pytest.fixture(autouse=True)
def witnesses(tmp_path: Path, settings: Any) -> Path:
    settings.GONETS_FENCE = tmp_path / "fences"
    return tmp_path / "fences"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[Place], None]:
    """Move the database of the test, which has no file, somewhere."""

    def move(where: Place) -> None:
        for module in (fence, lifting):
            monkeypatch.setattr(module, "this_place", lambda: where)

    move(HERE)
    return move


def at(path: str, key: str = "sqlite:1:9:9", machine: str = "m1") -> Place:
    return Place(key=key, machine=machine, path=path)


@pytest.mark.parametrize(
    ("here", "seen", "cause"),
    [
        pytest.param(HERE, (7, HERE.path), None, id="restarted"),
        pytest.param(HERE, None, None, id="new container, same volume"),
        pytest.param(HERE, (6, HERE.path), None, id="killed before the witness wrote"),
        pytest.param(at("/new", HERE.key), (7, HERE.path), None, id="renamed folder"),
        pytest.param(at(HERE.path), (7, HERE.path), None, id="new disk, same state"),
        pytest.param(at("/b", HERE.key, ""), None, None, id="machine not known"),
        pytest.param(HERE, (8, HERE.path), FenceCause.OLDER, id="older file put back"),
        pytest.param(at("/copy"), (7, HERE.path), FenceCause.COPIED, id="other folder"),
        pytest.param(at(HERE.path), None, FenceCause.COPIED, id="other computer"),
        pytest.param(
            at(HERE.path), (6, HERE.path), FenceCause.COPIED, id="newer, elsewhere"
        ),
        pytest.param(
            at(HERE.path, HERE.key, "m2"), None, FenceCause.COPIED, id="cloned disk"
        ),
        pytest.param(
            Place(key="postgresql:1:5"), (7, ""), FenceCause.COPIED, id="other oid"
        ),
    ],
)
def test_what_is_known_outside_tells_a_copy(
    here: Place, seen: tuple[int, str] | None, cause: FenceCause | None
) -> None:
    known = CloneFence(generation=7, place=HERE.key, machine=HERE.machine)
    said = Sighting(generation=seen[0], path=seen[1]) if seen else None

    assert objection(known, here=here, seen=said) == cause


@pytest.mark.usefixtures("place")
def test_the_first_start_and_all_later_ones_in_one_place_are_let_through(
    witnesses: Path,
) -> None:
    assert [keep_fence() for _start in range(3)] == [True] * 3

    row = CloneFence.objects.get()
    seen = last_sighting(row.token)
    assert seen == Sighting(generation=3, path=HERE.path)
    assert [file.stem for file in witnesses.iterdir()] == [row.token]


def test_elsewhere_nothing_of_it_is_sent_and_it_stays_so(
    place: Callable[[Place], None], make_run: MakeRun
) -> None:
    run = make_run("ann", "bob")
    keep_fence()
    assert [state.run_id for state in situation().runs] == [run.pk]

    place(at("/copy"))

    assert not keep_fence()
    assert situation().runs == ()
    place(HERE)  # Even where it came from: somebody must say who sends.
    assert not keep_fence()
    held = fenced()
    assert held is not None
    assert (held.cause, held.runs, held.addresses) == (FenceCause.COPIED, 1, 2)


def test_an_earlier_state_in_the_same_place_is_noticed_at_the_next_beat(
    place: Callable[[Place], None],
) -> None:
    for _beat in range(5):
        keep_fence()

    CloneFence.objects.update(generation=3)

    assert not keep_fence()
    assert CloneFence.objects.get().cause == FenceCause.OLDER


@pytest.mark.usefixtures("place")
def test_without_a_folder_for_witnesses_the_place_alone_decides(settings: Any) -> None:
    settings.GONETS_FENCE = None

    assert keep_fence()
    assert keep_fence()


@pytest.mark.usefixtures("place")
def test_a_witness_that_cannot_be_written_or_read_stops_nobody(
    witnesses: Path,
) -> None:
    witnesses.write_text("a file where a folder is wanted")
    assert keep_fence()
    assert keep_fence()
    witnesses.unlink()
    assert keep_fence()
    (witnesses / f"{CloneFence.objects.get().token}.json").write_text("{}")
    assert keep_fence()


def copied(place: Callable[[Place], None]) -> None:
    keep_fence()
    place(at("/copy"))
    keep_fence()


def test_lifting_makes_everybody_who_is_open_uncertain_and_ends_the_runs(
    place: Callable[[Place], None],
    make_run: MakeRun,
    hand: Hand,
    administrator: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lifting, "CHUNK", 2)
    run = make_run("ann", "bob", "cid", "dan", "eve", "fay", "gus")
    ann, bob, _cid, dan = hand.claim(run, limit=4)
    hand.intend(ann, bob, dan)
    hand.settle(ann, DeliveryStatus.ACCEPTED)
    later = {"code": 451, "stage": "rcpt", "not_before": clock.now()}
    hand.settle(dan, DeliveryStatus.DEFERRED, **later)
    paused = make_run("hal", origin="issue:2")
    actions.pause_run(paused.pk)
    unfrozen = make_run("ida", origin="issue:3", started=False)
    copied(place)

    lift_fence(administrator)

    progress = run_progress(run.pk)
    assert (progress.accepted, progress.uncertain, progress.waiting) == (1, 6, 0)
    for each in (run, paused, unfrozen):
        assert run_progress(each.pk).status is RunStatus.FINISHED
    assert not is_fenced()
    assert CloneFence.objects.get().lifted_by == administrator
    assert not Delivery.objects.exclude(worker=None).filter(status="uncertain").exists()


def test_what_is_begun_after_lifting_is_sent_as_usual(
    place: Callable[[Place], None], make_run: MakeRun, administrator: Any
) -> None:
    copied(place)
    lift_fence(administrator)

    run = make_run("ann")

    assert keep_fence()
    assert [state.run_id for state in situation().runs] == [run.pk]


def test_the_other_copy_is_not_disturbed_by_lifting_here(
    place: Callable[[Place], None], administrator: Any
) -> None:
    keep_fence()
    original = CloneFence.objects.get()
    place(at("/copy"))
    keep_fence()
    lift_fence(administrator)
    keep_fence()

    original.save()  # as its own database has it
    place(HERE)

    assert keep_fence()


def test_lifting_that_was_broken_off_is_carried_on(
    place: Callable[[Place], None], make_run: MakeRun
) -> None:
    run = make_run("ann", "bob")
    copied(place)
    go_on_lifting()
    assert is_fenced()  # Nobody has ordered it.
    CloneFence.objects.update(lifted_at=clock.now())

    go_on_lifting()

    assert run_progress(run.pk).uncertain == 2
    assert not is_fenced()


def test_what_takes_long_is_left_to_the_worker(
    place: Callable[[Place], None],
    make_run: MakeRun,
    administrator: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make_run("ann", "bob")
    copied(place)
    monkeypatch.setattr(lifting, "AT_A_TIME", -1)

    assert not lift_fence(administrator)

    held = fenced()
    assert held is not None
    assert held.is_being_lifted
    assert situation().runs == ()
    monkeypatch.undo()
    assert go_on_lifting()
    assert run_progress(run.pk).uncertain == 2
    assert CloneFence.objects.get().lifted_by == administrator


@pytest.mark.usefixtures("place")
def test_lifting_what_is_down_changes_nothing(
    make_run: MakeRun, administrator: Any
) -> None:
    run = make_run("ann")
    keep_fence()

    lift_fence(administrator)

    assert run_progress(run.pk).pending == 1
    assert CloneFence.objects.get().lifted_by is None


def test_a_file_keeps_its_place_when_renamed_and_a_copy_has_its_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "one"
    file.write_text("first")
    before = file_place(file)
    file.write_text("longer than before")
    renamed = file.rename(tmp_path / "two")
    shutil.copy2(renamed, tmp_path / "three")

    after = file_place(renamed)
    copy = file_place(tmp_path / "three")

    assert after.is_the_same_as(before.key, before.machine)
    assert not copy.is_the_same_as(before.key, before.machine)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite in memory")
@pytest.mark.django_db
def test_a_database_in_memory_cannot_have_been_copied() -> None:
    if os.environ.get("GONETS_TEST_DATABASE", "memory") == "memory":
        assert this_place() is None
    assert keep_fence()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
@pytest.mark.django_db
def test_postgresql_is_known_by_its_cluster_and_oid(
    role_without_rights: None,
) -> None:
    assert this_place() is not None


@pytest.fixture
def role_without_rights(db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE pg_database_owner")
        yield
        cursor.execute("RESET ROLE")


def test_a_witness_knows_nothing_of_strangers(witnesses: Path) -> None:
    assert last_sighting("nobody") is None
    assert note_sighting("somebody", Sighting(generation=1, path=""))
    assert (witnesses / "somebody.json").exists()
