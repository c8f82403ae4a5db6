"""JSON of rows: what Python's own reads from it is what was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from gonets.kernel.quick_json import json_text


@pytest.mark.parametrize(
    "value",
    [
        {"name": 'Анна «Ёлка» \u2028 \0 \x1f \\ " / </script> 👩‍🚀 \ud7ff'},
        [[1, 2**63 - 1, None, ""], [-1, "é", "e\u0301", {"a": {}}]],
        [],
        {},
    ],
)
def test_what_was_written_is_what_is_read(value: object) -> None:
    text = json_text(value)

    assert json.loads(text) == value
    assert "\n" not in text


def test_tuples_and_moments_are_written_as_databases_read_them() -> None:
    moment = datetime(2026, 11, 26, 9, 5, 0, 120, tzinfo=UTC)

    assert json_text((1, moment)) == f'[1,"{moment.isoformat()}"]'


def test_what_no_database_could_store_is_refused() -> None:
    with pytest.raises(TypeError):
        json_text({"name": "\ud800"})
