"""An engine of real processes, and relays that tell the truth about what they got."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle, Script


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the engine's tables, made once."""
    folder = tmp_path_factory.mktemp("migrated")
    engine = Engine(folder)
    engine.do("migrate")
    engine.close()
    return folder / DATABASE


@pytest.fixture
def engine(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    shutil.copy(migrated, tmp_path / DATABASE)
    engine = Engine(tmp_path)
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
