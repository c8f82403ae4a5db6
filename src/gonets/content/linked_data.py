"""What a page says of itself as JSON-LD (schema.org); pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

MOST_BLOCKS = 20
MOST_NODES = 500
LONGEST = 300_000

ARTICLES = (
    *("article", "newsarticle", "blogposting", "report", "reportagenewsarticle"),
    *("socialmediaposting", "techarticle", "advertisercontentarticle", "recipe"),
    *("event", "product", "videoobject", "course", "jobposting", "book"),
)
PAGES = ("webpage", "itempage", "aboutpage", "collectionpage")

Node = Mapping[str, Any]


def main_node(blocks: Iterable[str]) -> Node:
    """Return what describes the page best: an article or the like, else the page."""
    nodes = list(_nodes(blocks))
    for wanted in (ARTICLES, PAGES):
        for node in nodes:
            if _types(node) & set(wanted) or _is_event(node, wanted):
                return node
    return {}


def text_in(node: Node, *names: str) -> str:
    """Return the first of these that is words, or has a name or an address."""
    for name in names:
        words = _words(node.get(name))
        if words:
            return words
    return ""


def texts_in(node: Node, name: str) -> list[str]:
    """Return all words under a name; one text with commas is several."""
    value = node.get(name)
    several = value if isinstance(value, list) else _words(value).split(",")
    return [words for each in several[:50] if (words := _words(each).strip())]


def _words(value: Any) -> str:
    if isinstance(value, str):
        return unescape(value).strip()
    if isinstance(value, list):
        return next((words for each in value[:20] if (words := _words(each))), "")
    if isinstance(value, dict):
        names = ("url", "contentUrl", "name", "@value", "@id")
        found = (value.get(name) for name in names)
        return next((each.strip() for each in found if isinstance(each, str)), "")
    return ""


def name_in(node: Node, name: str) -> str:
    """Return what somebody under this name is called."""
    value = node.get(name)
    people = value if isinstance(value, list) else [value]
    names = [
        words
        for each in people[:5]
        if (words := _words(each.get("name") if isinstance(each, dict) else each))
    ]
    return ", ".join(names)


def _is_event(node: Node, wanted: tuple[str, ...]) -> bool:
    return wanted is ARTICLES and any(each.endswith("event") for each in _types(node))


def _types(node: Node) -> set[str]:
    value = node.get("@type")
    types = value if isinstance(value, list) else [value]
    return {each.rpartition("/")[2].lower() for each in types if isinstance(each, str)}


def _nodes(blocks: Iterable[str]) -> Iterator[Node]:
    """Yield every node, those of a graph too, without walking down for ever."""
    waiting: list[Any] = []
    for number, block in enumerate(blocks):
        if number == MOST_BLOCKS:
            break
        waiting.append(_parsed(block))
    for _ in range(MOST_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = value[:MOST_NODES]
        elif isinstance(value, dict):
            yield value
            waiting += [value.get("@graph"), value.get("mainEntity")]


def _parsed(block: str) -> Any:
    if len(block) > LONGEST:
        return None
    try:
        # Real pages have line ends inside of strings.
        return json.loads(block.strip().removesuffix(";"), strict=False)
    except (ValueError, RecursionError):
        return None
