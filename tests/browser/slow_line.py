"""A slow line: what a page asks for is held back until it is let go."""

from __future__ import annotations

from playwright.sync_api import Route

from tests.browser.desk import Desk


def held_back(desk: Desk, address: str) -> list[Route]:
    """Hold what is asked for there until it is let go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route(address, hold)
    return held


def let_go(held: list[Route]) -> None:
    for route in held:
        route.continue_()
