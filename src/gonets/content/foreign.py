"""Reading JSON that others made: whatever is missing or of another kind is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from gonets.content.connectors.base import MaterialDraft
from gonets.kernel.html import line_of, text_of

Node = Mapping[str, Any]


def node_in(value: Any, *path: str) -> Node:
    """Return the object at the end of the path, an empty one if there is none."""
    found = _at(value, path)
    return found if isinstance(found, dict) else {}


def nodes_in(value: Any, *path: str) -> list[Node]:
    """Return the objects of the list at the end of the path."""
    found = _at(value, path)
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, dict)]


def text_in(value: Any, *path: str) -> str:
    """Return the text, or the number as a text."""
    found = _at(value, path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found)


def number_in(value: Any, *path: str) -> int:
    """Return the number at the end of the path; 0 if there is none."""
    text = text_in(value, *path)
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else 0


def line_in(value: Any, *path: str) -> str:
    """Return HTML, as titles hold it, as one line of text."""
    return line_of(text_of(text_in(value, *path)))


def moment_in(value: Any, *path: str) -> datetime | None:
    """Return an ISO 8601 moment; one that names no zone is in UTC."""
    try:
        moment = datetime.fromisoformat(text_in(value, *path).strip())
    except ValueError:
        return None
    if not 1900 <= moment.year <= 2200:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def asking(address: str, **parameters: object) -> str:
    """Return the address with a query; names may hold what Python's cannot."""
    return asking_for(address, parameters)


def asking_for(address: str, parameters: Mapping[str, object]) -> str:
    given = {name: str(value) for name, value in parameters.items() if value != ""}
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}{urlencode(given)}" if given else address


def absolute(address: str, base: str) -> str:
    """Return a web address, empty for anything else."""
    try:
        found = urljoin(base, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) else ""


def host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def page_of(cursor: str) -> int:
    """Return the number of the page that a cursor names, 1 for the first."""
    is_number = cursor.isascii() and cursor.isdecimal() and len(cursor) < 7
    return max(1, int(cursor)) if is_number else 1


def known_once(drafts: list[MaterialDraft]) -> tuple[MaterialDraft, ...]:
    """Return the drafts that have an identity, each once."""
    return tuple(
        {draft.external_id: draft for draft in drafts if draft.external_id}.values()
    )


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
