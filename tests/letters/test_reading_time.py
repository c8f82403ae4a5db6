"""How long people read a letter."""

from __future__ import annotations

import pytest

from gonets.letters.reading_time import WORDS_PER_MINUTE, reading_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("слово " * WORDS_PER_MINUTE, 1),
        ("слово " * (WORDS_PER_MINUTE + 1), 2),
        ("word, " * WORDS_PER_MINUTE * 5, 5),
        ("https://a.example/a/very/long/address?with=words " * 5000, 1),
        ("12 345,6 — * " * 5000, 1),
        ("ann@harbour.example " * 5000, 1),
    ],
)
def test_only_words_take_time_and_every_letter_takes_a_minute(text, minutes):
    assert reading_minutes(text) == minutes
