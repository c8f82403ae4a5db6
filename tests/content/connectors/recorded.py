"""What servers of others answer, served by a real one on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gonets.content.connectors.base import Access
from tests.support.website import Visit, WebSite

Answers = Callable[[str, dict[str, str]], Any]


class Recorded(dict[str, Any]):
    """Pages by path; a page may be a function of its parameters."""

    def __init__(self, pages: dict[str, Any]) -> None:
        super().__init__(pages)
        self.queries: list[tuple[str, dict[str, str]]] = []

    def get(self, address: str, default: Any = None) -> Any:
        parts = urlsplit(address)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.queries.append((parts.path, query))
        page = super().get(parts.path)
        if page is None:
            return default
        content = page(query) if callable(page) else page
        return lambda visit: _answer(visit, content)


def _answer(visit: Visit, content: Any) -> None:
    status, headers = 200, {}
    if isinstance(content, tuple):
        content, status, headers = content
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    visit.answer(body, status=status, **headers)


def served(site: WebSite, pages: dict[str, Any]) -> Recorded:
    recorded = Recorded(pages)
    site.pages = recorded
    return recorded


def access_to(site: WebSite, path: str = "/", **settings: Any) -> Access:
    return Access(address=site.address(path), settings=settings, guard=site.guard)
