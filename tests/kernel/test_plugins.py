"""Plug-ins are found as modules and as entry points; a broken one harms no other."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints
from types import ModuleType

import pytest

from gonets.content import connectors
from gonets.kernel import plugins
from gonets.kernel.plugins import find_plugins


@pytest.fixture
def offered(monkeypatch):
    """Pretend that other distributions offer these plug-ins."""

    def offer(**targets: str) -> None:
        points = EntryPoints(
            EntryPoint(name=name, value=value, group="gonets.connectors")
            for name, value in targets.items()
        )
        monkeypatch.setattr(plugins, "entry_points", lambda group: points)

    return offer


def found() -> dict[str, object]:
    return find_plugins(connectors, attribute="connector", group="gonets.connectors")


def test_modules_of_the_package_are_plug_ins_under_their_names():
    assert {"feed", "own"} <= found().keys()
    assert "base" not in found()


def test_another_distribution_adds_one(offered, monkeypatch):
    module = ModuleType("gopher_connector")
    module.connector = "gopher"
    monkeypatch.setitem(sys.modules, "gopher_connector", module)
    offered(gopher="gopher_connector:connector")

    assert found()["gopher"] == "gopher"


def test_one_that_cannot_be_loaded_is_logged_and_left_out(offered, caplog):
    offered(broken="no_such_module:connector")

    assert "broken" not in found()
    assert "feed" in found()
    assert "broken" in caplog.text


def test_ours_cannot_be_replaced(offered):
    offered(feed="json:dumps")

    assert type(found()["feed"]).__name__ == "FeedConnector"
