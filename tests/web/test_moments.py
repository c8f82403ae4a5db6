"""Moments are said as people say them, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone, translation

from gonets.web.templatetags.gonets import when

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "russian", "english"),
    [
        (NOW, "сегодня, 09:00", "today, 09:00"),
        (
            datetime(2026, 11, 25, 17, 40, tzinfo=UTC),
            "вчера, 17:40",
            "yesterday, 17:40",
        ),
        (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), "5 марта, 08:00", "March 5, 08:00"),
        (
            datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
            "31 декабря 2025 г., 23:59",
            "Dec. 31, 2025, 23:59",
        ),
    ],
)
def test_a_moment_names_its_year_only_where_it_is_another(
    moment: datetime, russian: str, english: str
) -> None:
    with time_machine.travel(NOW, tick=False), timezone.override(UTC):
        for language, said in (("ru", russian), ("en", english)):
            with translation.override(language):
                assert f">{said}</time>" in when(moment)


def test_no_moment_is_nothing() -> None:
    assert when(None) == ""
