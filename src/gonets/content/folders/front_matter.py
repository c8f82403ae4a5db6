"""What stands above the text of a Markdown file: YAML, TOML or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

LONGEST = 64 * 1024
"""Characters; more is not written by hand."""


class FrontMatterBroken(ValueError):
    """It cannot be read; the file is left out."""


# Tags that a value does not fit ("!!int none") end within PyYAML's own code.
_MISFIT = (AttributeError, LookupError, TypeError)
BROKEN = (ValueError, yaml.YAMLError, RecursionError, *_MISFIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``fields`` hold JSON values and dates, their names in lower case."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    has_fields: bool = False  # even if there are none between its fences


def document_of(content: str) -> Document:
    """Return the fields and the text of a file.

    :raises FrontMatterBroken: with what is wrong.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    for fence, read in _FENCES:
        found = fence.match(content)
        if found:
            return Document(
                fields=_fields(found["fields"], read),
                text=content[found.end() :],
                has_fields=True,
            )
    return Document(text=content)


def _fields(written: str, read: Callable[[str], Any]) -> dict[str, Any]:
    if len(written) > LONGEST:
        raise FrontMatterBroken("The front matter is too long.")
    try:
        fields = read(written)
    except BROKEN as error:
        raise FrontMatterBroken(str(error)) from error
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise FrontMatterBroken("The front matter is not a list of fields.")
    return {str(name).strip().lower(): value for name, value in fields.items()}


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: with them a small file makes a huge value."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise FrontMatterBroken("The front matter holds references (*name).")
        return super().compose_node(parent, index)


def _yaml(written: str) -> Any:
    return yaml.load(written, _PlainLoader)  # noqa: S506 - it is a safe one


_FENCES: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (
        re.compile(r"(?sm)---[ \t]*\n(?P<fields>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)"),
        _yaml,
    ),
    (
        re.compile(r"(?sm)\+\+\+[ \t]*\n(?P<fields>.*?)^\+\+\+[ \t]*(?:\n|\Z)"),
        tomllib.loads,
    ),
    (
        re.compile(r"(?sm)(?P<fields>\{\n.*?^\})[ \t]*(?:\n|\Z)"),
        json.loads,
    ),
)


def text_in(fields: Mapping[str, Any], *names: str) -> str:
    """Return the first of the fields that holds a word or a number."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip()
    return ""


def texts_in(fields: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Return the words of lists, or of texts with commas between them."""
    found: dict[str, None] = {}
    for name in names:
        value = fields.get(name)
        words = value.split(",") if isinstance(value, str) else value
        if isinstance(words, list):
            found.update((str(w).strip(), None) for w in words if _is_word(w))
    return tuple(found)


def flag_in(fields: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if isinstance(value, str):
        return value.strip().lower() in {"true", "yes", "on", "1"}
    return bool(value)


def moment_in(fields: Mapping[str, Any], *names: str) -> datetime | None:
    """Return the first moment; what names no zone is in UTC, a day its midnight."""
    for name in names:
        moment = _moment(fields.get(name))
        if moment is not None:
            return moment
    return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            # Jekyll writes "2026-11-25 10:00:00 +0300".
            value = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", value.strip()))
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        return None
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment if 1900 <= moment.year <= 2200 else None


def _is_word(value: Any) -> bool:
    return isinstance(value, str | int | float) and bool(str(value).strip())


def as_json(value: Any) -> Any:
    """Return a value of front matter as JSON has it."""
    if isinstance(value, dict):
        return {str(name): as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
