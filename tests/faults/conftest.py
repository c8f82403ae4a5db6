"""An engine of real processes, and relays that tell the truth about what they got.

``GONETS_TEST_DATABASE=postgres`` runs all of it on PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.support.cluster import Cluster
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle, Script

TEMPLATE = "engine_template"
_numbers = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server of PostgreSQL; the tests of one process take turns with it."""
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the engine's tables, made once."""
    folder = tmp_path_factory.mktemp("migrated")
    engine = Engine(folder)
    engine.do("migrate")
    engine.close()
    return folder / DATABASE


@pytest.fixture(scope="session")
def migrated_template(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a database in PostgreSQL with the engine's tables."""
    cluster.create(TEMPLATE, template="template1")
    engine = Engine(tmp_path_factory.mktemp("template"), cluster.settings(TEMPLATE))
    engine.do("migrate")
    engine.close()
    return TEMPLATE


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An engine on the database that these tests are run on."""
    on_postgresql = settings.TEST_DATABASE == "postgres"
    name = "engine_on_postgresql" if on_postgresql else "engine_on_sqlite"
    engine: Engine = request.getfixturevalue(name)
    return engine


@pytest.fixture
def engine_on_sqlite(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    shutil.copy(migrated, tmp_path / DATABASE)
    engine = Engine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def engine_on_postgresql(
    tmp_path: Path, cluster: Cluster, migrated_template: str
) -> Iterator[Engine]:
    name = f"engine_{next(_numbers)}"
    cluster.create(name, template=migrated_template)
    engine = Engine(tmp_path, cluster.settings(name))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def shared_engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
) -> Iterator[Engine]:
    """One engine with a worker for many short runs, each through a relay of its own.

    The worker trusts the authority of ``certificates`` in the engine's folder.
    """
    folder = tmp_path_factory.mktemp("shared")
    database = None
    if settings.TEST_DATABASE == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        name = f"engine_{next(_numbers)}"
        cluster.create(name, template=request.getfixturevalue("migrated_template"))
        database = cluster.settings(name)
    else:
        shutil.copy(migrated, folder / DATABASE)
    authority = Authority.create(folder)
    trusting = {"SSL_CERT_FILE": str(authority.folder / "ca.pem")}
    engine = Engine(folder, database, environment=trusting)
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
